import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { EVERY_KIND, imbalances, turn } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const open = (directory: string): MetricsCollector => openMetrics({ directory, metrics: [EVERY_KIND] });

async function countIn(metrics: MetricsCollector): Promise<number> {
  const { rows } = await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
  return Number(rows[0]?.values['count'] ?? 0);
}

async function record(metrics: MetricsCollector, events: number): Promise<void> {
  for (let n = 0; n < events; n++) metrics.record(EVERY_KIND, { a_count: n, a_name: `n${n % 5}` });
  await turn();
}

/** Record a little at a time until the folder is there again, as a process does that nobody told. */
async function recordUntilBack(metrics: MetricsCollector, directory: string): Promise<void> {
  await eventually(async () => {
    await record(metrics, 1);
    return existsSync(join(directory, 'metrics.spool'));
  });
}

describe('a folder that is taken away while processes record and ask', () => {
  it.each<[string, (directory: string) => void]>([
    ['deleted', (directory) => rmSync(directory, { recursive: true })],
    ['moved', (directory) => renameSync(directory, `${directory}.moved`)],
    [
      'emptied',
      (directory) => {
        for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
      },
    ],
  ])('when %s: events and answers are in the new one soon', async (_how, take) => {
    const directory = join(temporaryFolder(), '.ai');
    const [writer, reader] = [open(directory), open(directory)];
    await record(writer, 100);
    expect(await countIn(reader)).toBe(100);
    take(directory);
    await recordUntilBack(writer, directory);
    const before = await countIn(reader);
    await record(writer, 50);
    expect(await countIn(reader)).toBe(before + 50);
    expect(await countIn(writer)).toBe(before + 50);
    const ledger = await reader.ledger();
    expect(imbalances(ledger)).toEqual([0]);
    expect(ledger[0]?.recorded).toBe(writer.health().recorded);
    // What went with the folder is told, and nothing more.
    expect(ledger[0]?.dropped.spool_damaged).toBe(writer.health().recorded - before - 50);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('moved away and back goes on where it was', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const [writer, reader] = [open(directory), open(directory)];
    await record(writer, 100);
    expect(await countIn(reader)).toBe(100);
    renameSync(directory, `${directory}.moved`);
    await recordUntilBack(writer, directory);
    rmSync(directory, { recursive: true });
    renameSync(`${directory}.moved`, directory);
    await pause(1_100);
    await record(writer, 10);
    expect(await countIn(reader)).toBeGreaterThanOrEqual(110);
    expect(imbalances(await reader.ledger())).toEqual([0]);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('restored from a copy has what the copy had, and what is recorded from then on', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const writer = open(directory);
    await record(writer, 100);
    expect(await countIn(writer)).toBe(100);
    await writer.upkeep();
    await writer.close();
    cpSync(directory, `${directory}.copy`, { recursive: true });
    const later = open(directory);
    await record(later, 30);
    expect(await countIn(later)).toBe(130);
    rmSync(directory, { recursive: true });
    cpSync(`${directory}.copy`, directory, { recursive: true });
    await pause(1_100);
    await record(later, 7);
    expect(await countIn(later)).toBe(107);
    const ledger = await later.ledger();
    expect(imbalances(ledger)).toEqual([0, 0]);
    expect(ledger.map(({ dropped }) => dropped)).toEqual([{}, { spool_damaged: 30 }]);
    await later.close();
  });

  it('has its database cut short or removed under an open store: no process dies, and events go on being stored', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const [writer, reader] = [open(directory), open(directory)];
    await record(writer, 5_000);
    expect(await countIn(reader)).toBe(5_000);
    await reader.upkeep();
    truncateSync(join(directory, 'metrics.db'), 9_000);
    await record(writer, 10);
    await countIn(reader).catch(() => 0);
    await record(writer, 10);
    await reader.drain().catch(() => undefined);
    expect(await countIn(reader)).toBeGreaterThanOrEqual(20);

    rmSync(join(directory, 'metrics.db'));
    await record(writer, 3);
    expect(await countIn(reader)).toBeGreaterThanOrEqual(3);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('has its store replaced by a restored backup under other processes: they go on in that one', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const [one, other] = [open(directory), open(directory)];
    await record(one, 40);
    expect(await countIn(other)).toBe(40);
    const backup = join(directory, '..', 'backup.db');
    await one.backup(backup);
    await record(one, 5);
    expect(await countIn(one)).toBe(45);
    await other.close();
    await one.restore(backup);
    await record(one, 2);
    const third = open(directory);
    // The five were still in the spool: they are drained into the restored store.
    expect(await countIn(one)).toBe(47);
    expect(await countIn(third)).toBe(47);
    expect(imbalances(await third.ledger())).toEqual([0]);
    await Promise.all([one.close(), third.close()]);
  });
});

it('is set up anew by whoever comes first after the whole workspace was cleaned', async () => {
  const directory = join(temporaryFolder(), '.ai');
  const metrics = open(directory);
  await record(metrics, 3);
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  expect(await countIn(metrics)).toBe(0);
  await record(metrics, 2);
  await metrics.flush();
  expect(await countIn(metrics)).toBe(2);
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
  await metrics.close();
});
