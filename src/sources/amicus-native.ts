import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Catalogue, catalogueOf } from '../metrics/index.ts';
import type { IncomingEvent } from '../model/event.ts';
import { BaselineFile } from './amicus-state/baseline-file.ts';
import { clusterKeyOf } from './cluster-key-of.ts';
import { NoticeCounts } from './notice-counts.ts';
import { nativeEvent, type NativeRow } from './native-event.ts';
import { writePrivateFile } from './private-file.ts';
import { type LiveSource, type SourceContext, type SourcePlace, SYSTEM_TIMERS } from './source.ts';

/** The database in which some versions of Amicus keep metrics of their own. */
export const NATIVE_FILE_NAME = 'metrics.db';

/** `PRAGMA application_id` of this package's own database ("AMMX"), which may have the same name. */
const OWN_APPLICATION_ID = 0x41_4d_4d_58;

/** Rows read at once: some milliseconds, so that neither Amicus nor this process waits. */
const BATCH_ROWS = 1_000;

/**
 * Events that the state file tells as well. From the moment it is watched they are taken from there, because the two
 * have nothing in common by which one could be told to be the other.
 */
const TOLD_BY_STATE = new Set([
  'node.registered',
  'node.terminated',
  'cluster.snapshot',
  'task.claimed',
  'task.completed',
  'state.write',
]);

export type AmicusNativeOptions = SourcePlace & {
  /** Which metrics and fields may pass. The built-in ones unless set. */
  readonly catalogue?: Catalogue | undefined;
  readonly pollMillis?: number | undefined;
};

/** How far the table was read: the last row's number, and a hash of that row to know it by. */
type Place = { readonly lastId: number; readonly lastRow: string };

const START: Place = { lastId: 0, lastRow: '' };

/**
 * Reads the events that a Python Amicus recorded in `.ai/metrics.db`, and follows them. The file is opened for reading
 * only. In WAL mode SQLite itself keeps `-shm` and `-wal` files beside it, for readers too.
 *
 * A row's identity is its number together with its time, metric and node: these never change, survive copies of the
 * file and old rows being dropped, and differ when the file was begun anew and numbers its rows from 1 again.
 *
 * Notices: `native_unreadable`, `native_other_tables`, `native_unknown_metric`, `native_bad_row`,
 * `native_told_by_state`, `place_unwritable`.
 */
export class AmicusNativeSource implements LiveSource {
  readonly name = 'amicus-native';
  readonly #options: AmicusNativeOptions;
  readonly #path: string;
  readonly #placePath: string;
  readonly #key: string;
  readonly #catalogue: Catalogue;
  readonly #notices = new NoticeCounts();
  #context: SourceContext | undefined;
  #place: Place | undefined;
  #signature: string | undefined;
  #running: Promise<void> | undefined;
  #cancelPoll: (() => void) | undefined;

  constructor(options: AmicusNativeOptions) {
    const { directory, metricsDirectory = directory } = options;
    this.#options = options;
    this.#path = join(resolve(directory), NATIVE_FILE_NAME);
    this.#key = clusterKeyOf(directory, metricsDirectory);
    const suffix = this.#key === '.' ? '' : `.${hash('sha256', this.#key).slice(0, 12)}`;
    this.#placePath = join(metricsDirectory, `amicus-native${suffix}.baseline.json`);
    this.#catalogue = options.catalogue ?? catalogueOf();
  }

  async start(context: SourceContext): Promise<void> {
    this.#context = context;
    await this.poll();
    this.#pollLater(context);
  }

  /** Reads what is new. A call while another is under way waits for that one. */
  async poll(): Promise<void> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#cancelPoll?.();
    this.#context = undefined;
    await this.#running;
  }

  #pollLater(context: SourceContext): void {
    this.#cancelPoll = (context.timers ?? SYSTEM_TIMERS).after(this.#options.pollMillis ?? 2_000, () => {
      void this.poll();
      this.#pollLater(context);
    });
  }

  async #read(): Promise<void> {
    const signature = signatureOf(this.#path);
    if (signature === undefined || signature === this.#signature) return;
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(this.#path, { readOnly: true, timeout: 100 });
      if (this.#isForeign(db)) await this.#follow(db);
      // Only now: a database that is locked at this moment is tried again although it did not change.
      this.#signature = signature;
    } catch {
      this.#notices.add('native_unreadable', this.#context);
    } finally {
      db?.close();
    }
  }

  /** Ours is left alone; so is anything without Amicus's table. */
  #isForeign(db: DatabaseSync): boolean {
    if (db.prepare('PRAGMA application_id').get()?.['application_id'] === OWN_APPLICATION_ID) return false;
    const columns = db
      .prepare("SELECT name FROM pragma_table_info('events')")
      .all()
      .map((row) => row['name']);
    if (['id', 'timestamp', 'metric', 'node_id', 'data'].every((name) => columns.includes(name))) return true;
    this.#notices.add('native_other_tables', this.#context);
    return false;
  }

  async #follow(db: DatabaseSync): Promise<void> {
    const rows = db.prepare('SELECT id, timestamp, metric, node_id, data FROM events WHERE id > ? ORDER BY id LIMIT ?');
    let place = this.#startingPlace(db);
    const watchedFromMicros = new BaselineFile(this.#metricsDirectory(), this.#key).read()?.epochMicros;
    for (;;) {
      const context = this.#context;
      const batch = rows.all(place.lastId, BATCH_ROWS) as NativeRow[];
      const last = batch.at(-1);
      if (context === undefined || last === undefined) return;
      for (const row of batch) this.#tell(row, watchedFromMicros, context);
      place = { lastId: Number(last.id), lastRow: rowHash(last) };
      this.#place = place;
      // Events are recorded at the end of their turn; only then may the place move on.
      await new Promise<void>((resolveTurn) => {
        setImmediate(resolveTurn);
      });
      const written = writePrivateFile(this.#placePath, JSON.stringify(place), 'replace');
      if (!written) this.#notices.add('place_unwritable', context);
    }
  }

  #tell(row: NativeRow, watchedFromMicros: number | undefined, context: SourceContext): void {
    const told = nativeEvent(row, this.#catalogue, context.clock.nowMicros());
    if (typeof told === 'string') {
      this.#notices.add(told, context);
      return;
    }
    if (watchedFromMicros !== undefined && told.atMicros >= watchedFromMicros && TOLD_BY_STATE.has(told.metric)) {
      this.#notices.add('native_told_by_state', context);
      return;
    }
    const event: IncomingEvent = {
      ...told,
      source: 'amicus-native',
      inferred: false,
      cluster: this.#options.cluster,
      identity: JSON.stringify(['amicus-native', this.#key, ...rowParts(row)]),
    };
    context.emit(event);
  }

  /** Where reading stopped; the start, when the row there is another than it was. */
  #startingPlace(db: DatabaseSync): Place {
    const place = this.#place ?? readPlace(this.#placePath);
    if (place.lastId === 0) return START;
    const row = db.prepare('SELECT id, timestamp, metric, node_id, data FROM events WHERE id = ?').get(place.lastId);
    // Gone, perhaps because Amicus drops old rows: numbers rise, so what follows is still new.
    if (row === undefined) return this.#hasHigherRow(db, place.lastId) ? place : START;
    return rowHash(row as NativeRow) === place.lastRow ? place : START;
  }

  #hasHigherRow(db: DatabaseSync, id: number): boolean {
    return db.prepare('SELECT 1 FROM events WHERE id > ? LIMIT 1').get(id) !== undefined;
  }

  #metricsDirectory(): string {
    return this.#options.metricsDirectory ?? this.#options.directory;
  }
}

function rowParts(row: NativeRow): readonly unknown[] {
  return [Number(row.id), row.timestamp, row.metric, row.node_id];
}

function rowHash(row: NativeRow): string {
  return hash('sha256', JSON.stringify(rowParts(row))).slice(0, 24);
}

/** Changes when a row was added. By stat alone: opening and closing a database's file would drop SQLite's own locks. */
function signatureOf(path: string): string | undefined {
  try {
    const parts = [path, `${path}-wal`].map((file) => {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stats?.isFile() === true ? `${stats.ino}:${stats.size}:${stats.mtimeNs}` : '';
    });
    return parts[0] === '' ? undefined : parts.join('/');
  } catch {
    return undefined;
  }
}

function readPlace(path: string): Place {
  try {
    const place = JSON.parse(readFileSync(path, 'utf8')) as Partial<Place>;
    const { lastId, lastRow } = place;
    return Number.isSafeInteger(lastId) && typeof lastRow === 'string' ? { lastId: Number(lastId), lastRow } : START;
  } catch {
    return START;
  }
}
