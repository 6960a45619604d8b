import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import type { Clock } from '../../src/model/clock.ts';
import { MICROS_PER_SECOND } from '../../src/model/range.ts';

/** 2026-11-24T12:00Z, a Tuesday: "now" in tests of questions. */
export const NOW_SECONDS = Date.UTC(2026, 10, 24, 12) / 1_000;

/** A clock that stands still. */
export const STILL: Clock = { nowMicros: () => NOW_SECONDS * MICROS_PER_SECOND, monotonicMillis: () => 0 };

/** A task as a test tells it; what is left out is absent. */
export type ToldTask = {
  readonly at: number;
  readonly task?: string | undefined;
  readonly node?: string | undefined;
  readonly duration?: number | undefined;
  readonly outcome?: 'success' | 'failure' | undefined;
  readonly files?: number | undefined;
};

export function tellTasks(metrics: MetricsCollector, tasks: readonly ToldTask[]): void {
  for (const [i, { at, task, node, duration, outcome, files }] of tasks.entries()) {
    metrics.record(
      'task.completed',
      { task_id: task ?? `task-${i}`, node_id: node, duration_seconds: duration, outcome, files_modified: files },
      { timestamp: at },
    );
  }
}

/** A collector on a folder, whose clock stands at `NOW_SECONDS`. Raw detail is kept for 90 days. */
export function collectorOf(directory: string, rawDays = 90): MetricsCollector {
  return openMetrics({ directory, clock: STILL, retention: { rawDays, rollupDays: 400, maxBytes: 1e9 } });
}
