import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { QueryError, type QueryErrorCode, StoreError, type StoreErrorCode } from '../model/errors.ts';
import type { SqlAnswer, SqlOptions } from './question.ts';
import { ASK_AGGREGATE, memoryFailure, MIN_MEMORY_BYTES, type SqlJob, type SqlReport } from './sql-protocol.ts';
import { UnreadableEvents } from './unreadable-events.ts';
import { checkStatement } from './sql-statement.ts';

const DEFAULTS = { timeoutMillis: 5_000, maxRows: 10_000, maxMemoryBytes: 256 * 1024 * 1024 } as const;
/** How long the child may take until it begins with the statement: enough for a machine under full load. */
const START_MILLIS = 15_000;

const CHILD = new URL(import.meta.url.endsWith('.ts') ? './sql-child.ts' : './sql-child.js', import.meta.url);

/**
 * Runs one reading statement on the views of a store, in a process of its own that ends with it.
 *
 * The views are those of `createViews`: one for each metric (`task_completed`), and `events`, `aggregates`, `metadata`.
 *
 * @param path The database file.
 * @param unreadable Takes down what the answer lacks.
 * @throws QueryError `SQL_REFUSED`, `SQL_FAILED` or `SQL_LIMIT`; StoreError `STORE_MISSING`.
 */
export async function runSql(
  path: string,
  statement: string,
  options: SqlOptions = {},
  unreadable = new UnreadableEvents(),
): Promise<SqlAnswer> {
  const job: SqlJob = {
    path,
    statement: checkStatement(statement),
    parameters: options.parameters ?? [],
    timeoutMillis: wholeNumber('timeoutMillis', options.timeoutMillis ?? DEFAULTS.timeoutMillis, 1, 3_600_000),
    maxRows: wholeNumber('maxRows', options.maxRows ?? DEFAULTS.maxRows, 1, 1_000_000),
    maxMemoryBytes: wholeNumber(
      'maxMemoryBytes',
      options.maxMemoryBytes ?? DEFAULTS.maxMemoryBytes,
      MIN_MEMORY_BYTES,
      Number.MAX_SAFE_INTEGER,
    ),
  };
  if (!existsSync(path)) {
    throw new StoreError('STORE_MISSING', 'There is no store yet, so there is nothing to ask.', {
      hint: 'Record something first.',
    });
  }
  const child = fork(CHILD, {
    // Nothing of this process but its time zone: the child needs none of it, and must not leak any.
    env: process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    const answer = await answerOf(child, job);
    for (const { metric, ...span } of answer.damaged ?? []) unreadable.add(metric, [span]);
    return answer;
  } finally {
    await ended(child);
  }
}

function wholeNumber(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new QueryError('BAD_QUESTION', `"${what}" is ${value}; a whole number from ${least} to ${most} is needed.`);
}

function answerOf(child: ChildProcess, job: SqlJob): Promise<SqlAnswer> {
  return new Promise((resolve, reject) => {
    let columns: readonly string[] = [];
    const rows: (readonly (string | number | null)[])[] = [];
    const fail = ({ code, message, hint }: Extract<SqlReport, { type: 'failed' }>): void => {
      clearTimeout(timer);
      reject(errorOf(code, message, hint === undefined ? {} : { hint }));
    };
    const late = (): void =>
      fail({
        type: 'failed',
        code: 'SQL_LIMIT',
        message: `The statement took longer than ${job.timeoutMillis} ms and was ended.`,
        hint: `Narrow "timestamp", allow more time (timeoutMillis; --timeout), or ${ASK_AGGREGATE}.`,
      });
    let timer = setTimeout(late, START_MILLIS);

    child.on('message', (message) => {
      const report = message as SqlReport;
      if (report.type === 'started') {
        clearTimeout(timer);
        timer = setTimeout(late, job.timeoutMillis);
      } else if (report.type === 'columns') {
        ({ columns } = report);
      } else if (report.type === 'rows') {
        for (const row of report.rows) rows.push(row);
      } else if (report.type === 'ended') {
        clearTimeout(timer);
        const { truncated, damaged } = report;
        resolve({ columns, rows, truncated, ...(damaged.length > 0 && { damaged }) });
      } else {
        fail(report);
      }
    });
    child.on('error', (cause) =>
      fail({
        type: 'failed',
        code: 'SQL_FAILED',
        message: `No process for the statement could be started: ${cause.message}.`,
      }),
    );
    child.on('exit', (code, signal) => {
      // Without a report of its own: V8 aborts when its memory is full, and the system kills when all memory is.
      const full = code === 134 || signal === 'SIGABRT' || signal === 'SIGKILL';
      const told = `The process for the statement ended by itself (${signal ?? code}).`;
      fail(full ? memoryFailure(job.maxMemoryBytes) : { type: 'failed', code: 'SQL_FAILED', message: told });
    });
    child.send(job, (cause) => {
      if (cause !== null)
        fail({
          type: 'failed',
          code: 'SQL_FAILED',
          message: `The statement could not be handed over: ${cause.message}.`,
        });
    });
  });
}

/** Only a kill ends a process in which SQLite works. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function errorOf(
  code: QueryErrorCode | StoreErrorCode,
  message: string,
  options: { readonly hint?: string },
): QueryError | StoreError {
  return isStoreCode(code) ? new StoreError(code, message, options) : new QueryError(code, message, options);
}

function isStoreCode(code: QueryErrorCode | StoreErrorCode): code is StoreErrorCode {
  return code.startsWith('STORE_');
}
