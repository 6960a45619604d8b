import { StoreError, type StoreErrorCode } from '../model/errors.ts';
import type { EventDropReason } from '../model/event.ts';

/** Why nothing can be written at present. */
export type WriteFailure = {
  readonly error: StoreError;
  readonly message: string;
  /** What events are counted under that memory cannot hold until then. */
  readonly reason: EventDropReason;
  /** Monotonic. */
  readonly atMillis: number;
};

/** The spool reached its limit: nobody drains it. */
export class SpoolFull extends Error {}

const BY_SYSTEM_CODE: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  ENOSPC: ['STORE_FULL', 'Free some space on the disk.'],
  EDQUOT: ['STORE_FULL', 'Free some space within the quota.'],
  EFBIG: ['STORE_FULL', 'Raise the limit on the size of files.'],
  EACCES: ['STORE_READ_ONLY', 'Check who owns the folder, or name another one.'],
  EPERM: ['STORE_READ_ONLY', 'Check who owns the folder, or name another one.'],
  EROFS: ['STORE_READ_ONLY', 'Name a folder that can be written.'],
};

export function toWriteFailure(cause: unknown, atMillis: number): WriteFailure {
  if (cause instanceof SpoolFull) {
    const hint = 'Any question drains it: run `amicus-metrics status`.';
    return {
      error: new StoreError('STORE_FULL', cause.message, { hint }),
      message: cause.message,
      reason: 'spool_full',
      atMillis,
    };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const [code, hint] = BY_SYSTEM_CODE[(cause as NodeJS.ErrnoException).code ?? ''] ?? ['STORE_FAILED', undefined];
  const error =
    cause instanceof StoreError
      ? cause
      : new StoreError(code, `Events cannot be written: ${message}`, { cause, ...(hint && { hint }) });
  return { error, message, reason: 'spool_unwritable', atMillis };
}
