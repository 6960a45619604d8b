import type { DatabaseSync } from 'node:sqlite';
import type { Chunk, CodedCells } from '../../columns/chunk.ts';
import type { Row } from '../rows/decode-row.ts';
import { type EventTable, quoted } from '../rows/event-tables.ts';
import { codedCells, numberCells } from '../rows/row-columns.ts';
import { BLOCK_ROWS } from './seal-plan.ts';

/**
 * The rows of a typed table between two stored times as chunks, each as large as a full block, in order of time. Read as they are asked for: use
 * within one read transaction.
 *
 * @param columns Those that will be asked for; of any other, the rows seem to have nothing.
 */
export function* hotChunks(
  db: DatabaseSync,
  table: EventTable,
  from: number,
  before: number,
  columns: readonly string[],
): Generator<Chunk> {
  const names = columns.filter((name) => table.columns.some((column) => column.name === name));
  const select = db.prepare(
    `SELECT ${['t', 'o', ...names.map(quoted)].join(', ')} FROM ${table.table}
      WHERE t >= ? AND t < ? ORDER BY t LIMIT ${BLOCK_ROWS}`,
  );
  select.setReturnArrays(true);
  for (let next = from; ;) {
    const rows = select.all(next, before) as unknown as Row[];
    if (rows.length > 0) yield new HotChunk(rows, names);
    if (rows.length < BLOCK_ROWS) return;
    next = Number(rows.at(-1)?.[0]) + 1;
  }
}

class HotChunk implements Chunk {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
  readonly #rows: readonly Row[];
  readonly #places: ReadonlyMap<string, number>;
  #times: Float64Array | undefined;
  readonly #numbers = new Map<string, Float64Array>();
  readonly #coded = new Map<string, CodedCells>();

  constructor(rows: readonly Row[], columns: readonly string[]) {
    this.rows = rows.length;
    this.first = Number(rows[0]?.[0]);
    this.last = Number(rows.at(-1)?.[0]);
    this.#rows = rows;
    this.#places = new Map(columns.map((name, index) => [name, index + 2]));
  }

  times(): Float64Array {
    return (this.#times ??= Float64Array.from(this.#rows, (row) => Number(row[0])));
  }

  origins(): CodedCells {
    return this.#codedAt('', 1);
  }

  numbers(column: string): Float64Array {
    let cells = this.#numbers.get(column);
    if (cells === undefined) {
      cells = numberCells(this.#rows, this.#places.get(column));
      this.#numbers.set(column, cells);
    }
    return cells;
  }

  coded(column: string): CodedCells {
    return this.#codedAt(column, this.#places.get(column));
  }

  #codedAt(column: string, place: number | undefined): CodedCells {
    let cells = this.#coded.get(column);
    if (cells === undefined) this.#coded.set(column, (cells = codedCells(this.#rows, place)));
    return cells;
  }
}
