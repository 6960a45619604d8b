import { onTestFinished } from 'vitest';
import { Intake } from '../../src/intake/intake.ts';
import type { Metric } from '../../src/metrics/define-metric.ts';
import { catalogueOf } from '../../src/metrics/index.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { NOW_MICROS, SAMPLE } from './sample-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A store in a temporary folder, a recorder that writes into its spool, and a clock that tests may set. */
export type StoreBench = {
  readonly store: SqliteStore;
  readonly directory: string;
  readonly clock: Clock & { micros: number };
  /** Record events and drain them into the tables. */
  readonly put: (events: readonly IncomingEvent[]) => Promise<void>;
  /** Record events; they stay in the spool. */
  readonly spool: (events: readonly IncomingEvent[]) => void;
  /** End the recording process's file. */
  readonly endSpool: () => Promise<void>;
};

export async function openBench(
  directory = temporaryFolder(),
  metrics: readonly Metric[] = [SAMPLE],
): Promise<StoreBench> {
  const clock = { micros: NOW_MICROS, nowMicros: () => clock.micros, monotonicMillis: () => clock.micros / 1_000 };
  const store = await SqliteStore.open(directory, clock);
  const intake = new Intake({
    directory,
    catalogue: catalogueOf(metrics),
    disabled: [],
    clock,
    source: 'library',
    cluster: '',
    maxSpoolBytes: 1e9,
  });
  onTestFinished(async () => {
    await intake.close();
    await store.close();
  });
  const spool = (events: readonly IncomingEvent[]): void => {
    for (const event of events) {
      if (!intake.emit(event)) throw new Error(`refused: ${JSON.stringify(event)}`);
    }
    intake.write();
  };
  return {
    store,
    directory,
    clock,
    spool,
    endSpool: () => intake.close(),
    async put(events) {
      spool(events);
      const report = await store.drain({ waitMillis: 5_000 });
      if (report.busy) throw new Error('another process drains');
    },
  };
}
