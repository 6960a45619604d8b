import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/index.ts';
import { EVERY_KIND, imbalances, stillClock, turn } from '../support/recording.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { mayMount, smallDisk } from '../support/small-disk.ts';

/** Fill what is left of a disk, to the last byte or leaving so many. */
function fill(disk: string, leave = 0): void {
  const file = openSync(join(disk, 'filler'), 'a');
  for (let size = 64 * 1024; size >= 1;) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  if (leave > 0) {
    truncateSync(join(disk, 'filler'), Math.max(0, statSync(join(disk, 'filler')).size - leave));
  }
}

const free = (disk: string): void => rmSync(join(disk, 'filler'), { force: true });

async function countOf(metrics: MetricsCollector): Promise<number> {
  const { rows } = await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
  return Number(rows[0]?.values['count'] ?? 0);
}

// Said once, so that nobody takes a skipped test for a passed one.
const reason = mayMount() ? '' : ' (skipped: mounting a small file system needs root)';

describe.skipIf(reason !== '')(`a full disk${reason}`, () => {
  it('costs what memory cannot hold, counted to the last event; recording goes on by itself when there is room', async () => {
    const random = seededRandom(11);
    const disk = smallDisk(6_144);
    const clock = stillClock(Date.now() * 1_000);
    const metrics = openMetrics({ directory: join(disk, '.ai'), metrics: [EVERY_KIND], clock });
    let recorded = 0;
    const record = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        metrics.record(EVERY_KIND, { a_count: recorded++, a_name: `n${n % 50}`, some_names: [`f${n}`] });
        clock.micros += 10;
        if (n % 40 === 0) await turn();
      }
      await turn();
    };
    for (let round = 0; round < 6; round++) {
      await record(300);
      fill(disk, Math.floor(random() * 6_000));
      await record(round === 3 ? 90_000 : 2_000);
      clock.millis += 1_100;
      await record(10);
      free(disk);
      clock.millis += 1_100;
      await record(1);
      expect(metrics.health().unwritable).toBeUndefined();
      await metrics.drain();
      expect(metrics.health().recorded).toBe(recorded);
      const ledger = await metrics.ledger();
      expect(imbalances(ledger)).toEqual([0]);
      expect(ledger[0]?.recorded).toBe(recorded);
      expect(await countOf(metrics)).toBe(metrics.health().accepted);
      await metrics.upkeep();
    }
    expect(metrics.health().dropped.spool_unwritable ?? 0).toBeGreaterThan(10_000);
    await metrics.close();
  });

  it('says so to who asks for durability, and still answers questions', async () => {
    const disk = smallDisk(1_024);
    const metrics = openMetrics({ directory: join(disk, '.ai'), metrics: [EVERY_KIND] });
    for (let n = 0; n < 500; n++) metrics.record(EVERY_KIND, { a_count: n });
    expect(await countOf(metrics)).toBe(500);
    fill(disk);
    for (let n = 0; n < 500; n++) metrics.record(EVERY_KIND, { a_count: n, a_name: `n${n}` });
    await expect(metrics.flush()).rejects.toMatchObject({ code: 'STORE_FULL', hint: expect.stringContaining('space') });
    expect(await countOf(metrics)).toBeGreaterThanOrEqual(500);
    expect(metrics.health().unwritable).toContain('ENOSPC');
    free(disk);
    await metrics.flush();
    expect(await countOf(metrics)).toBe(1_000);
    await metrics.close();
  });

  it('can be left by retention: what is old goes, and its room is used again', async () => {
    const disk = smallDisk(4_096);
    const day = 86_400_000_000;
    const clock = stillClock(Date.now() * 1_000);
    const metrics = openMetrics({
      directory: join(disk, '.ai'),
      metrics: [EVERY_KIND],
      clock,
      retention: { rawDays: 1, rollupDays: 400, maxBytes: 100e6 },
    });
    for (let n = 0; n < 20_000; n++) {
      const atMicros = clock.micros - 5 * day + n * 1_000_000;
      metrics.emit({ metric: EVERY_KIND.name, data: { a_count: n }, atMicros, source: 'library', inferred: false });
    }
    metrics.record(EVERY_KIND, {});
    await metrics.drain();
    clock.micros -= 5 * day;
    await metrics.upkeep();
    clock.micros += 5 * day;
    metrics.record(EVERY_KIND, {});
    await metrics.drain();
    fill(disk);
    const report = await metrics.upkeep();
    expect(report.expiredEvents).toBeGreaterThan(19_000);
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    metrics.record(EVERY_KIND, {});
    await metrics.flush();
    expect(await countOf(metrics)).toBeGreaterThan(1);
    await metrics.close();
  });

  it('never leaves a started collector or a started store that cannot go on', async () => {
    const disk = smallDisk(256);
    fill(disk);
    const metrics = openMetrics({ directory: join(disk, '.ai'), metrics: [EVERY_KIND] });
    for (let n = 0; n < 100; n++) expect(metrics.record(EVERY_KIND, { a_count: n })).toBe(true);
    await turn();
    await expect(metrics.stats()).rejects.toMatchObject({ code: 'STORE_FULL' });
    free(disk);
    expect(await countOf(metrics)).toBe(100);
    expect((await metrics.stats()).quarantinedFiles).toEqual([]);
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    await metrics.close();
  });
});
