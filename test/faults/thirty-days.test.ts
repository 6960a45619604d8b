import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../src/index.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { saidBy, startChild } from '../support/child-process.ts';
import { EVERY_KIND } from '../support/every-kind.ts';
import { imbalances, stillClock } from '../support/recording.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { hoursOf, SOAK_DAYS, SOAK_START_MICROS, soakEvents, soakNow } from '../support/soak-days.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RETENTION = { rawDays: 9, rollupDays: 1_000, maxBytes: 360_000 };
/** Every so many days the recorder, or the upkeep, is killed in the middle of its work. */
const RECORDER_KILLED = 3;
const UPKEEP_KILLED = 2;

/** A day's recorder; killed after some turns, or left to end. @returns How many events its ended turns had. */
async function recordDay(directory: string, day: number, random: () => number): Promise<number> {
  const child = startChild('soak-writer-child.ts', [directory, String(day)]);
  if (day % RECORDER_KILLED === 1) {
    await saidBy(child, `${40 * (1 + Math.floor(random() * 40))}\n`);
    child.process.kill('SIGKILL');
  }
  const end = await child.ended;
  if (end !== 0 && end !== 'SIGKILL') throw new Error(child.output());
  return Number(child.output().trim().split('\n').at(-1));
}

async function killUpkeep(directory: string, day: number, random: () => number): Promise<void> {
  const child = startChild('soak-upkeep-child.ts', [directory, String(soakNow(day)), JSON.stringify(RETENTION)]);
  await saidBy(child, 'begins\n');
  await pause(random() * 60);
  child.process.kill('SIGKILL');
  await child.ended;
}

describe('thirty days of a store', () => {
  it('end with every event accounted for, rollups equal to what was recorded, and within the budget', async ({
    annotate,
  }) => {
    const random = seededRandom(30);
    const directory = join(temporaryFolder(), '.ai');
    mkdirSync(directory, { mode: 0o700 });
    const clock = stillClock(soakNow(0));
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND], clock, retention: RETENTION });
    const acknowledged: number[] = [];
    for (let day = 0; day < SOAK_DAYS; day++) {
      acknowledged.push(await recordDay(directory, day, random));
      if (day % UPKEEP_KILLED === 1) await killUpkeep(directory, day, random);
      clock.micros = soakNow(day);
      await metrics.drain();
      const { sizeBytes } = await metrics.upkeep();
      expect(sizeBytes).toBeLessThanOrEqual(RETENTION.maxBytes);
    }

    const ledger = (await metrics.ledger()).toSorted((a, b) => a.startedMicros - b.startedMicros);
    const writers = ledger.filter(({ recorded }) => recorded > 0);
    expect(imbalances(ledger)).toEqual(ledger.map(() => 0));
    expect(writers).toHaveLength(SOAK_DAYS);
    for (const [day, { recorded, dropped }] of writers.entries()) {
      expect(recorded).toBeGreaterThanOrEqual(acknowledged[day] ?? Number.NaN);
      expect(dropped).toEqual({});
    }

    const stored = writers.flatMap(({ recorded }, day) => soakEvents(day).slice(0, recorded));
    const { rows } = await metrics.aggregate({
      metric: EVERY_KIND.name,
      aggregations: ['count', 'sum(a_count)', 'min(a_count)', 'max(a_count)'],
      since: (SOAK_START_MICROS - SOAK_DAYS * MICROS_PER_DAY) / 1e6,
      until: soakNow(SOAK_DAYS) / 1e6,
      bucket: '1h',
    });
    const answered = rows.map(({ bucketStart, values }) => [
      Math.floor((bucketStart ?? 0) * 1e6) / MICROS_PER_HOUR,
      values['count'],
      values['sum(a_count)'],
      values['min(a_count)'],
      values['max(a_count)'],
    ]);
    const recorded = [...hoursOf(stored)].map(([hour, { events, sum, least, greatest }]) => [
      hour,
      events,
      sum,
      least,
      greatest,
    ]);
    expect(answered).toEqual(recorded.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0)));

    const { path, databaseBytes, events, rawFromMicros } = await metrics.stats();
    const kept = stored.filter(({ atMicros }) => atMicros >= rawFromMicros).length;
    expect(events).toBe(kept);
    await metrics.close();
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
    await annotate(
      `${stored.length} events recorded, ${kept} kept, ${databaseBytes} bytes; raw detail of ` +
        `${((soakNow(SOAK_DAYS - 1) - rawFromMicros) / MICROS_PER_DAY).toFixed(1)} days`,
    );
  });
});
