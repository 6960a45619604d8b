import { onTestFinished } from 'vitest';

import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { second, type Told } from './clock-events.ts';
import { stillClock } from './recording.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A store that holds what was told, with a clock that stands so many seconds after the start. */
export async function storeOf(told: readonly Told[], nowSeconds: number, rawDays = 400) {
  const directory = temporaryFolder();
  const clock = stillClock(second(nowSeconds));
  const retention = { rawDays, rollupDays: 4_000, maxBytes: 1e9 };
  const metrics: MetricsCollector = openMetrics({ directory, clock, retention });
  onTestFinished(() => metrics.close());
  for (const [seconds, metric, nodeId, data] of told) {
    const event = { metric, atMicros: second(seconds), data: { ...data, node_id: nodeId } };
    metrics.emit({ ...event, source: 'library', inferred: false });
  }
  await metrics.flush();
  return { metrics, directory, clock };
}
