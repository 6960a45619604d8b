import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { EVERY_KIND } from '../../support/every-kind.ts';
import { contentOf, differences, importText, LINES_FROM_MICROS, linesOf } from '../../support/import-lines.ts';
import { stillClock } from '../../support/recording.ts';
import { overlapping, storedRows } from '../../support/sealed-blocks.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const QUICKLY = 0;
const ONE_BY_ONE = Number.POSITIVE_INFINITY;
const METRICS = ['state.read', EVERY_KIND.name] as const;

const folders = () => {
  const folder = temporaryFolder();
  return { quick: join(folder, 'quick', '.ai'), slow: join(folder, 'slow', '.ai') };
};
const rowsOf = (directory: string) => METRICS.map((metric) => storedRows(join(directory, 'metrics.db'), metric));

describe('an import of many lines', () => {
  it('seals them without a detour, and stores what one by one would', async () => {
    const { quick, slow } = folders();
    const text = linesOf({ moments: 50_000, seed: 1 });
    const imported = await importText(quick, text, QUICKLY);
    expect(imported).toEqual(await importText(slow, text, ONE_BY_ONE));
    expect(imported).toMatchObject({ lines: 50_000, stored: 50_000, duplicates: 0, refused: 0, findings: {} });
    for (const { sealed, blocks } of rowsOf(quick)) {
      expect(sealed).toBeGreaterThan(20_000);
      expect(overlapping(blocks)).toEqual([]);
    }
    for (const { sealed } of rowsOf(slow)) expect(sealed).toBe(0);
    expect(differences(await contentOf(quick), await contentOf(slow))).toEqual([]);
  });

  it('makes of strange lines exactly what the slow way makes of them', { timeout: 120_000 }, async () => {
    const { quick, slow } = folders();
    const text = linesOf({ moments: 30_000, seed: 2, strange: 0.05 });
    const told = await importText(slow, text, ONE_BY_ONE);
    expect(await importText(quick, text, QUICKLY)).toEqual(told);
    expect(told.refused).toBeGreaterThan(300);
    expect(rowsOf(quick)[0]?.sealed).toBeGreaterThan(10_000);
    expect(differences(await contentOf(quick), await contentOf(slow))).toEqual([]);
  });

  it('adds nothing when it is repeated, in whatever order the lines come', { timeout: 60_000 }, async () => {
    const { quick } = folders();
    const text = linesOf({ moments: 20_000, seed: 3, strange: 0.02 });
    await importText(quick, text, QUICKLY);
    const content = await contentOf(quick);
    const again = await importText(quick, text, QUICKLY);
    expect(again.stored).toBe(0);
    expect(again.duplicates).toBe(again.events);
    const plain = text.split('\n').filter((line) => line.includes('0123456789ab:'));
    const backwards = await importText(quick, plain.toReversed().join('\n'), QUICKLY);
    expect(backwards).toMatchObject({ stored: 0, duplicates: plain.length });
    expect(differences(await contentOf(quick), content)).toEqual([]);
  });

  it('adds only what the store lacks: rows, sealed or not, that are there are known again', async () => {
    const { quick, slow } = folders();
    const lines = linesOf({ moments: 24_000, seed: 4 }).split('\n');
    const some = lines.filter((_, i) => i % 100 === 0).join('\n');
    const half = lines.slice(0, 12_000).join('\n');
    for (const [directory, after] of [
      [quick, QUICKLY],
      [slow, ONE_BY_ONE],
    ] as const) {
      await importText(directory, some, ONE_BY_ONE);
      expect(await importText(directory, half, after)).toMatchObject({ stored: 11_880, duplicates: 120 });
      expect(await importText(directory, lines.join('\n'), after)).toMatchObject({
        stored: 24_000 - 12_000 - 120,
        duplicates: 12_120,
      });
    }
    expect(differences(await contentOf(quick), await contentOf(slow))).toEqual([]);
  });

  it('sorts lines that come in any order', async () => {
    const { quick, slow } = folders();
    const lines = linesOf({ moments: 12_000, seed: 5 }).split('\n');
    const mixed = lines.map((line, i) => lines[(i * 7_919) % lines.length] ?? line).join('\n');
    await importText(quick, mixed, QUICKLY);
    await importText(slow, lines.join('\n'), ONE_BY_ONE);
    expect(rowsOf(quick)[0]?.sealed).toBeGreaterThan(5_000);
    expect(differences(await contentOf(quick), await contentOf(slow))).toEqual([]);
  });

  it('leaves the last hours unsealed, where most is still to come', async () => {
    const { quick } = folders();
    const text = linesOf({ moments: 20_000, seed: 6 });
    const spanMicros = 20_000 * 250_050;
    const clock = stillClock(LINES_FROM_MICROS + spanMicros);
    await importText(quick, text, QUICKLY, clock);
    const [reads] = rowsOf(quick);
    expect(reads?.hot).toBeGreaterThan(8_000);
    expect(reads?.blocks).toEqual([]);
  });

  it('has rollups that equal its events, as any other rows', async () => {
    const { quick } = folders();
    await importText(quick, linesOf({ moments: 30_000, seed: 7 }), QUICKLY);
    const before = await contentOf(quick);
    const collector = openMetrics({
      directory: quick,
      metrics: [EVERY_KIND],
      retention: { rawDays: 4_000, rollupDays: 4_000, maxBytes: 1e12 },
    });
    expect(await collector.upkeep()).toMatchObject({ expiredEvents: 0 });
    await collector.close();
    expect(differences(await contentOf(quick), before)).toEqual([]);
    for (const { hot } of rowsOf(quick)) expect(hot).toBe(0);
  });
});
