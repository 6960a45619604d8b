import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import { StoreError } from '../model/errors.ts';

/** Amicus's own rule: a lock file older than this belongs to nobody any more and is removed by force. */
export const STALE_LOCK_MILLIS = 10_000;
/** Longer than a stale lock lives, so that one abandoned lock never makes a waiter give up. */
const DEFAULT_TIMEOUT_MILLIS = 20_000;
/** Wait between two tries: doubles from the first to the second bound, then drawn between half of it and all of it. */
const FIRST_PAUSE_MILLIS = 1;
const LONGEST_PAUSE_MILLIS = 20;
/** A lock file holds one short line; more is not ours and is not read. */
const MAX_LOCK_FILE_BYTES = 4096;

export type FileLockOptions = {
  readonly clock: Clock;
  /** Numbers from 0 to below 1, to spread waiters that woke together. */
  readonly random: () => number;
  readonly timeoutMillis?: number | undefined;
  readonly staleMillis?: number | undefined;
};

/** A lock that is held. Whoever has it calls `release()` exactly once. */
export type HeldLock = {
  readonly waitMillis: number;
  /** True when an abandoned lock was removed by force to get this one. */
  readonly tookStale: boolean;
  /** Whom this holder waited for last, where the lock file named a node. */
  readonly waitedForNodeId: string | undefined;
  /** False once somebody has taken the lock away, because it was held for longer than the limit. */
  isStillHeld(): boolean;
  release(): void;
};

/**
 * An exclusive lock between processes: a file that only one can create.
 *
 * It does not see the `flock` that a Python Amicus takes, so the two must not serve one folder at the same time.
 * A holder that exceeds the stale limit may lose the lock; it finds out by `isStillHeld()` and must not write then.
 */
export class FileLock {
  readonly #path: string;
  readonly #options: FileLockOptions;
  readonly #staleMillis: number;

  constructor(path: string, options: FileLockOptions) {
    this.#path = path;
    this.#options = options;
    this.#staleMillis = options.staleMillis ?? STALE_LOCK_MILLIS;
  }

  /**
   * Waits for the lock.
   *
   * @param nodeId Written into the lock file, so that waiters can say for whom they wait.
   * @throws StoreError `STORE_BUSY` after the timeout; `STORE_READ_ONLY` when the folder takes no lock file.
   */
  async acquire(nodeId: string | undefined): Promise<HeldLock> {
    const { clock, random, timeoutMillis = DEFAULT_TIMEOUT_MILLIS } = this.#options;
    const token = randomUUID();
    const startMillis = clock.monotonicMillis();
    let tookStale = false;
    let waitedForNodeId: string | undefined;
    for (let pauseMillis = FIRST_PAUSE_MILLIS; ; pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS)) {
      if (this.#tryCreate(token, nodeId)) break;
      waitedForNodeId = this.#read()?.nodeId ?? waitedForNodeId;
      if (this.#removeIfStale()) {
        tookStale = true;
        continue;
      }
      if (clock.monotonicMillis() - startMillis > timeoutMillis) {
        throw new StoreError('STORE_BUSY', `The lock ${this.#path} was not free within ${timeoutMillis} ms.`, {
          hint: 'Look for a process that holds it, or remove the file when there is none.',
        });
      }
      await sleep(pauseMillis * (0.5 + random() / 2));
    }
    return {
      waitMillis: clock.monotonicMillis() - startMillis,
      tookStale,
      waitedForNodeId,
      isStillHeld: () => this.#read()?.token === token,
      release: () => {
        if (this.#read()?.token === token) removeQuietly(this.#path);
      },
    };
  }

  #tryCreate(token: string, nodeId: string | undefined): boolean {
    let handle: number;
    try {
      handle = openSync(this.#path, 'wx', 0o600);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw new StoreError('STORE_READ_ONLY', `The lock ${this.#path} cannot be created.`, {
        hint: 'Check that the folder exists and that this user may write to it.',
        cause: error,
      });
    }
    try {
      writeSync(handle, JSON.stringify({ token, pid: process.pid, node_id: nodeId }));
      return true;
    } catch (error) {
      removeQuietly(this.#path);
      throw new StoreError('STORE_FULL', `The lock ${this.#path} cannot be written.`, {
        hint: 'Free some space on this disk.',
        cause: error,
      });
    } finally {
      closeSync(handle);
    }
  }

  /**
   * Removes the lock file if it is older than the limit. A second lock file guards the removal: without it, two waiters
   * that saw the same old lock could remove it twice, the second time the fresh lock of the first.
   */
  #removeIfStale(): boolean {
    if (!this.#isOlderThanLimit(this.#path)) return false;
    const guardPath = `${this.#path}.removal`;
    try {
      writeFileSync(guardPath, '', { flag: 'wx', mode: 0o600 });
    } catch {
      // Left behind by a process that was killed within these few microseconds.
      if (this.#isOlderThanLimit(guardPath)) removeQuietly(guardPath);
      return false;
    }
    try {
      if (!this.#isOlderThanLimit(this.#path)) return false;
      removeQuietly(this.#path);
      return true;
    } finally {
      removeQuietly(guardPath);
    }
  }

  #isOlderThanLimit(path: string): boolean {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    return this.#options.clock.nowMicros() / 1000 - stats.mtimeMs > this.#staleMillis;
  }

  #read(): { readonly token?: unknown; readonly nodeId: string | undefined } | undefined {
    try {
      const text = readFileSync(this.#path, 'utf8');
      if (text.length > MAX_LOCK_FILE_BYTES) return undefined;
      const content: unknown = JSON.parse(text);
      if (typeof content !== 'object' || content === null) return undefined;
      const { token, node_id: nodeId } = content as { token?: unknown; node_id?: unknown };
      return { token, nodeId: typeof nodeId === 'string' ? nodeId : undefined };
    } catch {
      return undefined;
    }
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Already gone, or not ours to remove: the next try will tell.
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
