import { useSearchParams } from 'wouter';

/** What is asked of a metric, as it stands in the address line. */
export type ExploreQuestion = {
  readonly metric: string;
  readonly aggregation: string;
  readonly by: readonly string[];
  /** Conditions in the words of the command line: `outcome=failure`, `duration_seconds>60`. */
  readonly where: readonly string[];
  /** Empty: what gives 24 to 60 steps. */
  readonly bucket: string;
  readonly compare: boolean;
};

const DEFAULT_METRIC = 'task.completed';
const DEFAULT_AGGREGATION = 'count';

/** The question of the address line, and how to change parts of it. */
export function useQuestion(): readonly [ExploreQuestion, (change: Partial<ExploreQuestion>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const question: ExploreQuestion = {
    metric: parameters.get('metric') ?? DEFAULT_METRIC,
    aggregation: parameters.get('aggregation') ?? DEFAULT_AGGREGATION,
    by: parameters.getAll('by'),
    where: parameters.getAll('where'),
    bucket: parameters.get('bucket') ?? '',
    compare: parameters.get('compare') === 'true',
  };
  const change = (changed: Partial<ExploreQuestion>): void => {
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changed)) {
          next.delete(name);
          for (const one of typeof value === 'object' ? value : [String(value)]) {
            if (one !== '' && one !== 'false') next.append(name, one);
          }
        }
        return next;
      },
      { replace: true },
    );
  };
  return [question, change];
}

/** `p95(duration_seconds)` in its two parts. */
export function partsOf(aggregation: string): { readonly fn: string; readonly field: string | undefined } {
  const [, fn = aggregation, field] = /^([a-z]+[\d.]*)(?:\((.+)\))?$/.exec(aggregation) ?? [];
  return { fn, field };
}

/** Counts and sums of groups make a whole when they are stacked; of percentiles and averages there is none. */
export function isAdditive(aggregation: string): boolean {
  return /^(?:count|sum|rate)\b/.test(aggregation);
}
