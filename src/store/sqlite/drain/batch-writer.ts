import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import type { Batch, BatchNames, BatchReport } from '../../bulk.ts';
import type { SegmentHeader } from '../../spool/spool-folder.ts';
import { HOT_HOURS } from '../blocks/seal.ts';
import { fromStored, inTransaction, toStored } from '../file/schema.ts';
import { readEventTables } from '../rows/event-tables.ts';
import { inOrderOfTime, partCrowded, rowsBefore, rowsBetween, rowsIn, toSpooledEvents } from './batch-rows.ts';
import { BatchSealer } from './batch-sealer.ts';
import { EventInserter } from './insert-events.ts';
import { type Collected, ProducerBook } from './producer-book.ts';
import { RowCollector } from './row-collector.ts';

/** Fewer rows than this are not worth a block of their own. */
const LEAST_ROWS = 1_024;
/** Rows that are inserted one by one in a transaction: some 10 ms. */
const ROWS_PER_TRANSACTION = 2_048;

/**
 * Stores batches of events: as sealed blocks where nothing stands against it, else row by row as a drain does. Rows and
 * the counts of their producer share a transaction, so it may be killed at any point.
 */
export class BatchWriter {
  readonly #db: DatabaseSync;
  readonly #producer: SegmentHeader;
  readonly #producers: ProducerBook;
  readonly #collector: RowCollector;
  readonly #sealer: BatchSealer;
  readonly #names: BatchNames;

  /** @param names What the numbers in batches stand for; may grow from batch to batch. */
  constructor(db: DatabaseSync, producer: SegmentHeader, names: BatchNames) {
    this.#db = db;
    this.#producer = producer;
    this.#names = names;
    this.#producers = new ProducerBook(db);
    const inserter = new EventInserter(db);
    this.#collector = new RowCollector(db, this.#producers, inserter);
    this.#sealer = new BatchSealer(db, inserter, this.#producers, producer, names);
  }

  /** @throws what SQLite reports; what was stored until then is stored. */
  write(batch: Batch, nowMicros: number): BatchReport {
    const report = { stored: 0, duplicates: 0, tooOld: 0 };
    const { apart, crowded } = partCrowded(inOrderOfTime(batch));
    const hotFrom = (Math.floor(toStored(nowMicros) / MICROS_PER_HOUR) - HOT_HOURS) * MICROS_PER_HOUR;
    const old = rowsBefore(apart, fromStored(hotFrom));
    const sealed = old >= LEAST_ROWS && this.#sealer.seal(rowsBetween(apart, 0, old)) ? old : 0;
    report.stored += sealed;
    for (const rest of [rowsBetween(apart, sealed, rowsIn(apart)), crowded]) {
      for (let from = 0; from < rowsIn(rest); from += ROWS_PER_TRANSACTION) {
        const to = Math.min(rowsIn(rest), from + ROWS_PER_TRANSACTION);
        const { stored, duplicates, tooOld } = this.#insert(rowsBetween(rest, from, to));
        report.stored += stored;
        report.duplicates += duplicates;
        report.tooOld += tooOld;
      }
    }
    return report;
  }

  #insert(batch: Batch): Collected {
    const { texts, lists, origins } = this.#names;
    const events = toSpooledEvents(batch, (list) => lists[list] ?? []);
    return inTransaction(this.#db, () => {
      this.#collector.begin();
      const producer = this.#producers.number(this.#producer);
      const definitions = { texts: [...texts], metrics: [batch.metric], origins: [...origins] };
      const collected = this.#collector.collect(events, definitions, producer, readEventTables(this.#db));
      this.#collector.insert();
      this.#producers.accountNext(producer, events.length, collected);
      return collected;
    });
  }
}
