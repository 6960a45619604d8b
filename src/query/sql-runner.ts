import { constants, type DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { StoreError } from '../model/errors.ts';
import { quoted } from '../store/sqlite/rows/event-tables.ts';
import { openReadOnly } from '../store/sqlite/open/open-database.ts';
import type { SealedCells } from '../store/sqlite/answers/sealed-cells.ts';
import { ALL_TIMES, type StoredSpan, toStoredSpan, wideningSpans } from '../store/sqlite/blocks/stored-span.ts';
import { unreadableOf } from '../store/sqlite/blocks/unreadable-spans.ts';
import { createViews } from '../store/sqlite/answers/views.ts';
import type { UnreadableSpan } from './question.ts';
import { type KnownTables, readingAuthorizer } from './sql-authorizer.ts';
import { MAX_ANSWER_BYTES, memoryFailure, type SqlJob, type SqlReport } from './sql-protocol.ts';
import { hasSecondStatement, MAX_STATEMENT_LENGTH } from './sql-statement.ts';
import { sqlTimes } from './sql-times.ts';
import { toSpans, UnreadableEvents } from './unreadable-events.ts';

const MILLIS_PER_SECOND = 1_000;
/** Bytes of rows sent at once: small enough that the parent reads each without a noticeable pause. */
const BATCH_BYTES = 128 * 1024;

/**
 * What one statement may cost inside SQLite. `length` bounds each value; a row of the `events` view, lists of file
 * names included, is below a fifth of it.
 */
const LIMITS = {
  length: 1_000_000,
  sqlLength: MAX_STATEMENT_LENGTH * 3,
  column: 500,
  exprDepth: 200,
  compoundSelect: 500,
  vdbeOp: 250_000,
  functionArg: 200,
  attach: 0,
  likePatternLength: 200,
  variableNumber: 2_000,
  triggerDepth: 1,
} as const;

type Failure = Extract<SqlReport, { type: 'failed' }>;
type Report = (report: SqlReport) => void;

/** Runs one statement and reports. Blocks its thread for as long as the statement takes. */
export function runStatement(job: SqlJob, report: Report): void {
  let refusal: string | undefined;
  let known: KnownTables = { views: new Set(), tables: new Set(), modules: new Set(), isOwnRead: () => false };
  try {
    // Also from a folder that cannot be written; never through a link, which could lead to any other file.
    using db = openReadOnly(job.path).db;
    const prepared = prepareConnection(db, job);
    ({ known } = prepared);
    const authorize = readingAuthorizer(known, (what) => (refusal ??= what));
    const read = new Set<string>();
    db.setAuthorizer((...call) => {
      if (call[0] === constants.SQLITE_READ) read.add(quoted(call[1] ?? ''));
      return authorize(...call);
    });
    report({ type: 'started' });
    const statement = db.prepare(job.statement);
    if (hasSecondStatement(job.statement, statement.sourceSQL)) {
      report(refused('The text has more than one statement.', 'Ask one after the other.'));
    } else {
      const truncated = reportAnswer(statement, job, prepared, report);
      db.setAuthorizer(null);
      report({ type: 'ended', truncated, damaged: damagedIn(db, read, prepared.sealed.span) });
    }
  } catch (cause) {
    report(failureOf(cause, refusal, known, job.maxMemoryBytes));
  }
}

/** What cannot be read of tables that a statement read. */
function damagedIn(db: DatabaseSync, read: ReadonlySet<string>, span: StoredSpan): readonly UnreadableSpan[] {
  const unreadable = new UnreadableEvents();
  for (const [metric, ranges] of unreadableOf(db, ({ table }) => read.has(table), span)) {
    unreadable.add(metric, toSpans(ranges));
  }
  return unreadable.list();
}

type Prepared = {
  readonly known: KnownTables;
  readonly sealed: SealedCells;
  /** Times in which all rows lie that the statement needs. */
  readonly span: StoredSpan;
  /** Where it needs only so many rows: times to look in, one after the other until they are found. */
  readonly first: { readonly rows: number; readonly spans: readonly StoredSpan[] } | undefined;
};

/** Settings and views, made while the connection may still do everything. */
function prepareConnection(db: DatabaseSync, { maxMemoryBytes, statement, parameters }: SqlJob): Prepared {
  if (typeof db.setAuthorizer !== 'function') throw new Error('SQL needs Node 24.10 or later');
  // Works only where SQLite was built to count its memory; where it was not, the supervisor's look at the process does.
  db.exec(`PRAGMA hard_heap_limit = ${maxMemoryBytes}`);
  // Sorting in memory is bounded; files beside the database or in a temporary folder would not be.
  db.exec('PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  // One state of the file for the views and the statement, and never ended: the process ends instead.
  db.exec('BEGIN');
  const { reads, sealed, metrics } = createViews(db);
  // By SQLite's own clock, which is the system's.
  const times = sqlTimes(statement, parameters, Date.now() / MILLIS_PER_SECOND);
  const metricIds = metrics.get(times?.view ?? '');
  const isKnown = times !== undefined && metricIds !== undefined;
  const span = isKnown ? toStoredSpan(times.from, times.before) : ALL_TIMES;
  const first = isKnown &&
    times.first && {
      rows: times.first.rows,
      spans: wideningSpans(db, metricIds, times.first.newestFirst),
    };
  Object.assign(db.limits, LIMITS);
  db.exec('PRAGMA query_only = ON');
  const named = (sql: string): ReadonlySet<string> =>
    new Set(
      db
        .prepare(sql)
        .all()
        .map((row) => String(row['name']).toLowerCase()),
    );
  const known = {
    views: named("SELECT name FROM sqlite_temp_schema WHERE type = 'view'"),
    tables: named(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        UNION ALL SELECT name FROM sqlite_temp_schema WHERE type = 'table'`,
    ),
    isOwnRead: () => reads.isReading,
    modules: named('SELECT name FROM pragma_module_list'),
  };
  return { known, sealed, span, first: first === false ? undefined : first };
}

/** @returns Whether there were more rows. */
function reportAnswer(statement: StatementSync, job: SqlJob, prepared: Prepared, report: Report): boolean {
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  statement.setAllowUnknownNamedParameters(false);
  report({ type: 'columns', columns: statement.columns().map(({ name }) => name) });
  return reportRows(rowsOf(statement, job, prepared), job, report);
}

type Rows = Iterable<SQLOutputValue[]>;

function rowsOf(statement: StatementSync, { parameters }: SqlJob, { sealed, span, first }: Prepared): Rows {
  const bound = (Array.isArray(parameters) ? parameters : [parameters]) as (string | number | null)[];
  for (const { from, before } of first?.spans.slice(0, -1) ?? []) {
    sealed.narrow({ from: Math.max(from, span.from), before: Math.min(before, span.before) });
    const rows = statement.all(...bound) as unknown as SQLOutputValue[][];
    if (rows.length === first?.rows) return rows;
  }
  sealed.narrow(span);
  return statement.iterate(...bound) as Iterable<unknown> as Rows;
}

function reportRows(rows: Rows, job: SqlJob, report: Report): boolean {
  let [count, bytes, batchBytes] = [0, 0, 0];
  let batch: (string | number | null)[][] = [];
  let truncated = false;
  for (const row of rows) {
    if (count >= job.maxRows || bytes > MAX_ANSWER_BYTES) {
      truncated = true;
      break;
    }
    const values = row.map(toPlain);
    const size = values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0) + 8, 0);
    batch.push(values);
    count += 1;
    bytes += size;
    batchBytes += size;
    if (batchBytes < BATCH_BYTES) continue;
    report({ type: 'rows', rows: batch });
    batch = [];
    batchBytes = 0;
  }
  report({ type: 'rows', rows: batch });
  return truncated;
}

/** Whole numbers that a JavaScript number cannot hold become text, and so do blobs, in hexadecimal. */
function toPlain(value: SQLOutputValue): string | number | null {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function refused(message: string, hint: string): Failure {
  return { type: 'failed', code: 'SQL_REFUSED', message, hint };
}

/** SQLite's result codes that say that a limit was met. */
const OUT_OF_MEMORY = 7;
const TOO_BIG = 18;

function failureOf(cause: unknown, refusal: string | undefined, known: KnownTables, maxMemoryBytes: number): Failure {
  if (cause instanceof StoreError) {
    return { type: 'failed', code: cause.code, message: `${cause.message}.`, hint: 'Record something first.' };
  }
  const { message, errcode } = cause as { readonly message: string; readonly errcode?: number };
  const tables = `There are: ${[...known.views].sort().join(', ')}.`;
  if (refusal !== undefined) {
    return refused(
      `The statement may not ${refusal}.`,
      refusal.startsWith('read') ? tables : 'It can select, and compute with what it selects.',
    );
  }
  if (errcode === OUT_OF_MEMORY) return memoryFailure(maxMemoryBytes);
  if (errcode === TOO_BIG) {
    return { type: 'failed', code: 'SQL_LIMIT', message: 'The statement makes a value of more than a million bytes.' };
  }
  return {
    type: 'failed',
    code: 'SQL_FAILED',
    message: `SQLite could not run the statement: ${message}.`,
    ...(message.startsWith('no such table') ? { hint: tables } : {}),
  };
}
