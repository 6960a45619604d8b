import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { Dictionary } from '../../src/store/sqlite/names/dictionary.ts';
import { readEventTables } from '../../src/store/sqlite/rows/event-tables.ts';
import { openReadOnly } from '../../src/store/sqlite/open/open-database.ts';
import { foldRollups } from '../../src/store/sqlite/rollups/rollup-fold.ts';
import type { FoldRequest, FoldRow } from '../../src/store/store.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { folderOfVersion2 } from '../support/older-store.ts';
import { NOW_MICROS } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

/** What version 2 answered, with null for absent. */
type Told = { readonly bucket: number; readonly group: unknown[]; readonly figures: unknown[] };
const { rawFromMicros, answers } = JSON.parse(readFileSync('test/fixtures/stores/version-2.json', 'utf8')) as {
  readonly rawFromMicros: number;
  readonly answers: readonly { readonly request: FoldRequest; readonly rows: readonly Told[] }[];
};

const toldOf = (rows: readonly FoldRow[]): Told[] =>
  rows.map(({ bucket, group, figures }) => ({
    bucket,
    group: group.map((value) => value ?? null),
    figures: figures.map((figure) =>
      figure instanceof QuantileSketch ? { sketch: figure.toNumbers() } : (figure ?? null),
    ),
  }));

/**
 * Beyond 2^53 version 2 lost what it rounded away in the order of its additions: a hundred of 36 · 10^15. Groups that lack
 * a value came first then.
 */
const comparable = (rows: readonly Told[]): unknown =>
  Object.fromEntries(
    rows.map(({ bucket, group, figures }) => [
      JSON.stringify([bucket, group]),
      figures.map((figure) =>
        typeof figure === 'number' && Math.abs(figure) > Number.MAX_SAFE_INTEGER
          ? Number(figure.toPrecision(14))
          : figure,
      ),
    ]),
  );

const schemaOf = (path: string): unknown => {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'rollup%' AND type = 'table'`).all();
  db.close();
  return tables.map(({ name }) => name);
};

describe('rollups that version 2 of the schema wrote', () => {
  it('keep every figure when a later version opens the file, those of expired events too', async () => {
    const { store } = await openBench(folderOfVersion2());
    expect((await store.stats()).rawFromMicros).toBe(rawFromMicros);
    for (const { request, rows } of answers)
      expect(comparable(toldOf(await store.foldRollups(request)))).toEqual(comparable(rows));
    expect(schemaOf(store.path)).toEqual(['rollup']);
  });

  it('keep every figure through the upkeep that adds what came late, and through expiry', async () => {
    const { store } = await openBench(folderOfVersion2());
    const asked = answers.map(({ request }) => request);
    const settings = [UNLIMITED, { ...UNLIMITED, rawDays: 0 }];
    for (const setting of settings) {
      await store.upkeep(setting, NOW_MICROS);
      for (const [i, request] of asked.entries()) {
        expect(comparable(toldOf(await store.foldRollups(request)))).toEqual(comparable(answers[i]?.rows ?? []));
      }
    }
  });

  it('are read as they are where the file cannot be written', () => {
    const { db } = openReadOnly(join(folderOfVersion2(), 'metrics.db'));
    const [table] = [...readEventTables(db).values()];
    if (table === undefined) throw new Error('the file has no metric');
    for (const { request, rows } of answers) {
      expect(comparable(toldOf(foldRollups(db, new Dictionary(db), table, request)))).toEqual(comparable(rows));
    }
    db.close();
  });
});
