import type { DatabaseSync } from 'node:sqlite';
import type { StoredEvent } from '../../../model/event.ts';
import type { Chunk } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import type { ScanRequest } from '../../store.ts';
import { blockAfter, blockBefore, type SealedBlock } from '../blocks/block-book.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { readMeta, toStored } from '../file/schema.ts';
import { ChunkFilter, type Selection } from '../fold/chunk-filter.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { CellDecoder } from '../rows/cells.ts';
import { decodeRows, type Row, rowColumns } from '../rows/decode-row.ts';
import { type EventTable, withAllColumns } from '../rows/event-tables.ts';
import { rowReader } from '../rows/row-columns.ts';
import { whereOf } from '../rows/where.ts';
import { batchesByField } from './ordered-scan.ts';

/** Most events of one batch. */
const BATCH = 1_000;

/** A sealed row that passed. */
type Passed = { readonly chunk: Chunk; readonly index: number; readonly t: number };

/**
 * Events of one table in batches, hot and sealed ones alike. Nothing is held open between batches: each is found anew
 * behind the last time, within one read transaction, so a slow reader never keeps the WAL from being reset, and an
 * event that is sealed or unsealed meanwhile is given once. Events stored meanwhile show up if they lie ahead.
 */
export function* scanTable(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: ScanRequest,
): Generator<readonly StoredEvent[]> {
  const storeId = String(readMeta(db, 'store_id'));
  const batches =
    typeof request.order === 'string'
      ? new TimeScan(db, dictionary, table, request).batches()
      : batchesByField(db, dictionary, table, { ...request, order: request.order }, BATCH);
  const decoder = new CellDecoder(db, dictionary);
  for (const rows of batches) yield decodeRows(rows, table, decoder, storeId);
}

/** One scan by time, as far as it has come. */
class TimeScan {
  readonly #db: DatabaseSync;
  readonly #table: EventTable;
  readonly #newestFirst: boolean;
  readonly #hotRows: (from: number, before: number, wanted: number) => Row[];
  readonly #filter: () => ChunkFilter;
  /** A block has rows for several batches. */
  readonly #selections = new WeakMap<Chunk, Selection>();
  #from: number;
  #before: number;
  #left: number;

  constructor(db: DatabaseSync, dictionary: Dictionary, table: EventTable, request: ScanRequest) {
    this.#db = db;
    this.#table = table;
    this.#newestFirst = request.order === 'newest_first';
    const where = whereOf(request.filters, table, dictionary);
    const statement = db.prepare(
      `SELECT ${rowColumns(table)} FROM ${table.table} WHERE t >= ? AND t < ? AND ${where.sql}
        ORDER BY t ${this.#newestFirst ? 'DESC' : 'ASC'} LIMIT ?`,
    );
    statement.setReturnArrays(true);
    this.#hotRows = (from, before, wanted) =>
      from < before ? (statement.all(from, before, ...where.parameters, wanted) as unknown as Row[]) : [];
    // Only where there are blocks: it asks for names.
    let filter: ChunkFilter | undefined;
    this.#filter = () => (filter ??= new ChunkFilter(db, request.filters, table, dictionary));
    this.#from = toStored(request.range.fromMicros);
    this.#before = toStored(request.range.toMicros);
    this.#left = request.limit ?? Number.POSITIVE_INFINITY;
  }

  *batches(): Generator<Row[]> {
    while (this.#left > 0 && this.#from < this.#before) {
      const wanted = Math.min(BATCH, this.#left);
      const rows = inReadTransaction(this.#db, () => this.#batch(wanted));
      const last = rows.at(-1);
      if (last === undefined) return;
      if (this.#newestFirst) this.#before = Number(last[0]);
      else this.#from = Number(last[0]) + 1;
      this.#left -= rows.length;
      yield rows;
      if (rows.length < wanted) return;
    }
  }

  /** The kind that is likely to have the first rows tells how far to look for the other. */
  #batch(wanted: number): Row[] {
    if (this.#newestFirst) {
      const hot = this.#hotRows(this.#from, this.#before, wanted);
      const reach = hot.length < wanted ? this.#from : Number(hot.at(-1)?.[0]);
      return this.#merged(hot, this.#sealedRows(reach, this.#before, wanted), wanted);
    }
    const sealed = this.#sealedRows(this.#from, this.#before, wanted);
    const reach = sealed.length < wanted ? this.#before : (sealed.at(-1)?.t ?? 0);
    return this.#merged(this.#hotRows(this.#from, reach, wanted), sealed, wanted);
  }

  #merged(hot: readonly Row[], sealed: readonly Passed[], wanted: number): Row[] {
    const rows: Row[] = [];
    let [i, j] = [0, 0];
    let read: { readonly chunk: Chunk; readonly rowAt: (index: number) => Row } | undefined;
    while (rows.length < wanted) {
      const [row, passed] = [hot[i], sealed[j]];
      if (row !== undefined && (passed === undefined || this.#isBefore(Number(row[0]), passed.t))) {
        rows.push(row);
        i++;
      } else if (passed !== undefined) {
        const { chunk } = passed;
        if (read?.chunk !== chunk) read = { chunk, rowAt: rowReader(chunk, this.#table) };
        rows.push(read.rowAt(passed.index));
        j++;
      } else break;
    }
    return rows;
  }

  #isBefore(t: number, other: number): boolean {
    return this.#newestFirst ? t > other : t < other;
  }

  #sealedRows(from: number, before: number, wanted: number): Passed[] {
    const rows: Passed[] = [];
    for (const block of this.#blocks(from, before)) {
      const chunk = block.chunk();
      if (chunk !== undefined) this.#take(rows, chunk, from, before, wanted);
      if (rows.length >= wanted) break;
    }
    return rows;
  }

  /** One by one, since most batches need no more than one or two of hundreds. */
  *#blocks(from: number, before: number): Generator<SealedBlock> {
    const last = blockBefore(this.#db, this.#table, before - 1);
    if (last === undefined || last.t1 < from) return;
    // Since the scan began, columns may have been added, and blocks made that have them.
    const table = withAllColumns(this.#db, this.#table);
    if (this.#newestFirst) {
      let block = blockBefore(this.#db, table, last.t0);
      for (; block !== undefined && block.t1 >= from; block = blockBefore(this.#db, table, block.t0 - 1)) yield block;
      return;
    }
    const reaching = blockBefore(this.#db, table, from);
    if (reaching !== undefined && reaching.t1 >= from) yield reaching;
    let block = blockAfter(this.#db, table, from);
    for (; block !== undefined && block.t0 < before; block = blockAfter(this.#db, table, block.t0)) yield block;
  }

  #take(rows: Passed[], chunk: Chunk, from: number, before: number, wanted: number): void {
    let selection = this.#selections.get(chunk);
    if (selection === undefined) this.#selections.set(chunk, (selection = this.#filter().selection(chunk)));
    if (selection === 'none') return;
    const times = chunk.times();
    const [first, end] = [lowerBound(times, from), lowerBound(times, before)];
    const step = this.#newestFirst ? -1 : 1;
    for (let i = this.#newestFirst ? end - 1 : first; i >= first && i < end && rows.length < wanted; i += step) {
      if (selection === 'all' || selection[i] === 1) rows.push({ chunk, index: i, t: times[i] as number });
    }
  }
}
