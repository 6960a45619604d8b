import { ascending, quantile } from '../statistics/quantiles.ts';
import type { ClusterClock } from './cluster-clock.ts';

/** How long tasks of one priority waited for somebody. Seconds; absent where nothing was claimed. */
export type QueueWaits = {
  /** Absent for tasks that name none. */
  readonly priority: string | undefined;
  /** Waits that ended with a claim in the span. */
  readonly claims: number;
  readonly p50: number | undefined;
  readonly p90: number | undefined;
  readonly p95: number | undefined;
  readonly max: number | undefined;
  /** Tasks that still wait at the end of the span, and the age of the oldest wait. */
  readonly waiting: number;
  readonly oldestSeconds: number | undefined;
};

const PRIORITY_ORDER = ['high', 'medium', 'low', 'other', undefined];

/**
 * How long tasks waited from when they could be taken to the claim, by priority, high first.
 *
 * Waits are counted whole where their end lies in the span, also when they began before it. A wait that followed a
 * release as blocked is left out: that task could not be taken.
 */
export function queueWaits(clock: ClusterClock): readonly QueueWaits[] {
  const { fromMicros, toMicros } = clock;
  const ended = new Map<string | undefined, number[]>();
  const open = new Map<string | undefined, number[]>();
  const add = (lists: Map<string | undefined, number[]>, priority: string | undefined, seconds: number): void => {
    const list = lists.get(priority);
    if (list === undefined) lists.set(priority, [seconds]);
    else list.push(seconds);
  };
  for (const { history, intervals } of clock.tasks) {
    for (const wait of history.waits) {
      if (history.attempts.some((turn) => turn.reason === 'blocked' && turn.toMicros === wait.fromMicros)) continue;
      const end = wait.toMicros;
      if (end === undefined || end > toMicros) {
        if (intervals.at(-1)?.state !== 'queued') continue;
        add(open, history.priority, (toMicros - wait.fromMicros) / 1e6);
      } else if (end >= fromMicros && !endsUnseen(history.attempts, end)) {
        add(ended, history.priority, (end - wait.fromMicros) / 1e6);
      }
    }
  }
  const priorities = [...new Set([...ended.keys(), ...open.keys()])];
  priorities.sort((a, b) => PRIORITY_ORDER.indexOf(a) - PRIORITY_ORDER.indexOf(b));
  return priorities.map((priority) => {
    const seconds = ascending(ended.get(priority) ?? []);
    const waiting = open.get(priority) ?? [];
    return {
      priority,
      claims: seconds.length,
      p50: quantile(seconds, 0.5),
      p90: quantile(seconds, 0.9),
      p95: quantile(seconds, 0.95),
      max: seconds.at(-1),
      waiting: waiting.length,
      oldestSeconds: waiting.length === 0 ? undefined : Math.max(...waiting),
    };
  });
}

/** Whether the claim that ended a wait was not seen, so that nobody knows when it was. */
function endsUnseen(attempts: ClusterClock['tasks'][number]['history']['attempts'], moment: number): boolean {
  return attempts.some((turn) => turn.startConcluded && turn.fromMicros === moment);
}
