import type { DatabaseSync } from 'node:sqlite';
import { cellAt } from '../../columns/cell-at.ts';
import type { Chunk, CodedCells } from '../../columns/chunk.ts';
import { readBlock } from '../blocks/block-book.ts';
import { ALL_TIMES, type StoredSpan } from '../blocks/stored-span.ts';
import { byMetricId, type EventTable, quoted } from '../rows/event-tables.ts';
import { columnCells } from '../rows/row-columns.ts';
import type { OwnReads } from './own-reads.ts';

/** Made known to SQL: `sealed_sound(block)`, 0 when it is damaged. */
const SOUND = 'sealed_sound';
/** Made known to SQL: `sealed_times(block, slice)`, stored times of a slice of rows as one value. */
const TIMES = 'sealed_times';
/** Made known to SQL: `sealed_cell(block, row * STRIDE + column)`, a cell as it would lie in the typed table. */
const CELL = 'sealed_cell';
/** Made known to SQL: the first stored time that the statement needs, and the first behind all that it needs. */
const [FROM, BEFORE] = ['sealed_from', 'sealed_before'];
export const SEALED_FUNCTIONS: readonly string[] = [SOUND, TIMES, CELL, FROM, BEFORE];

/** Temporary table of the numbers that count slices, and rows of a slice. */
const NUMBERS = 'sealed_number';

/**
 * Rows of a slice. Each call of a function takes some 30 bytes until the statement gives its next row, so times, which
 * nearly every statement looks at, come many at once; and SQLite copies the value of a slice for each of its rows.
 */
const SLICE = 32;
/** A block has at most 32,767 rows. */
const MAX_SLICES = 1_024;

/** Times of a slice are decimal, of this width, filled up with spaces: the longest are a sign and 16 digits. */
const WIDTH = 17;
const [SPACE, ZERO, MINUS] = [32, 48, 45];

/** More columns than a table may have, SQLite's 2,000. */
const STRIDE = 2_048;
const ORIGIN = 0;
const FIELDS = 1;

type OpenBlock = {
  readonly id: number;
  readonly chunk: Chunk;
  readonly table: EventTable;
  /** Columns as far as they were asked for. */
  readonly cells: (Float64Array | CodedCells)[];
};

/** Sealed rows for SQL. Only columns and cells that a statement uses are decoded. */
export class SealedCells {
  readonly #db: DatabaseSync;
  readonly #reads: OwnReads;
  readonly #tables: ReadonlyMap<number, EventTable>;
  readonly #sealed: ReadonlySet<number>;
  readonly #digits = Buffer.alloc(SLICE * WIDTH);
  #span = ALL_TIMES;
  #open: OpenBlock | undefined;

  /** Make the functions and the table for the blocks that there are. */
  constructor(db: DatabaseSync, tables: Iterable<EventTable>, reads: OwnReads) {
    this.#db = db;
    this.#reads = reads;
    this.#tables = byMetricId(tables);
    this.#sealed = sealedMetrics(db);
    if (this.#sealed.size === 0) return;
    db.exec(`CREATE TEMP TABLE ${NUMBERS} (i INTEGER PRIMARY KEY);
      WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number LIMIT ${MAX_SLICES})
      INSERT INTO ${NUMBERS} SELECT i FROM number`);
    const pure = { deterministic: true };
    db.function(SOUND, pure, (id) => (this.#block(Number(id)) === undefined ? 0 : 1));
    db.function(TIMES, pure, (id, slice) => this.#times(Number(id), Number(slice) * SLICE));
    // Without arguments they are called once for each run of a statement.
    db.function(FROM, pure, () => this.#span.from);
    db.function(BEFORE, pure, () => this.#span.before);
    db.function(CELL, pure, (id, place) => this.#cell(id as number, place as number));
  }

  /** From the next run on, statements see the rows of these times, and perhaps some others. */
  narrow(span: StoredSpan): void {
    this.#span = span;
  }

  /** The times that the last statement saw. */
  get span(): StoredSpan {
    return this.#span;
  }

  /**
   * What to select from for all rows of a table, with the names of its columns. Sealed rows come newest first, so that
   * a statement for the newest, which is asked most, finds them at once and leaves the rest undecoded.
   */
  source(table: EventTable): string {
    const hot = `main.${table.table}`;
    if (!this.#sealed.has(table.metricId)) return hot;
    const names = ['t', 'o', ...table.columns.map(({ name }) => quoted(name))].join(', ');
    // Functions give floats.
    const cells = ['INTEGER', ...table.columns.map(({ kind }) => (kind === 'names' ? 'TEXT' : 'INTEGER'))].map(
      (type, column) => `CAST(${CELL}(s.id, (s.first + s.n - 1 - r.i) * ${STRIDE} + ${column}) AS ${type})`,
    );
    const time = `CAST(substr(s.times, (s.n - 1 - r.i) * ${WIDTH} + 1, ${WIDTH}) AS INTEGER)`;
    // The limit keeps the order, and keeps the slices apart, so that each is made once.
    return `(SELECT ${names} FROM ${hot} WHERE t >= ${FROM}() AND t < ${BEFORE}() UNION ALL SELECT ${[time, ...cells].join(', ')}
      FROM (SELECT id, slice * ${SLICE} AS first, min(${SLICE}, rows - slice * ${SLICE}) AS n, ${TIMES}(id, slice) AS times
        FROM (SELECT b.id AS id, b.n AS rows, (b.n - 1) / ${SLICE} - q.i AS slice
          FROM main.block AS b CROSS JOIN temp.${NUMBERS} AS q
          WHERE b.metric = ${table.metricId} AND b.t0 < ${BEFORE}() AND b.t1 >= ${FROM}() AND ${SOUND}(b.id) AND q.i <= (b.n - 1) / ${SLICE}
          ORDER BY b.t0 DESC, q.i LIMIT -1) LIMIT -1) AS s
      CROSS JOIN temp.${NUMBERS} AS r WHERE r.i < s.n)`;
  }

  /** A view that the next call writes over: SQLite takes a copy. */
  #times(id: number, from: number): Uint8Array | null {
    const block = this.#block(id);
    if (block === undefined) return null;
    const times = block.chunk.times();
    this.#digits.fill(SPACE);
    const before = Math.min(from + SLICE, times.length);
    for (let row = from; row < before; row++) writeDigits(this.#digits, row - from, times[row] as number);
    return this.#digits;
  }

  #cell(id: number, place: number): number | string | null {
    const block = this.#block(id);
    if (block === undefined) return null;
    const [row, column] = [Math.floor(place / STRIDE), place % STRIDE];
    return cellAt((block.cells[column] ??= cellsOf(block, column)), row);
  }

  #block(id: number): OpenBlock | undefined {
    if (this.#open?.id !== id) this.#open = this.#read(id);
    return this.#open;
  }

  #read(id: number): OpenBlock | undefined {
    return this.#reads.run(() => {
      const block = readBlock(this.#db, this.#tables, id);
      const table = this.#tables.get(block?.metricId ?? 0);
      const chunk = block?.chunk();
      return chunk === undefined || table === undefined ? undefined : { id, chunk, table, cells: [] };
    });
  }
}

function cellsOf({ chunk, table }: OpenBlock, column: number): Float64Array | CodedCells {
  const field = table.columns[column - FIELDS];
  return column === ORIGIN || field === undefined ? chunk.origins() : columnCells(chunk, field);
}

/** Right-aligned in its place. */
function writeDigits(bytes: Uint8Array, row: number, value: number): void {
  let at = (row + 1) * WIDTH - 1;
  let rest = Math.abs(value);
  do {
    const tenth = Math.floor(rest / 10);
    bytes[at--] = ZERO + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0);
  if (value < 0) bytes[at] = MINUS;
}

/** Metrics that have blocks. A file of an older version that cannot be written has none. */
function sealedMetrics(db: DatabaseSync): Set<number> {
  if (!hasTable(db, 'block')) return new Set();
  const rows = db.prepare('SELECT DISTINCT metric FROM main.block').all();
  return new Set(rows.map(({ metric }) => Number(metric)));
}

/** False of a table that came after the version of a file that cannot be written. */
export const hasTable = (db: DatabaseSync, name: string): boolean =>
  db.prepare(`SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !== undefined;
