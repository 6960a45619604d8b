import type { ClusterClock } from './cluster-clock.ts';
import { type Spread, spreadOf } from './spread.ts';

/** How long tasks of one priority waited for somebody. Seconds; absent where nothing was claimed. */
export type QueueWaits = Spread & {
  /** Absent for tasks that name none. */
  readonly priority: string | undefined;
  /** Waits that ended with a claim in the span. */
  readonly claims: number;
  /** Tasks that still wait at the end of the span, and the age of the oldest wait. */
  readonly waiting: number;
  readonly oldestSeconds: number | undefined;
};

const PRIORITY_ORDER = ['high', 'medium', 'low', 'other', undefined];

/** The order of priorities: the most urgent first, none at all last. */
export function byPriority(a: string | undefined, b: string | undefined): number {
  return PRIORITY_ORDER.indexOf(a) - PRIORITY_ORDER.indexOf(b);
}

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
  return priorities
    .sort(byPriority)
    .map((priority) => waitsOf(priority, ended.get(priority) ?? [], open.get(priority) ?? []));
}

function waitsOf(priority: string | undefined, ended: readonly number[], open: readonly number[]): QueueWaits {
  const oldestSeconds = spreadOf(open).max;
  return { priority, claims: ended.length, ...spreadOf(ended), waiting: open.length, oldestSeconds };
}

/** Whether the claim that ended a wait was not seen, so that nobody knows when it was. */
function endsUnseen(attempts: ClusterClock['tasks'][number]['history']['attempts'], moment: number): boolean {
  return attempts.some((turn) => turn.startConcluded && turn.fromMicros === moment);
}
