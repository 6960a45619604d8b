import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { SegmentReader, type Stretch } from '../../spool/segment-reader.ts';
import { listSegments, type SegmentFile, type SegmentHeader } from '../../spool/spool-folder.ts';
import type { DrainReport } from '../../store.ts';
import { pragmaNumber } from '../file/schema.ts';
import { isBusy } from '../file/store-errors.ts';
import { keepLogSmall } from '../file/write-ahead-log.ts';
import { type EventTable, readEventTables } from '../rows/event-tables.ts';
import { EventInserter } from './insert-events.ts';
import { type Accounted, ProducerBook } from './producer-book.ts';
import { renameToLeave } from './retire-segments.ts';
import { RowCollector } from './row-collector.ts';
import { ifThere, SEGMENT_STATE, SegmentBook } from './segment-book.ts';

/** Events moved in one transaction: some 50 ms, in which the thread does nothing else and others wait for the lock. */
const EVENTS_PER_TRANSACTION = 16_384;
/** A file without a whole first frame is given so long: it is written within the same millisecond, or never. */
const HEADER_PATIENCE_MILLIS = 60_000;
/** First wait for another drainer's lock; doubled until it is the longest. */
const FIRST_WAIT_MILLIS = 1;
const LONGEST_WAIT_MILLIS = 16;

type Totals = { events: number; duplicates: number; damagedBytes: number };
type Slice = Totals & { readonly setAside: SegmentFile[] };

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
  readonly #inserter: EventInserter;
  readonly #producers: ProducerBook;
  readonly #collector: RowCollector;
  readonly #segments: SegmentBook;
  #tables: Map<string, EventTable> = new Map();
  /** The state of the schema that `#tables` was read from: another process may make and widen tables. */
  #schemaVersion = -1;
  #running: Promise<unknown> = Promise.resolve();

  constructor(db: DatabaseSync, folder: string) {
    this.#db = db;
    this.#folder = folder;
    this.#inserter = new EventInserter(db);
    this.#producers = new ProducerBook(db);
    this.#collector = new RowCollector(db, this.#producers, this.#inserter);
    this.#segments = new SegmentBook(db, folder);
  }

  /**
   * Drain every file of the spool, a slice at a time; between slices the thread is free.
   *
   * @param waitMillis How long to wait for other drainers, in all. When it takes longer, the report says `busy`.
   * @throws what SQLite reports, busy excepted. The failed slice is rolled back and can be drained again.
   */
  run(nowMillis: number, waitMillis: number): Promise<DrainReport> {
    const run = this.#running.then(() => this.#drainAll(nowMillis, waitMillis));
    this.#running = run.catch(() => undefined);
    return run;
  }

  async #drainAll(nowMillis: number, waitMillis: number): Promise<DrainReport> {
    const report = { events: 0, duplicates: 0, damagedBytes: 0, busy: false };
    const files = listSegments(this.#folder);
    const queue = files.filter((file) => this.#hasNews(file, nowMillis));
    this.#forgetAllBut(files);
    if (queue.length === 0) return report;
    for (let waitedMillis = 0; queue.length > 0;) {
      const waited = await this.#begin(waitMillis - waitedMillis);
      if (waited === undefined) return { ...report, busy: true };
      waitedMillis += waited;
      const slice = this.#inTransaction(() => this.#drainSlice(queue, nowMillis));
      for (const file of slice.setAside) this.#segments.setAside(file, nowMillis);
      report.events += slice.events;
      report.duplicates += slice.duplicates;
      report.damagedBytes += slice.damagedBytes;
      keepLogSmall(this.#db, queue.length === 0);
      if (queue.length > 0) await nextTurn();
    }
    this.#segments.removeWhenMany();
    return report;
  }

  /**
   * Begin to write. Waits between tries and not inside SQLite, where it would hold up the thread.
   *
   * @returns How long it waited; `undefined` when it took longer than it may.
   */
  async #begin(waitMillis: number): Promise<number | undefined> {
    const start = performance.now();
    for (let wait = FIRST_WAIT_MILLIS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS)) {
      try {
        this.#db.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
        return wait === FIRST_WAIT_MILLIS ? 0 : performance.now() - start;
      } catch (cause) {
        if (!isBusy(cause)) throw cause;
      } finally {
        this.#db.exec('PRAGMA busy_timeout = 5000');
      }
      if (performance.now() + wait > start + waitMillis) return undefined;
      await pause(wait);
    }
  }

  #inTransaction<Result>(work: () => Result): Result {
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (cause) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      // What was learnt inside is void.
      this.#collector.forget();
      this.#producers.forget();
      this.#inserter.forget();
      this.#readers.clear();
      this.#schemaVersion = -1;
      throw cause;
    }
  }

  /** Cheap enough to ask on every question: one look-up a file. */
  #hasNews(file: SegmentFile, nowMillis: number): boolean {
    const progress = this.#segments.progress(file);
    if (progress === undefined) return true;
    // Whoever set it aside, or asked its writer to leave it, was killed before it had renamed it.
    if (progress.state === SEGMENT_STATE.setAside) this.#segments.setAside(file, nowMillis);
    if (progress.state === SEGMENT_STATE.toLeave) renameToLeave(file.path);
    if (progress.state !== SEGMENT_STATE.open) return false;
    return file.sizeBytes > progress.drained || !this.#mayGrow(file, nowMillis);
  }

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

  #forgetAllBut(files: readonly SegmentFile[]): void {
    if (this.#readers.size === 0) return;
    const there = new Set(files.map(({ name }) => name));
    for (const name of this.#readers.keys()) if (!there.has(name)) this.#readers.delete(name);
  }

  /** Takes files from the queue until the transaction has enough; a file with more is put back. */
  #drainSlice(queue: SegmentFile[], nowMillis: number): Slice {
    this.#readTables();
    this.#collector.begin();
    const slice: Slice = { events: 0, duplicates: 0, damagedBytes: 0, setAside: [] };
    for (let left = EVENTS_PER_TRANSACTION; queue.length > 0 && left > 0;) {
      const file = queue.shift();
      if (file === undefined) break;
      const progress = this.#segments.progress(file);
      if (progress !== undefined && progress.state !== SEGMENT_STATE.open) continue;
      const reader = this.#reader(file);
      const header = ifThere(() => this.#headerOf(file, reader, nowMillis, slice));
      if (header === undefined) continue;
      // Before the file is read: a writer that dies afterwards may have written once more in between.
      const mayGrow = this.#mayGrow(file, nowMillis);
      const stretch = ifThere(() => reader.stretch(progress?.drained ?? 0, left));
      if (stretch === undefined) continue;
      const producer = this.#producers.number(header);
      const accounted = this.#collector.collect(stretch.events, reader.definitions, producer, this.#tables);
      this.#finish(file, reader, producer, stretch, accounted, mayGrow, slice);
      slice.events += accounted.stored;
      slice.duplicates += accounted.duplicates;
      left -= stretch.events.length;
      if (stretch.more) queue.unshift(file);
    }
    this.#collector.insert();
    return slice;
  }

  #readTables(): void {
    const version = pragmaNumber(this.#db, 'schema_version');
    if (version === this.#schemaVersion) return;
    this.#tables = readEventTables(this.#db);
    this.#schemaVersion = version;
  }

  /** Who writes a file; `undefined` when it is not to be read, now or ever. */
  #headerOf(file: SegmentFile, reader: SegmentReader, nowMillis: number, slice: Slice): SegmentHeader | undefined {
    const birth = reader.birth();
    if (birth === 'unborn' && nowMillis - file.modifiedMillis > HEADER_PATIENCE_MILLIS && file.sizeBytes === 0) {
      rmSync(file.path, { force: true });
    } else if (
      birth === 'damaged' ||
      (birth === 'unborn' && nowMillis - file.modifiedMillis > HEADER_PATIENCE_MILLIS)
    ) {
      slice.damagedBytes += file.sizeBytes;
      slice.setAside.push(file);
    }
    return reader.header();
  }

  /** Enter how far a file was read, whether that was all of it, and what was lost with what cannot be read. */
  #finish(
    file: SegmentFile,
    reader: SegmentReader,
    producer: number,
    stretch: Stretch,
    accounted: Accounted,
    mayGrow: boolean,
    slice: Slice,
  ): void {
    const { damaged, ended, endOffset } = stretch;
    const lostUpTo = damaged ? ifThere(() => reader.sequenceBehind(endOffset)) : undefined;
    this.#producers.account(producer, stretch, { ...accounted, lostUpTo });
    const isOver = damaged || ended || (!stretch.more && !mayGrow);
    if (isOver) this.#readers.delete(file.name);
    // A file whose writer was killed may end in a torn frame: of a turn that had not ended, so nothing is missing.
    if (isOver && !ended) slice.damagedBytes += stretch.tornBytes;
    if (damaged) slice.setAside.push(file);
    const { open, drained, setAside } = SEGMENT_STATE;
    const state = damaged ? setAside : isOver ? drained : open;
    this.#segments.save(file, { producer, drained: endOffset, state });
  }
}
