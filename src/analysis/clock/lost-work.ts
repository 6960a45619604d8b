import type { TimeRange } from '../../model/range.ts';
import type { Attempt } from '../reports/task-history.ts';
import type { ClusterClock, TaskLife } from './cluster-clock.ts';

/** A claim whose node did nothing at it any more. */
export type ZombieClaim = TimeRange & {
  readonly taskId: string;
  readonly nodeId: string | undefined;
  /** True while nobody else has the task. */
  readonly open: boolean;
};

/** Claims that were, or are, held by nobody who works. The longest first. */
export function zombieClaims(clock: ClusterClock): readonly ZombieClaim[] {
  return clock.tasks
    .flatMap(({ taskId, intervals, open }) =>
      intervals
        .filter(({ state }) => state === 'abandoned')
        .map(({ nodeId, fromMicros, toMicros }) => ({
          taskId,
          nodeId,
          fromMicros,
          toMicros,
          open: open && toMicros === clock.toMicros,
        })),
    )
    .sort((a, b) => b.toMicros - b.fromMicros - (a.toMicros - a.fromMicros));
}

/** Work at a task that another turn at the same task did again. */
export type RepeatedWork = {
  readonly taskId: string;
  /** Whose work was lost. */
  readonly nodeId: string | undefined;
  /** Who began again. */
  readonly byNodeId: string | undefined;
  /** Work, test runs and waits for the lock of the earlier turn, within the span. */
  readonly lostSeconds: number;
};

/** What a turn spends of a node's time. */
const SPENT = ['working', 'testing', 'lock_wait'];
/** After these the work goes on where it stood. */
const CONTINUED = ['handed_over', 'blocked'];

/** Turns that led to nothing and were followed by another: released, lost, taken over, or ended without success. The dearest first. */
export function repeatedWork(clock: ClusterClock): readonly RepeatedWork[] {
  return clock.tasks
    .flatMap((life) =>
      life.history.attempts.flatMap((turn, index, turns) => {
        const next = turns[index + 1];
        if (next === undefined || !wasInVain(turn) || next.fromMicros >= clock.toMicros) return [];
        const lostSeconds = spentMicros(life, turn) / 1e6;
        if (lostSeconds === 0) return [];
        return [{ taskId: life.taskId, nodeId: turn.nodeId, byNodeId: next.nodeId, lostSeconds }];
      }),
    )
    .sort((a, b) => b.lostSeconds - a.lostSeconds);
}

function wasInVain({ ended, outcome, reason, toMicros }: Attempt): boolean {
  if (toMicros === undefined) return false;
  if (ended === 'completed') return outcome !== 'success' && outcome !== undefined && outcome !== 'unknown';
  return !CONTINUED.includes(reason ?? '');
}

function spentMicros({ intervals }: TaskLife, turn: Attempt): number {
  const until = turn.toMicros ?? Infinity;
  let spent = 0;
  for (const { state, fromMicros, toMicros } of intervals) {
    if (!SPENT.includes(state)) continue;
    spent += Math.max(0, Math.min(toMicros, until) - Math.max(fromMicros, turn.fromMicros));
  }
  return spent;
}
