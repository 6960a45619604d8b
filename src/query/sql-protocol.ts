import type { QueryErrorCode, StoreErrorCode } from '../model/errors.ts';
import type { SqlAnswer, SqlOptions, UnreadableSpan } from './question.ts';

/** What the child is to do. Sent once, as its first message. */
export type SqlJob = {
  readonly path: string;
  readonly statement: string;
  readonly parameters: NonNullable<SqlOptions['parameters']>;
  readonly timeoutMillis: number;
  readonly maxRows: number;
  /** Bound of the child's resident memory, Node itself included. */
  readonly maxMemoryBytes: number;
};

/** What the child tells, in this order: started, columns, rows (any number of times), ended; or failed, at any time. */
export type SqlReport =
  | { readonly type: 'started' }
  | { readonly type: 'columns'; readonly columns: readonly string[] }
  | { readonly type: 'rows'; readonly rows: SqlAnswer['rows'] }
  | { readonly type: 'ended'; readonly truncated: boolean; readonly damaged: readonly UnreadableSpan[] }
  | {
      readonly type: 'failed';
      readonly code: QueryErrorCode | StoreErrorCode;
      readonly message: string;
      readonly hint?: string;
    };

/** The least that a statement may be allowed; Node alone needs about half of it. */
export const MIN_MEMORY_BYTES = 128 * 1024 * 1024;

/** Bytes of one answer, roughly; more rows end the statement as too many rows do. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** What answers most statements that are too dear, in milliseconds. */
export const ASK_AGGREGATE = 'ask for figures by group with `aggregate`, which reads columns';

/** The sentence for a statement that was ended for its memory. */
export function memoryFailure(maxMemoryBytes: number): Extract<SqlReport, { type: 'failed' }> {
  return {
    type: 'failed',
    code: 'SQL_LIMIT',
    message: `The statement needed more memory than the ${Math.round(maxMemoryBytes / 1024 / 1024)} MiB it may use.`,
    hint:
      'SQLite sorts all rows that it groups. Narrow "timestamp", allow more (maxMemoryBytes; --max-memory), ' +
      `or ${ASK_AGGREGATE}.`,
  };
}
