import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulateCluster, type SimulationPlan } from '../../src/example/simulation/simulate-cluster.ts';
import { openMetrics } from '../../src/metrics-collector.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';

/** A store of a simulated cluster of which now is a given moment; `remove` it when it is no longer needed. */
export type SimulatedStore = {
  readonly directory: string;
  readonly nowMicros: number;
  readonly clock: Clock;
  remove(): void;
};

/** @param more Further events, stored after those of the cluster. */
export async function simulatedStore(
  plan: Omit<SimulationPlan, 'fromMicros'>,
  nowMicros: number,
  more: readonly IncomingEvent[] = [],
): Promise<SimulatedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'amicus-test-'));
  const directory = join(folder, '.ai');
  const begun = performance.now();
  const clock: Clock = {
    // Goes on from there, so that what is recorded later is later.
    nowMicros: () => nowMicros + Math.round((performance.now() - begun) * 1_000),
    monotonicMillis: () => performance.now(),
  };
  const collector = openMetrics({ directory, clock });
  const fromMicros = nowMicros - plan.days * MICROS_PER_DAY;
  for (const event of simulateCluster({ ...plan, fromMicros })) collector.emit(event);
  for (const event of more) collector.emit(event);
  await collector.flush();
  await collector.drain();
  await collector.close();
  return { directory, nowMicros, clock, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}
