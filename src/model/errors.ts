/**
 * The errors that reading, asking and configuring may raise. Recording raises none: see `dropped` in a collector's health.
 * A message says what was wrong, with the value, and what to do; it never carries a field value of an event.
 */

export type StoreErrorCode =
  /** There is no store at the given place. */
  | 'STORE_MISSING'
  /** Another process held the write lock for longer than the wait allowed. */
  | 'STORE_BUSY'
  /** The disk or the quota is full. */
  | 'STORE_FULL'
  /** The file cannot be written, or its folder cannot. */
  | 'STORE_READ_ONLY'
  /** The file is not ours: a symbolic link, another program's database, a planted trigger. */
  | 'STORE_FOREIGN'
  /** The file is damaged beyond what could be set aside. */
  | 'STORE_CORRUPT'
  /** The file was written by a newer version that this one must not change. */
  | 'STORE_NEWER'
  /** Called after close(), or from a process that inherited the handle. */
  | 'STORE_CLOSED'
  /** Anything else SQLite or the file system reported. */
  | 'STORE_FAILED';

export type QueryErrorCode =
  /** No metric of that name in the catalogue or the store. */
  | 'UNKNOWN_METRIC'
  /** The metric declares no such field. */
  | 'UNKNOWN_FIELD'
  /** A part of the question has the wrong form: a time, a zone, an aggregation, a filter. */
  | 'BAD_QUESTION'
  /** A cursor that this store did not hand out. */
  | 'BAD_CURSOR'
  /** SQL that is not a single reading statement, or that the authorizer refused. */
  | 'SQL_REFUSED'
  /** SQL that SQLite could not prepare or run. */
  | 'SQL_FAILED'
  /** The time, row or memory limit ended the statement. */
  | 'SQL_LIMIT';

export type ConfigErrorCode =
  /** A setting has a value of the wrong form. */
  | 'BAD_SETTING'
  /** A configuration file could not be read or parsed. */
  | 'BAD_CONFIG_FILE'
  /** A declared metric breaks the rules for declarations. */
  | 'BAD_METRIC';

export type ErrorCode = StoreErrorCode | QueryErrorCode | ConfigErrorCode;

/** What every error of this package has: a code from a closed list, and a hint at what to do. */
export abstract class MetricsError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  /** One sentence: what to do about it. Absent where the message already says it. */
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

/** The store could not be opened, read or kept. */
export class StoreError extends MetricsError<StoreErrorCode> {}
/** A question could not be understood or answered. */
export class QueryError extends MetricsError<QueryErrorCode> {}
/** A setting, a configuration file or a declared metric is wrong. */
export class ConfigError extends MetricsError<ConfigErrorCode> {}
