import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { eventId, identityHash } from '../../model/identity-hash.ts';
import { listSegments, type SegmentFile } from '../spool/spool-folder.ts';
import { SegmentReader, type Stretch } from '../spool/segment-reader.ts';
import type { SpooledEvent } from '../spool/decode-event.ts';
import type { DrainReport } from '../store.ts';
import { NameNumbers } from './name-numbers.ts';
import { ensureEventTable, type EventTable, readEventTables } from './event-tables.ts';
import { EventInserter, type EventRow } from './insert-events.ts';
import { ProducerBook } from './producer-book.ts';
import { pragmaNumber, readMeta, toStored } from './schema.ts';

/** Events moved in one transaction: about 0.1 s, the longest another drainer or upkeep waits for the lock. */
const EVENTS_PER_TRANSACTION = 40_000;
/** A WAL above this is copied into the database behind a drain; passive, so that it waits for nobody. */
const CHECKPOINT_BYTES = 1024 * 1024;
/** Files drained to their end are removed when there are so many, else at the next upkeep. */
const MAX_DRAINED_FILES = 32;
/** A file without a whole first frame is given so long: it is written within the same millisecond, or never. */
const HEADER_PATIENCE_MILLIS = 60_000;
/** Segment states in the table `segment`. */
const STATE = { open: 0, drained: 1, setAside: 2 } as const;

type Progress = { readonly producer: number; readonly drained: number; readonly state: number };

/**
 * Moves spooled events into tables. The rows and the offset they were read to are written in one transaction, so each
 * event is stored exactly once whoever drains, and however often a drainer is killed.
 *
 * One for each connection; keeps readers of files that grow.
 */
export class Drain {
  readonly #db: DatabaseSync;
  readonly #folder: string;
  readonly #readers = new Map<string, SegmentReader>();
  readonly #names: NameNumbers;
  readonly #inserter: EventInserter;
  readonly #producers: ProducerBook;
  readonly #progressOf: StatementSync;
  readonly #saveProgress: StatementSync;
  readonly #findIdentity: StatementSync;
  readonly #addIdentity: StatementSync;
  /** Set when a transaction failed: what was learnt inside it is void. */
  #tables: Map<string, EventTable>;
  readonly #storeId: string;

  constructor(db: DatabaseSync, folder: string) {
    this.#db = db;
    this.#folder = folder;
    this.#names = new NameNumbers(db);
    this.#inserter = new EventInserter(db);
    this.#producers = new ProducerBook(db);
    this.#tables = readEventTables(db);
    this.#storeId = String(readMeta(db, 'store_id'));
    this.#progressOf = db.prepare('SELECT producer, drained, state FROM segment WHERE name = ?');
    this.#saveProgress = db.prepare(
      `INSERT INTO segment (name, producer, drained, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET drained = excluded.drained, state = excluded.state`,
    );
    this.#findIdentity = db.prepare('SELECT 1 FROM identity WHERE h = ?');
    this.#addIdentity = db.prepare('INSERT INTO identity (h, t) VALUES (?, ?)');
  }

  /**
   * Drain every file of the spool.
   *
   * @param waitMillis How long to wait for another drainer. When it takes longer, the report says `busy`.
   * @throws what SQLite reports, busy excepted. The failed slice is rolled back and can be drained again.
   */
  run(nowMillis: number, waitMillis: number): DrainReport {
    const report = { events: 0, duplicates: 0, damagedBytes: 0, busy: false };
    const pending = listSegments(this.#folder).filter((file) => this.#hasNews(file, nowMillis));
    if (pending.length === 0) return report;
    this.#db.exec(`PRAGMA busy_timeout = ${Math.floor(waitMillis)}`);
    const queue = [...pending];
    try {
      while (queue.length > 0) {
        try {
          this.#db.exec('BEGIN IMMEDIATE');
        } catch (cause) {
          if (!isBusy(cause)) throw cause;
          return { ...report, busy: true };
        }
        try {
          const slice = this.#drainSlice(queue, nowMillis);
          this.#db.exec('COMMIT');
          report.events += slice.events;
          report.duplicates += slice.duplicates;
          report.damagedBytes += slice.damagedBytes;
        } catch (cause) {
          if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
          this.#forget();
          throw cause;
        }
      }
      this.#afterDrain();
    } finally {
      this.#db.exec('PRAGMA busy_timeout = 5000');
    }
    return report;
  }

  #progress(name: string): Progress | undefined {
    return this.#progressOf.get(name) as Progress | undefined;
  }

  /** Cheap enough to ask on every question: one look-up a file. */
  #hasNews(file: SegmentFile, nowMillis: number): boolean {
    const progress = this.#progress(file.name);
    if (progress === undefined) return true;
    if (progress.state !== STATE.open) return false;
    return file.sizeBytes > progress.drained || !this.#mayGrow(file, nowMillis);
  }

  /** Another drainer may remove a file at any time; then there is nothing left to learn from it. */
  #mayGrow(file: SegmentFile, nowMillis: number): boolean {
    return ifThere(() => this.#reader(file).mayStillGrow(file, nowMillis)) ?? false;
  }

  #reader(file: SegmentFile): SegmentReader {
    const known = this.#readers.get(file.name);
    if (known !== undefined) return known;
    const made = new SegmentReader(file.path);
    this.#readers.set(file.name, made);
    return made;
  }

  /** Takes files from the queue until the transaction has enough; a file with more is put back. */
  #drainSlice(queue: SegmentFile[], nowMillis: number) {
    const totals = { events: 0, duplicates: 0, damagedBytes: 0 };
    const rows = new Map<EventTable, EventRow[]>();
    while (queue.length > 0 && totals.events < EVENTS_PER_TRANSACTION) {
      const file = queue.shift();
      if (file === undefined) break;
      const progress = this.#progress(file.name);
      if (progress !== undefined && progress.state !== STATE.open) continue;
      const reader = this.#reader(file);
      const header = ifThere(() => reader.header());
      if (header === undefined) {
        // Gone, or not even its first frame is whole: its writer died, or is about to write it.
        if (nowMillis - file.modifiedMillis > HEADER_PATIENCE_MILLIS)
          totals.damagedBytes += this.#setAsideFile(file, 0);
        continue;
      }
      // Before the file is read: a writer that dies afterwards may have written once more in between.
      const mayGrow = this.#mayGrow(file, nowMillis);
      const from = progress?.drained ?? 0;
      const stretch = ifThere(() => reader.stretch(from, EVENTS_PER_TRANSACTION - totals.events));
      if (stretch === undefined) continue;
      const producer = this.#producers.number(header);
      const duplicates = this.#collect(stretch.events, reader, producer, rows);
      this.#producers.account(producer, stretch, stretch.events.length - duplicates, duplicates);
      totals.events += stretch.events.length - duplicates;
      totals.duplicates += duplicates;
      if (stretch.more) queue.unshift(file);
      totals.damagedBytes += this.#finish(file, reader, producer, stretch, mayGrow);
    }
    for (const [table, tableRows] of rows) this.#inserter.insert(table, tableRows);
    return totals;
  }

  /** Save how far a file was read, and whether that was all of it. @returns bytes that can never be read. */
  #finish(file: SegmentFile, reader: SegmentReader, producer: number, stretch: Stretch, mayGrow: boolean): number {
    const over = stretch.ended || (!stretch.more && !mayGrow);
    // A file whose writer was killed may end in a torn frame: of a turn that had not ended, so nothing is missing.
    const tornBytes = over && !stretch.ended ? Math.max(0, file.sizeBytes - stretch.endOffset) : 0;
    if (tornBytes > 0 && reader.hasFramesBehind(stretch.endOffset)) {
      this.#saveProgress.run(file.name, producer, stretch.endOffset, STATE.setAside);
      return this.#setAsideFile(file, stretch.endOffset);
    }
    this.#saveProgress.run(file.name, producer, stretch.endOffset, over ? STATE.drained : STATE.open);
    if (over) this.#readers.delete(file.name);
    return tornBytes;
  }

  /** Keep a damaged file under another name, for whoever wants to look; nothing reads it again. */
  #setAsideFile(file: SegmentFile, goodBytes: number): number {
    ifThere(() => renameSync(file.path, `${file.path}.corrupt`));
    this.#readers.delete(file.name);
    return file.sizeBytes - goodBytes;
  }

  /** Turn spooled events into rows. @returns how many were duplicates. */
  #collect(
    events: readonly SpooledEvent[],
    reader: SegmentReader,
    producer: number,
    rows: Map<EventTable, EventRow[]>,
  ): number {
    const { texts, origins } = reader.definitions;
    const numbers: number[] = [];
    const numberOf = (text: number): number => (numbers[text] ??= this.#names.of(texts[text] ?? ''));
    const layouts = new Map<SpooledEvent['metric'], { table: EventTable; positions: readonly number[] }>();
    let duplicates = 0;
    for (const event of events) {
      const t = toStored(event.atMicros);
      if (event.identity !== undefined && this.#isKnown(event, origins[event.origin]?.source)) {
        duplicates += 1;
        continue;
      }
      let layout = layouts.get(event.metric);
      if (layout === undefined) {
        const table = ensureEventTable(this.#db, this.#tables, event.metric.name, event.metric.fields);
        const position = new Map(table.columns.map((column, index) => [column.name, index + 2]));
        layout = { table, positions: event.metric.fields.map(([field]) => position.get(field) ?? 0) };
        layouts.set(event.metric, layout);
      }
      const row: EventRow = [t, this.#producers.origin(producer, origins[event.origin])];
      for (let i = 0; i < layout.table.columns.length; i++) row.push(null);
      for (const [index, value] of event.values.entries()) {
        const place = layout.positions[index];
        if (value !== undefined && place !== undefined)
          row[place] = columnValue(event.metric.fields[index]?.[1], value, numberOf);
      }
      const tableRows = rows.get(layout.table);
      if (tableRows === undefined) rows.set(layout.table, [row]);
      else tableRows.push(row);
    }
    return duplicates;
  }

  /**
   * Whether a derived event was stored before; remembers it when not. An event that comes back from an export of this
   * very store carries the identity that its row has by where it lies.
   */
  #isKnown(event: SpooledEvent, source: string | undefined): boolean {
    const { identity, atMicros, metric } = event;
    if (identity === undefined) return false;
    if (this.#findIdentity.get(identity) !== undefined) return true;
    if (source === 'import' && identity === identityHash(eventId(this.#storeId, metric.name, atMicros))) {
      const table = this.#tables.get(metric.name);
      const sql = table === undefined ? undefined : `SELECT 1 FROM ${table.table} WHERE t = ?`;
      if (sql !== undefined && this.#db.prepare(sql).get(toStored(atMicros)) !== undefined) return true;
    }
    this.#addIdentity.run(identity, toStored(atMicros));
    return false;
  }

  #afterDrain(): void {
    const pages = Number(this.#db.prepare('SELECT count(*) AS n FROM segment WHERE state <> 0').get()?.['n']);
    if (pages >= MAX_DRAINED_FILES) removeDrainedSegments(this.#db, this.#folder);
    else if (this.#walBytes() > CHECKPOINT_BYTES) this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  #walBytes(): number {
    // With autocheckpoint off, a "noop" checkpoint tells the pages in the WAL without copying any.
    const row = this.#db.prepare('PRAGMA wal_checkpoint(NOOP)').get();
    return Math.max(0, Number(row?.['log'] ?? 0)) * pragmaNumber(this.#db, 'page_size');
  }

  #forget(): void {
    this.#names.forget();
    this.#producers.forget();
    this.#inserter.forget();
    this.#readers.clear();
    this.#tables = readEventTables(this.#db);
  }
}

function columnValue(
  kind: string | undefined,
  value: number | readonly number[],
  numberOf: (text: number) => number,
): SQLInputValue {
  if (typeof value !== 'number') return JSON.stringify(value.map(numberOf));
  return kind === 'id' || kind === 'name' || kind === 'one_of' ? numberOf(value) : value;
}

/** `undefined` when the file is not there any more. */
function ifThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

const isBusy = (cause: unknown): boolean => (((cause as { errcode?: number }).errcode ?? 0) & 0xff) === 5;

/**
 * Remove the files that were drained to their end, with their entries. First everything that was drained is copied
 * from the WAL into the database and synced: else a power cut could take the rows back when the files are gone.
 *
 * @returns How many files were removed; 0 when the checkpoint could not finish because somebody reads.
 */
export function removeDrainedSegments(db: DatabaseSync, folder: string): number {
  const names = db.prepare(`SELECT name FROM segment WHERE state = ${STATE.drained}`).all();
  if (names.length === 0) return 0;
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
  if (checkpoint?.['log'] !== checkpoint?.['checkpointed']) return 0;
  for (const { name } of names) rmSync(join(folder, String(name)), { force: true });
  // An entry may go only when its file surely has: a file that came back without one would be drained twice.
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
  const remove = db.prepare('DELETE FROM segment WHERE name = ?');
  for (const { name } of names) remove.run(name ?? null);
  return names.length;
}
