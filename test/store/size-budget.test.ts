import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMetrics } from '../../src/metrics-collector.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { eventually } from '../support/eventually.ts';
import { stillClock } from '../support/recording.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const random = seededRandom(9);
/** An event with a name that no other has, and a number that does not compress. */
const event = (atMicros: number, name: string) =>
  sample(atMicros, { task_id: name, tests: Math.floor(random() * 2 ** 40) });
const history = (from: number, events: number, prefix: string, every = 40) =>
  Array.from({ length: events }, (_, i) => event(from + i * every * MICROS_PER_SECOND, `${prefix}-${i}`));

/** All that lies in a context folder, but for what is only there while it is open and for the file that keeps a place free. */
function folderBytes(directory: string): number {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => !/(?:-shm|\.ballast)$/.test(name))
    .map((name) => statSync(join(directory, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

const START = NOW_MICROS - 20 * MICROS_PER_DAY;
const HOURS = [
  { fromMicros: START - (START % MICROS_PER_HOUR), toMicros: NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR) },
];
const everything = foldRequest({ ranges: HOURS, measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });

describe('the folder of a store', () => {
  it('stays within its budget with a log, a spool, free pages, rollups and names in it; rollups lose nothing', async () => {
    const { store, directory, put, endSpool } = await openBench();
    await put(history(START, 40_000, 'early'));
    await endSpool();
    await store.drain();
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const before = await store.foldRollups(everything);
    // What waits in the spool counts, and so does a log that somebody's reading keeps.
    const { spool } = await openBench(directory);
    spool(history(NOW_MICROS - MICROS_PER_HOUR, 3_000, 'waiting', 1));
    const maxBytes = Math.floor(folderBytes(directory) * 0.6);
    const reader = new DatabaseSync(store.path, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM block').get();
    const held = await store.upkeep({ ...UNLIMITED, maxBytes }, NOW_MICROS);
    expect(held.droppedForSpaceEvents).toBeGreaterThan(0);
    expect((await store.stats()).walBytes).toBeGreaterThan(0);
    reader.exec('COMMIT');
    reader.close();

    const report = await store.upkeep({ ...UNLIMITED, maxBytes }, NOW_MICROS);
    expect(folderBytes(directory)).toBeLessThanOrEqual(maxBytes);
    expect(report.sizeBytes).toBe(folderBytes(directory));
    expect((await store.stats()).spoolBytes).toBeGreaterThan(0);
    expect(await store.foldRollups(everything)).toEqual(before);
    // The space that went was that of the oldest events; the newest are there.
    const { oldestMicros = 0, events } = await store.stats();
    expect(events).toBeGreaterThan(5_000);
    expect(oldestMicros).toBeGreaterThan(START);
  });

  it('stays within it hour after hour, as events come, are sealed and go', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const clock = stillClock(START - (START % MICROS_PER_HOUR));
    const retention = { ...UNLIMITED, maxBytes: 600_000 };
    // Of a file that is still written to, what has been stored counts until it ends, so these are small.
    const metrics = openMetrics({ directory, clock, retention, metrics: [SAMPLE], maxSpoolBytes: 400_000 });
    onTestFinished(() => metrics.close());
    for (let hour = 0; hour < 24; hour++) {
      for (let i = 0; i < 3_500; i++) {
        metrics.emit(event(clock.micros + i * MICROS_PER_SECOND, `hour-${hour}-${i % 900}`));
        if (i % 1_000 === 0) await metrics.drain();
      }
      clock.micros += MICROS_PER_HOUR;
      // A spool file that is full is drained by a thread of its own, which may be at work still.
      const sizeBytes = await eventually(
        async () => (await metrics.upkeep()).sizeBytes,
        (size) => size === folderBytes(directory),
      );
      expect(sizeBytes).toBeLessThanOrEqual(retention.maxBytes);
    }
    expect(metrics.health().dropped).toEqual({});
    const { events } = await metrics.stats();
    expect(events).toBeLessThan(24 * 3_500);
    const question = { metric: SAMPLE.name, aggregations: ['count'], until: clock.micros / 1e6 };
    const { rows } = await metrics.aggregate(question);
    expect(rows[0]?.values).toEqual({ count: 24 * 3_500 });
  });
});
