import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { damageBlock } from './damage-block.ts';
import { stillClock, type StillClock } from './recording.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NOW_MICROS = Date.UTC(2026, 10, 23, 12) * 1_000;
const DAYS = 5;
const EVENTS = 600;
/** The second metric begins that much later, so that the first has the oldest block. */
const LATER_SECONDS = 7;

type Tell = (metrics: MetricsCollector, i: number, at: { readonly timestamp: number }) => void;

/** Ended tasks: `task-0` … `task-599`. */
export const completed: Tell = (metrics, i, at) => {
  const data = { task_id: `task-${i}`, node_id: `Node-${i % 3}`, duration_seconds: i / 7, outcome: 'success' } as const;
  metrics.record('task.completed', data, at);
};

/** Usage of models. */
export const used: Tell = (metrics, i, at) => {
  const ids = { session_id: `session-${i}`, task_id: `task-${i}`, client: 'claude-code', feed: 'events' } as const;
  metrics.record(
    'tokens.consumed',
    { ...ids, model: 'claude-opus-5-5', input_tokens: 10, output_tokens: 5, requests: 1 },
    at,
  );
};

export type DamagedStore = {
  readonly directory: string;
  readonly clock: StillClock;
  /** When the events happened that cannot be read: seconds since the epoch. */
  readonly lost: { readonly from: number; readonly to: number };
};

/**
 * A store in which one sealed block of the first metric has a flipped bit, and that nobody has looked at since.
 *
 * @param tell What is told of each metric.
 */
export async function damagedStore(
  tell: readonly Tell[] = [completed],
  { nowMicros = NOW_MICROS, isDamaged = true } = {},
): Promise<DamagedStore> {
  const whole = join(temporaryFolder(), '.ai');
  const clock = stillClock(nowMicros);
  const oldest = nowMicros / 1e6 - DAYS * 86_400;
  const recorder = openMetrics({ directory: whole, clock });
  for (const [place, one] of tell.entries()) {
    for (let i = 0; i < EVENTS; i++) one(recorder, i, { timestamp: oldest + place * LATER_SECONDS + i * 60 });
  }
  await recorder.drain();
  await recorder.upkeep();
  await recorder.close();
  if (isDamaged) damageBlock(join(whole, 'metrics.db'));
  const directory = join(temporaryFolder(), '.ai');
  cpSync(whole, directory, { recursive: true });
  return { directory, clock, lost: { from: oldest, to: oldest + (EVENTS - 1) * 60 + 1e-6 } };
}
