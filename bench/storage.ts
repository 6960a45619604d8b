import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import type { BenchContext, BenchOutcome } from './harness.ts';

/** A busy month. */
const MANY_EVENTS = 10_000_000;

/** Bytes per event of the large workload: in our store, in the literal schema, in DuckDB. */
export async function benchStorage({ stores, tell }: BenchContext): Promise<BenchOutcome> {
  const ours = await stores.ours();
  const { databaseBytes, walBytes } = await ours.stats();
  stores.literal();
  await stores.duckDb();
  tell('storage: weighing');
  const tables = tableBytes(`${stores.oursDirectory}/metrics.db`);
  const sumOf = (chosen: (table: string) => boolean) =>
    Object.entries(tables).reduce((sum, [table, bytes]) => sum + (chosen(table) ? bytes : 0), 0) / stores.events;
  const isRollup = (table: string) => table.startsWith('rollup') || table.startsWith('sqlite_autoindex_rollup');
  const isSealed = (table: string) => table.startsWith('block') || table.startsWith('sqlite_autoindex_block');
  const isEvents = (table: string) => table.startsWith('m_') || isSealed(table);
  const events = sumOf(isEvents);
  const sealed = sumOf(isSealed);
  const names = sumOf((table) => /^(sqlite_autoindex_)?(dict|name_block)/.test(table));
  const rollups = sumOf(isRollup);
  const rest = sumOf((table) => !isRollup(table) && !isEvents(table)) - names;
  const whole = (databaseBytes + walBytes) / stores.events;
  const raw = events + names + rest;
  const literal = statSync(stores.literalPath).size / stores.events;
  const duckDb = statSync(stores.duckDbPath).size / stores.events;
  const rows = [
    { name: 'ours: sealed blocks', bytes: sealed },
    { name: 'ours: typed tables of the last hours', bytes: events - sealed },
    { name: 'ours: names, sealed ones and others', bytes: names },
    { name: 'ours: everything else but rollups', bytes: rest },
    { name: 'ours: raw, the sum of these', bytes: raw, ratio: literal / raw },
    { name: 'ours: rollups beside', bytes: rollups },
    { name: 'ours: whole file, WAL and free pages included', bytes: whole, ratio: literal / whole },
    { name: 'literal schema', bytes: literal, ratio: 1 },
    { name: 'DuckDB, a typed table per metric', bytes: duckDb, ratio: literal / duckDb },
  ];
  return {
    tables: [
      {
        title: `Storage of ${stores.events.toLocaleString('en-US')} events`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'bytes', label: 'bytes per event', digits: 2 },
          { key: 'ratio', label: 'literal schema ÷ this', digits: 1 },
        ],
        rows,
        notes: ['Parts of our file by the pages they take (SQLite dbstat), so half-empty pages count in full.'],
      },
    ],
    figures: {
      'storage: raw bytes per event': raw,
      'storage: rollups, % of raw': (100 * rollups) / raw,
      'storage: literal schema ÷ ours': literal / raw,
      'storage: ours ÷ DuckDB': raw / duckDb,
      ...(stores.events >= MANY_EVENTS && {
        'storage: 10 million events and all that is kept of them, MB': (whole * MANY_EVENTS) / 1e6,
      }),
    },
  };
}

/** Bytes of the pages that each table and index of a database takes. */
function tableBytes(path: string): Readonly<Record<string, number>> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name').all();
    return Object.fromEntries(rows.map((row) => [String(row['name']), Number(row['bytes'])]));
  } finally {
    database.close();
  }
}
