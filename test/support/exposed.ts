import { join } from 'node:path';

import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import type { RetentionSettings } from '../../src/store/store.ts';
import { Exposition, type ExpositionContext } from '../../src/surfaces/exposition/exposition.ts';
import { type StillClock, stillClock } from './recording.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A collector, and what tells its figures to other programs. */
export type Exposed = {
  readonly directory: string;
  readonly clock: StillClock;
  readonly collector: MetricsCollector;
  readonly context: ExpositionContext;
  readonly exposition: Exposition;
  /** Another one on the same folder, as after a restart. */
  readonly again: () => Exposition;
};

/** @param retention Default: nothing expires. */
export function exposed(retention: RetentionSettings = { rawDays: 400, rollupDays: 4_000, maxBytes: 1e12 }): Exposed {
  const directory = join(temporaryFolder(), '.ai');
  const clock = stillClock();
  const collector = openMetrics({ directory, clock, retention });
  const context: ExpositionContext = {
    directory,
    env: {
      AMICUS_METRICS_RETENTION_RAW_DAYS: String(retention.rawDays),
      AMICUS_METRICS_RETENTION_ROLLUP_DAYS: String(retention.rollupDays),
    },
    cwd: directory,
    clock,
    timeZone: 'UTC',
    collector: async () => collector,
  };
  return {
    directory,
    clock,
    collector,
    context,
    exposition: new Exposition(context),
    again: () => new Exposition(context),
  };
}

/** Lets so much time go by that figures are put together anew. */
export function letPass(clock: StillClock, seconds: number): void {
  clock.micros += seconds * 1e6;
  clock.millis += seconds * 1_000;
}
