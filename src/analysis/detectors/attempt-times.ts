import type { ClusterClock, TaskState } from '../clock/cluster-clock.ts';
import { partsWithin } from '../clock/in-order.ts';
import { secondsIn } from './loss.ts';

/** An attempt at a task that was completed, and how long it took. */
export type AttemptTime = {
  readonly taskId: string;
  readonly priority: string;
  readonly nodeId: string;
  readonly role: string;
  /** From the claim to the end, without time in which it waited for a person, a review or another task, or lay idle. */
  readonly seconds: number;
};

const STANDS_STILL: readonly TaskState[] = ['blocked', 'in_review', 'human_wait', 'abandoned'];

/** Attempts that were completed within the span of the clock. */
export function attemptTimes(clock: ClusterClock): readonly AttemptTime[] {
  const roles = new Map(clock.nodes.map(({ nodeId, role }) => [nodeId, role ?? '']));
  return clock.tasks.flatMap(({ taskId, priority, history, intervals }) =>
    history.attempts.flatMap(({ nodeId, fromMicros, toMicros, ended }): AttemptTime[] => {
      const isOurs = toMicros !== undefined && toMicros >= clock.fromMicros && toMicros < clock.toMicros;
      if (nodeId === undefined || !isOurs || ended !== 'completed') return [];
      const still = partsWithin(intervals, { fromMicros, toMicros })
        .filter(({ state }) => STANDS_STILL.includes(state))
        .reduce((sum, part) => sum + secondsIn(part), 0);
      const seconds = (toMicros - fromMicros) / 1e6 - still;
      return seconds > 0 ? [{ taskId, priority: priority ?? '', nodeId, role: roles.get(nodeId) ?? '', seconds }] : [];
    }),
  );
}
