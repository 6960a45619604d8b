import type { ALERT_LEVELS, ALERT_STATES } from '../../metrics/alert-changed.ts';
import type { FilterBook } from '../../query/question.ts';

export type AlertLevel = (typeof ALERT_LEVELS)[number];
/** `pending`: the condition is met, but has not yet held for as long as the rule wants. */
export type AlertState = (typeof ALERT_STATES)[number];

/** How a rule goes from measurements to levels, whatever it measures. */
export type AlertPolicy = {
  readonly name: string;
  /** A level counts when it was met, and ends when it was not met, for so long without interruption. */
  readonly forMicros: number;
  /** What having nothing to measure means: all is well, an alert of its own, or as before. */
  readonly noData: 'ok' | 'alert' | 'keep';
  /** Nobody is told of one level twice within this time. */
  readonly cooldownMicros: number;
  /** Names of channels. */
  readonly notify: readonly string[];
};

/** A rule on a figure of a metric. */
export type MetricRule = AlertPolicy & {
  readonly kind: 'metric';
  readonly metric: string;
  readonly aggregation: string;
  /** The figure is of the time just before each evaluation; a whole number of steps long. */
  readonly windowMicros: number;
  /** Between two evaluations, which fall on whole multiples of it since the epoch. */
  readonly stepMicros: number;
  readonly where: FilterBook;
  readonly groupBy: string | undefined;
  readonly direction: 'above' | 'below';
  /** At least one of the two. */
  readonly warn: number | undefined;
  readonly critical: number | undefined;
};

/** A rule on findings; each finding is a group. Findings of severity `warning` warn, `critical` are critical, `info` neither. */
export type FindingRule = AlertPolicy & {
  readonly kind: 'finding';
  /** A detector, or `*` for all. */
  readonly finding: string;
};

export type AlertRule = MetricRule | FindingRule;

/** Of one evaluation: nothing met, warn met, critical met. */
export type Rank = 0 | 1 | 2;

/** What one evaluation of one group found. `gone`: the group has been silent for so long that it is no longer looked at. */
export type Measured =
  | { readonly kind: 'value'; readonly rank: Rank; readonly value: number | undefined }
  | { readonly kind: 'none' }
  | { readonly kind: 'gone' };

/** What all groups of a rule measure at one moment. */
export type MeasuredMoment = { readonly atMicros: number; readonly groups: ReadonlyMap<string | undefined, Measured> };

/** What figures of evaluations mean by the levels of a rule. Where nothing changed, neither does the map. */
export function measuredMoments(
  rule: Pick<MetricRule, 'direction' | 'warn' | 'critical'>,
  figures: readonly {
    readonly atMicros: number;
    readonly groups: ReadonlyMap<string | undefined, number | undefined>;
  }[],
): MeasuredMoment[] {
  let [from, to]: [unknown, MeasuredMoment['groups']] = [undefined, new Map()];
  return figures.map(({ atMicros, groups }) => {
    if (groups !== from) {
      [from, to] = [groups, new Map([...groups].map(([group, value]) => [group, measuredOf(rule, value)]))];
    }
    return { atMicros, groups: to };
  });
}

/**
 * What it means that an evaluation knows nothing of a group that was there before: a finding is not found any more, a
 * group of a metric has had no events for a day.
 */
export function absentOf({ kind }: Pick<AlertRule, 'kind'>): Measured {
  return kind === 'finding' ? { kind: 'value', rank: 0, value: undefined } : { kind: 'gone' };
}

const isBeyond = (value: number, level: number | undefined, direction: 'above' | 'below'): boolean =>
  level !== undefined && (direction === 'above' ? value > level : value < level);

/** What a figure means by the levels of a rule. */
export function measuredOf(
  { direction, warn, critical }: Pick<MetricRule, 'direction' | 'warn' | 'critical'>,
  value: number | undefined,
): Measured {
  if (value === undefined || Number.isNaN(value)) return { kind: 'none' };
  const rank = isBeyond(value, critical, direction) ? 2 : isBeyond(value, warn, direction) ? 1 : 0;
  return { kind: 'value', rank, value };
}
