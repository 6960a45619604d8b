import { MetricsError, StoreError, type StoreErrorCode } from '../../../model/errors.ts';

/** SQLite's primary result codes that mean something to a user: https://sqlite.org/rescode.html */
const BY_RESULT_CODE: Readonly<Record<number, readonly [code: StoreErrorCode, message: string, hint: string]>> = {
  5: ['STORE_BUSY', 'Another process is writing to the store', 'Try again in a moment.'],
  6: ['STORE_BUSY', 'Another statement holds a table of the store', 'Try again in a moment.'],
  8: ['STORE_READ_ONLY', 'The store cannot be written', 'Check who owns the file and its folder.'],
  10: ['STORE_FAILED', 'The disk did not do what it was asked', 'Check the disk; the store itself may be fine.'],
  11: ['STORE_CORRUPT', 'The store is damaged', 'Open it anew: what cannot be used is set aside. Or restore a backup.'],
  13: ['STORE_FULL', 'The disk is full', 'Free some space; what was recorded waits in the spool.'],
  14: ['STORE_READ_ONLY', 'The store cannot be opened', 'Check that the folder exists and may be written.'],
  26: ['STORE_CORRUPT', 'The file is not a database', 'Open it anew: what cannot be used is set aside.'],
};

const BY_SYSTEM_CODE: Readonly<Record<string, StoreErrorCode>> = {
  ENOENT: 'STORE_MISSING',
  ENOSPC: 'STORE_FULL',
  EDQUOT: 'STORE_FULL',
  EACCES: 'STORE_READ_ONLY',
  EPERM: 'STORE_READ_ONLY',
  EROFS: 'STORE_READ_ONLY',
};

/** SQLite's own number for an error, without the bits that only refine it. 0 when it is none of SQLite's. */
export function resultCode(cause: unknown): number {
  const code = (cause as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : 0;
}

/** Whether somebody else writes, or has written since this transaction began to read. */
export const isBusy = (cause: unknown): boolean => resultCode(cause) === SQLITE_BUSY;
const SQLITE_BUSY = 5;

/** Whatever SQLite or the file system threw, as the one kind of error that a store throws. */
export function toStoreError(cause: unknown, path: string): Error {
  if (cause instanceof MetricsError) return cause;
  const known = BY_RESULT_CODE[resultCode(cause)];
  if (known !== undefined) {
    const [code, message, hint] = known;
    return new StoreError(code, `${message}: ${path}`, { hint, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = BY_SYSTEM_CODE[(cause as NodeJS.ErrnoException | undefined)?.code ?? ''] ?? 'STORE_FAILED';
  return new StoreError(code, `The store at ${path} failed: ${reason}`, { cause });
}
