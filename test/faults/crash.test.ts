import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { listSegments, spoolFolder } from '../../src/store/spool/spool-folder.ts';
import { crashCluster, lookAfter } from '../support/crash-cluster.ts';
import { EVERY_KIND, imbalances, openRecorder } from '../support/recording.ts';

/** Of all clusters together; at least 150 are promised. */
const KILLS = 160;
const CLUSTERS = 2;

describe('processes killed at any moment', () => {
  it('lose nothing acknowledged, double nothing, invent nothing', { timeout: 300_000 }, async ({ annotate }) => {
    const seeds = Array.from({ length: CLUSTERS }, () => Math.floor(Math.random() * 2 ** 31));
    const crashed = await Promise.all(seeds.map((seed) => crashCluster({ seed, kills: KILLS / CLUSTERS })));
    let kills = 0;
    for (const [index, cluster] of crashed.entries()) {
      const report = await lookAfter(cluster);
      const { acknowledged, stored, restartMillis, ...rest } = report;
      kills += report.kills;
      expect(rest, `seed ${seeds[index]}`).toEqual({
        kills: KILLS / CLUSTERS + 6,
        ownEnds: [],
        lost: [],
        doubled: [],
        phantoms: [],
        integrity: 'ok',
        imbalances: [],
        setAside: [],
      });
      expect(acknowledged).toBeGreaterThan(1_000);
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
      expect(restartMillis).toBeLessThan(20_000);
      await annotate(`${report.kills} kills, ${stored} events, started again in ${Math.round(restartMillis)} ms`);
    }
    expect(kills).toBeGreaterThanOrEqual(150);
  });

  it('are caught by this very check when a recorder only pretends to have written', { timeout: 300_000 }, async () => {
    const { lost, doubled, phantoms } = await lookAfter(
      await crashCluster({ seed: 7, kills: 12, writerMode: 'early' }),
    );
    expect(lost.length).toBeGreaterThan(0);
    expect([doubled, phantoms]).toEqual([[], []]);
  });
});

describe('the law of conservation', () => {
  it('catches a spool file that is there twice, and rows that went without a word', async () => {
    const { intake, directory } = openRecorder();
    for (let n = 0; n < 10; n++) intake.record(EVERY_KIND.name, { a_count: n });
    await intake.close();
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    await metrics.drain();
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    const [file] = listSegments(spoolFolder(directory));
    copyFileSync(file?.path ?? '', join(spoolFolder(directory), '0-copy.spool'));
    await metrics.drain();
    expect(imbalances(await metrics.ledger())).toEqual([-10]);
    await metrics.close();
  });

  it('counts what was in a spool file that somebody deleted', async () => {
    const { intake, directory } = openRecorder({ maxSpoolBytes: 100_000 });
    for (let n = 0; n < 4_000; n++) intake.record(EVERY_KIND.name, { a_count: n });
    intake.write();
    const [first] = listSegments(spoolFolder(directory));
    const bytes = readFileSync(first?.path ?? '');
    writeFileSync(first?.path ?? '', bytes.subarray(0, 400));
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    const ledger = await metrics.ledger();
    expect(ledger[0]?.dropped.spool_damaged).toBeGreaterThan(100);
    expect(imbalances(ledger)).toEqual([0]);
    expect(ledger[0]?.recorded).toBe(4_000);
    await metrics.close();
    await intake.close();
  });
});
