import type { DatabaseSync } from 'node:sqlite';
import { isNumeric } from '../../../model/field.ts';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import type { Batch, BatchNames } from '../../bulk.ts';
import type { CodedCells, Key } from '../../columns/chunk.ts';
import type { BlockColumns } from '../../columns/column-codec.ts';
import type { SegmentHeader } from '../../spool/spool-folder.ts';
import { type EncodedBlock, insertBlock, readBlocks, toEncodedBlock } from '../blocks/block-book.ts';
import { type NumberedCells, numberedCells, rowsIn, withKeys } from './batch-rows.ts';

import { ensureEventTable, type EventTable, readEventTables, toColumn } from '../rows/event-tables.ts';
import type { EventInserter } from './insert-events.ts';
import { NameNumbers } from '../names/name-numbers.ts';
import type { ProducerBook } from './producer-book.ts';
import { SWEEPS_KEY } from '../names/remove-names.ts';
import { inTransaction, readMeta, toStored } from '../file/schema.ts';

/** Names that are numbered in one transaction: some 10 ms. */
const NAMES_PER_TRANSACTION = 2_048;
/** Rows of the typed table between the times of a block that are looked through for equal times. */
const MOST_HOT_ROWS = 20_000;
const FIRST_ROOM = 1 << 16;

/**
 * Makes blocks of batches without a detour through the typed tables. Rows are encoded outside of transactions; what was
 * found out before is looked at again under the lock.
 */
export class BatchSealer {
  readonly #db: DatabaseSync;
  readonly #inserter: EventInserter;
  readonly #producers: ProducerBook;
  readonly #producer: SegmentHeader;
  readonly #names: BatchNames;
  readonly #numbers: NameNumbers;
  /** Numbers in the store of the batches' texts, as of so many sweeps. */
  #ids: number[] = [];
  #sweeps: string | number | undefined;
  #room = new Uint16Array(FIRST_ROOM);

  constructor(
    db: DatabaseSync,
    inserter: EventInserter,
    producers: ProducerBook,
    producer: SegmentHeader,
    names: BatchNames,
  ) {
    this.#db = db;
    this.#inserter = inserter;
    this.#producers = producers;
    this.#producer = producer;
    this.#names = names;
    this.#numbers = new NameNumbers(db);
  }

  /**
   * Store events of different moments, in order of time, as one block.
   *
   * @returns False when something stands against it: then nothing was stored.
   */
  seal(batch: Batch): boolean {
    const room = this.#roomForCodes();
    const cells = batch.metric.fields.map(([, kind], index) => {
      const field = batch.fields[index];
      return field === undefined || isNumeric({ kind }) ? undefined : numberedCells(field, room);
    });
    const origins = numberedCells(batch.origins, room);
    for (;;) {
      this.#numberNames(batch, cells);
      const prepared = inTransaction(this.#db, () => this.#prepare(batch, origins));
      if (prepared === undefined) return false;
      const block = toEncodedBlock(this.#columns(batch, prepared.table, cells, prepared.origins));
      const outcome = inTransaction(this.#db, () => this.#insert(batch, prepared.table, block));
      if (outcome !== 'names are gone') return outcome === 'stored';
    }
  }

  #roomForCodes(): Uint16Array {
    const { texts, lists, origins } = this.#names;
    const needed = Math.max(texts.length, lists.length, origins.length);
    if (needed > this.#room.length) this.#room = new Uint16Array(2 * needed);
    return this.#room;
  }

  /** Numbers in the store for all names that the batch uses. */
  #numberNames({ metric }: Batch, cells: readonly (NumberedCells | undefined)[]): void {
    const used = new Set<number>();
    for (const [index, column] of cells.entries()) {
      const kind = metric.fields[index]?.[1];
      if (kind === 'flag') continue;
      for (const number of column?.numbers ?? []) {
        if (number === null) continue;
        for (const text of kind === 'names' ? (this.#names.lists[number] ?? []) : [number]) used.add(text);
      }
    }
    const missing = (): number[] => [...used].filter((text) => this.#ids[text] === undefined);
    for (let left = missing(); left.length > 0; left = missing()) {
      inTransaction(this.#db, () => {
        this.#numbers.begin();
        const sweeps = readMeta(this.#db, SWEEPS_KEY);
        if (sweeps !== this.#sweeps) this.#ids = [];
        this.#sweeps = sweeps;
        for (const text of left.slice(0, NAMES_PER_TRANSACTION)) {
          this.#ids[text] = this.#numbers.of(this.#names.texts[text] ?? '');
        }
      });
    }
  }

  /** The table, and the origins' numbers; `undefined` when the table keeps a field otherwise than the batch has it. */
  #prepare(batch: Batch, origins: NumberedCells): { table: EventTable; origins: CodedCells } | undefined {
    const { name, fields } = batch.metric;
    const used = fields.filter((_, index) => batch.fields[index] !== undefined);
    const table = ensureEventTable(this.#db, readEventTables(this.#db), name, used, fields);
    const isKept = used.every((field) => {
      const [own, kept] = [toColumn(field), table.columns.find((column) => column.name === field[0])];
      return own.kind === kept?.kind && own.scale === kept.scale;
    });
    if (!isKept) return undefined;
    const producer = this.#producers.number(this.#producer);
    const numberOf = (origin: number): number => this.#producers.origin(producer, this.#names.origins[origin]);
    return { table, origins: withKeys(origins, numberOf) };
  }

  #columns(
    batch: Batch,
    table: EventTable,
    cells: readonly (NumberedCells | undefined)[],
    origins: CodedCells,
  ): BlockColumns {
    const rows = rowsIn(batch);
    const places = new Map(batch.metric.fields.map(([name], index) => [name, index]));
    return {
      times: batch.atMicros.map(toStored),
      origins,
      columns: table.columns.map((column) => {
        const place = places.get(column.name) ?? -1;
        if (isNumeric(column)) return { numbers: batch.fields[place] ?? new Float64Array(rows).fill(Number.NaN) };
        const coded = cells[place];
        if (coded === undefined) return { codes: new Uint16Array(rows), keys: [null] };
        return withKeys(coded, (number) => this.#key(column.kind, number));
      }),
    };
  }

  #key(kind: string, number: number): Key {
    if (kind === 'flag') return number;
    if (kind === 'names') return JSON.stringify((this.#names.lists[number] ?? []).map((text) => this.#ids[text]));
    return this.#ids[number] ?? null;
  }

  #insert(batch: Batch, table: EventTable, block: EncodedBlock): 'stored' | 'not free' | 'names are gone' {
    if (readMeta(this.#db, SWEEPS_KEY) !== this.#sweeps) {
      this.#ids = [];
      return 'names are gone';
    }
    if (!this.#isFree(batch, table, block)) return 'not free';
    insertBlock(this.#db, table, block);
    let marked = Number.NaN;
    for (const at of batch.atMicros) {
      const hour = Math.floor(toStored(at) / MICROS_PER_HOUR);
      if (hour !== marked) this.#inserter.markDirty(table, toStored(at));
      marked = hour;
    }
    const counts = { stored: block.n, duplicates: 0, tooOld: 0, kindChanged: 0 };
    this.#producers.accountNext(this.#producers.number(this.#producer), block.n, counts);
    return 'stored';
  }

  /** Nothing of these times has expired or is damaged, no block has rows among them, and no row lies at one of them. */
  #isFree({ atMicros }: Batch, table: EventTable, { t0, t1 }: EncodedBlock): boolean {
    if (t0 < Number(readMeta(this.#db, 'raw_from') ?? Number.NEGATIVE_INFINITY)) return false;
    const damaged = this.#db.prepare('SELECT 1 FROM damaged_block WHERE metric = ? AND t0 <= ? AND t1 >= ? LIMIT 1');
    if (damaged.get(table.metricId, t1 + MICROS_PER_HOUR, t0 - MICROS_PER_HOUR) !== undefined) return false;
    if (readBlocks(this.#db, table, t0, t1 + 1).next().done !== true) return false;
    const hot = this.#db.prepare(`SELECT t FROM ${table.table} WHERE t BETWEEN ? AND ? ORDER BY t LIMIT ?`);
    hot.setReturnArrays(true);
    const rows = hot.all(t0, t1, MOST_HOT_ROWS) as unknown as readonly [number][];
    let at = 0;
    for (const [t] of rows) {
      while (toStored(atMicros[at] ?? Number.POSITIVE_INFINITY) < t) at += 1;
      if (toStored(atMicros[at] ?? Number.POSITIVE_INFINITY) === t) return false;
    }
    return rows.length < MOST_HOT_ROWS;
  }
}
