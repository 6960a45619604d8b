import type { StoredEvent } from '../../model/event.ts';
import { firstAfter } from '../clock/in-order.ts';
import type { TestRun } from './test-runs.ts';

/** When a suite is called flaky, for all who call one so. */
export const FLAKY = { maxGapMinutes: 30, minFlips: 3, minTasks: 2, share: 0.05 } as const;

type FlakyBounds = { readonly minFlips: number; readonly minTasks: number; readonly share: number };

/** Runs of one suite, and those that ended otherwise than the run before although nothing had changed. */
export type Flips = { hits: number; total: number; units: Set<string>; extraSeconds: number };

/** When each node told changes of files. */
export function changesByNode(changes: readonly StoredEvent[]): ReadonlyMap<string, readonly number[]> {
  const byNode = Map.groupBy(changes, ({ node_id: node }) => node ?? '');
  return new Map([...byNode].map(([node, own]) => [node, own.map(({ atMicros }) => atMicros)]));
}

/**
 * Flips by suite, of runs grouped by suite and by what they were for, oldest first. Where a node tells its changes as it makes them, a flip is a different result with no change between;
 * where it tells none, a result that turns and turns back within three runs.
 */
export function countFlips(
  groups: Iterable<readonly TestRun[]>,
  changes: ReadonlyMap<string, readonly number[]>,
  maxGapMicros: number,
): ReadonlyMap<string | undefined, Flips> {
  const bySuite = new Map<string | undefined, Flips>();
  for (const runs of groups) {
    const [first] = runs;
    if (first === undefined) continue;
    const flips = bySuite.get(first.suite) ?? { hits: 0, total: 0, units: new Set<string>(), extraSeconds: 0 };
    bySuite.set(first.suite, flips);
    flips.total += runs.length;
    for (const [index, run] of runs.entries()) {
      const previous = runs[index - 1];
      if (previous === undefined || run.atMicros - previous.atMicros > maxGapMicros) continue;
      if (run.failed === previous.failed || !isUnexplained(runs, index, changes)) continue;
      flips.hits += 1;
      flips.units.add(run.unit);
      flips.extraSeconds += (run.atMicros - previous.atMicros) / 1e6;
    }
  }
  return bySuite;
}

/** True when nothing between this run and the one before explains that they end differently. */
function isUnexplained(
  runs: readonly TestRun[],
  index: number,
  changes: ReadonlyMap<string, readonly number[]>,
): boolean {
  const [earlier, previous, run] = [runs[index - 2], runs[index - 1], runs[index]];
  if (previous === undefined || run === undefined) return false;
  const own = changes.get(run.nodeId ?? '');
  if (own === undefined) return earlier !== undefined && earlier.failed === run.failed;
  return (firstAfter(own, previous.atMicros) ?? Infinity) > run.atMicros;
}

/** Whether a suite passes and fails on the same code: often, in several tasks, and in a part of its runs that matters. */
export function isFlaky({ hits, total, units }: Flips, { minFlips, minTasks, share }: FlakyBounds): boolean {
  return hits >= minFlips && units.size >= minTasks && hits / total >= share;
}
