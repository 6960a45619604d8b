import type { DatabaseSync } from 'node:sqlite';
import type { SpooledEvent } from '../../spool/decode-event.ts';
import type { Definitions } from '../../spool/definitions.ts';
import { isAmongDamaged } from '../blocks/damaged-spans.ts';
import { readMeta, toStored } from '../file/schema.ts';
import { NameNumbers } from '../names/name-numbers.ts';
import { ensureEventTable, type EventTable } from '../rows/event-tables.ts';
import { IdentityBook } from './identity-book.ts';
import type { EventInserter } from './insert-events.ts';
import type { Collected, ProducerBook } from './producer-book.ts';
import { RowEnricher } from './row-enricher.ts';
import { type EventRow, RowLayout } from './row-layout.ts';

/** Turns the spooled events of one transaction into rows, and tells which of them are new. */
export class RowCollector {
  readonly #db: DatabaseSync;
  readonly #names: NameNumbers;
  readonly #identities: IdentityBook;
  readonly #enricher: RowEnricher;
  readonly #producers: ProducerBook;
  readonly #inserter: EventInserter;
  /** By name of the table, which may gain columns while rows are collected for it. */
  #rows = new Map<string, TableRows>();
  /** Rows of this transaction by identity: a second telling may come before the first is inserted. */
  readonly #pending = new Map<bigint, EventRow>();

  constructor(db: DatabaseSync, producers: ProducerBook, inserter: EventInserter) {
    this.#db = db;
    this.#names = new NameNumbers(db);
    this.#identities = new IdentityBook(db);
    this.#enricher = new RowEnricher(db);
    this.#producers = producers;
    this.#inserter = inserter;
  }

  /** Call at the start of each transaction. */
  begin(): void {
    this.#names.begin();
  }

  /** Take in events of one file. Copies are inserted at once, since only that tells which of them are new. */
  collect(
    events: readonly SpooledEvent[],
    { texts, origins }: Definitions,
    producer: number,
    tables: Map<string, EventTable>,
  ): Collected {
    const numbers: number[] = [];
    const numberOf = (text: number): number => (numbers[text] ??= this.#names.of(texts[text] ?? ''));
    const originNumbers: number[] = [];
    const originOf = (origin: number): number =>
      (originNumbers[origin] ??= this.#producers.origin(producer, origins[origin]));
    const layouts = new Map<SpooledEvent['metric'], RowLayout>();
    const copies = new Map<EventTable, EventRow[]>();
    const rawFrom = Number(readMeta(this.#db, 'raw_from') ?? -Infinity);
    let duplicates = 0;
    let tooOld = 0;
    let kindChanged = 0;
    const onKindChanged = (): void => {
      kindChanged += 1;
    };
    const used = usedFields(events);
    for (const event of events) {
      const { identity, isCopy, metric } = event;
      const t = toStored(event.atMicros);
      if ((identity !== undefined || isCopy) && t < rawFrom) {
        tooOld += 1;
        continue;
      }
      let layout = layouts.get(metric);
      if (layout === undefined) {
        const fields = metric.fields.filter((_, index) => used.get(metric)?.has(index));
        layout = new RowLayout(ensureEventTable(this.#db, tables, metric.name, fields, metric.fields), metric);
        layouts.set(metric, layout);
      }
      const row = layout.row(event, t, originOf(event.origin), numberOf, onKindChanged);
      if (identity !== undefined && this.#isToldAgain(identity, layout.table, row)) duplicates += 1;
      else if (isCopy) push(copies, layout.table, row);
      else this.#rowsOf(layout.table).rows.push(row);
    }
    for (const [table, rows] of copies) {
      const isLost = isAmongDamaged(this.#db, table);
      const tellable = rows.filter(([t]) => !isLost(t));
      tooOld += rows.length - tellable.length;
      duplicates += this.#inserter.insertCopies(table, tellable);
    }
    return { stored: events.length - duplicates - tooOld, duplicates, tooOld, kindChanged };
  }

  /** Insert what was collected. */
  insert(): void {
    for (const { table, rows } of this.#rows.values()) {
      // Columns are only ever added behind the others: rows from before lack the last ones.
      for (const row of rows) while (row.length < table.columns.length + 2) row.push(null);
      this.#inserter.insert(table, rows);
    }
    this.#rows = new Map();
    this.#pending.clear();
  }

  /** Where rows of a table are collected, as wide as it is by now. */
  #rowsOf(table: EventTable): TableRows {
    let found = this.#rows.get(table.table);
    if (found === undefined) this.#rows.set(table.table, (found = { table, rows: [] }));
    if (table.columns.length > found.table.columns.length) found.table = table;
    return found;
  }

  /** After a rollback: what was collected inside it is void. */
  forget(): void {
    this.#rows = new Map();
    this.#pending.clear();
    this.#names.forget();
  }

  #isToldAgain(identity: bigint, table: EventTable, row: EventRow): boolean {
    const at = this.#identities.toldBefore(identity, row[0]);
    if (at === undefined) {
      this.#pending.set(identity, row);
      return false;
    }
    const pending = this.#pending.get(identity);
    if (pending !== undefined) {
      RowEnricher.fillPending(pending, row);
      this.#rowsOf(table);
    } else if (this.#enricher.fill(table, at, row)) this.#inserter.markDirty(table, at);
    return true;
  }
}

type TableRows = { table: EventTable; readonly rows: EventRow[] };

/** By metric: the indexes of the fields that some event has. */
function usedFields(events: readonly SpooledEvent[]): Map<SpooledEvent['metric'], Set<number>> {
  const used = new Map<SpooledEvent['metric'], Set<number>>();
  for (const { metric, values } of events) {
    let indexes = used.get(metric);
    if (indexes === undefined) used.set(metric, (indexes = new Set()));
    for (let index = 0; index < values.length; index++) if (values[index] !== undefined) indexes.add(index);
  }
  return used;
}

function push(rows: Map<EventTable, EventRow[]>, table: EventTable, row: EventRow): void {
  const tableRows = rows.get(table);
  if (tableRows === undefined) rows.set(table, [row]);
  else tableRows.push(row);
}
