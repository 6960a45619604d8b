import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import { StoreError } from '../model/errors.ts';
import { microsOfSeconds } from '../model/identity.ts';
import { type AmicusState, recordOf, secondsOf } from './amicus-state.ts';
import { FileLock, type HeldLock } from './file-lock.ts';

const STATE_FILE_NAME = 'state.json';
/** When the file was written last, in Unix seconds; also what identifies the write. */
const WRITTEN_FIELD = 'last_updated';
/** A time in the file that is further ahead than this is not another process's clock but a wrong one. */
const MAX_AHEAD_MICROS = 1_000_000;
/** A state file of a busy week is under 1 MB. Reading more than this under the lock would stop the whole cluster. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** A writer that does not replace the file but fills it in place is given this long to finish. */
const UNREADABLE_TRIES = 5;
const UNREADABLE_PAUSE_MILLIS = 10;
/** How often a change is decided anew because the lock was taken away before it could be written. */
const LOST_LOCK_TRIES = 3;

/** One access to the file, measured. Times in milliseconds, `durationMillis` with waiting and holding included. */
export type StateAccess = {
  /** What the lock was taken for; a change that decides to leave the file alone has no `writtenAt`. */
  readonly operation: 'read' | 'write';
  readonly durationMillis: number;
  readonly waitMillis: number;
  readonly holdMillis: number;
  /** Of the file after the access; undefined where there is none. */
  readonly sizeBytes: number | undefined;
  /** Unix seconds, as the file says; undefined when it was left as it was. */
  readonly writtenAt: number | undefined;
  readonly tookStale: boolean;
  readonly waitedForNodeId: string | undefined;
};

export type StateFileOptions = {
  /** The context folder, usually `.ai`; made at the first access. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Who holds the lock; asked at every access, because a node says its name only after it has connected. */
  readonly nodeId: () => string | undefined;
  /** Extra time to hold the lock, for the dialect of the slow lock. */
  readonly slowLockMillis?: number;
  readonly lockTimeoutMillis?: number;
  readonly onAccess?: (access: StateAccess) => void;
};

/** Raised instead of a change while `toggle_tracking` has frozen the file for all nodes. Reading goes on. */
export class TrackingOffError extends Error {
  constructor() {
    super('Tracking is off: nothing was written. Call toggle_tracking to resume.');
    this.name = 'TrackingOffError';
  }
}

/** What a change decides: the state to write, or none to leave the file alone, and the answer for the caller. */
export type Decision<Answer> = { readonly state?: AmicusState; readonly answer: Answer };

/**
 * The shared state of a cluster: `state.json` in the context folder.
 *
 * Reading and deciding and writing happen under one lock. The file is replaced in one step and is never half-written;
 * it is not forced to the disk, so a power cut may undo the last change but not tear it. A file that cannot be
 * understood is set aside under another name before the first write, never overwritten.
 */
export class StateFile {
  readonly path: string;
  readonly #options: StateFileOptions;
  readonly #lock: FileLock;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: StateFileOptions) {
    this.#options = options;
    this.path = join(options.directory, STATE_FILE_NAME);
    const { clock, random, lockTimeoutMillis: timeoutMillis } = options;
    this.#lock = new FileLock(`${this.path}.lock`, { clock, random, timeoutMillis });
  }

  /** The state as it is now; an empty one where there is no file or none that can be understood. */
  async read(): Promise<AmicusState> {
    return this.#run('read', async () => {
      const { state } = await this.#load();
      return { answer: state };
    });
  }

  /**
   * Reads, decides and writes under one lock. `decide` may be called again when the lock was lost before the write.
   *
   * @param evenWhenOff Write although tracking is off; for the tool that turns it on.
   * @throws TrackingOffError while tracking is off.
   * @throws StoreError `STORE_BUSY` when the lock is not to be had, others when the folder cannot be written.
   */
  async change<Answer>(
    decide: (state: AmicusState, nowSeconds: number) => Decision<Answer>,
    evenWhenOff = false,
  ): Promise<Answer> {
    return this.#run('write', async () => {
      const loaded = await this.#load();
      if (loaded.state['tracking_enabled'] === false && !evenWhenOff) throw new TrackingOffError();
      const nowSeconds = this.#momentAfter(loaded.state);
      const decision = decide(loaded.state, nowSeconds);
      if (decision.state !== undefined && loaded.damaged) {
        renameSync(this.path, `${this.path}.damaged-${this.#options.clock.nowMicros()}`);
      }
      if (decision.state === undefined) return decision;
      return { ...decision, state: { ...decision.state, [WRITTEN_FIELD]: nowSeconds } };
    });
  }

  /** Resolves when no access is under way, so that a process may end without leaving its lock behind. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #run<Answer>(operation: 'read' | 'write', body: () => Promise<Decision<Answer>>): Promise<Answer> {
    const access = this.#access(operation, body);
    this.#running.add(access);
    try {
      return await access;
    } finally {
      this.#running.delete(access);
    }
  }

  async #access<Answer>(operation: 'read' | 'write', body: () => Promise<Decision<Answer>>): Promise<Answer> {
    const { clock, directory, nodeId, slowLockMillis = 0, onAccess } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (let tries = 0; tries < LOST_LOCK_TRIES; tries += 1) {
      const startMillis = clock.monotonicMillis();
      const lock = await this.#lock.acquire(nodeId());
      const heldFromMillis = clock.monotonicMillis();
      let writtenAt: number | undefined;
      try {
        const { state, answer } = await body();
        if (slowLockMillis > 0) await sleep(slowLockMillis);
        if (state === undefined) return answer;
        if (this.#replace(state, lock)) {
          writtenAt = secondsOf(state[WRITTEN_FIELD]);
          return answer;
        }
      } finally {
        // Before anything else, so that nobody waits for our measuring.
        lock.release();
        const endMillis = clock.monotonicMillis();
        onAccess?.({
          operation,
          durationMillis: endMillis - startMillis,
          waitMillis: lock.waitMillis,
          holdMillis: endMillis - heldFromMillis,
          sizeBytes: statSync(this.path, { throwIfNoEntry: false })?.size,
          writtenAt,
          tookStale: lock.tookStale,
          waitedForNodeId: lock.waitedForNodeId,
        });
      }
    }
    throw new StoreError('STORE_BUSY', `The lock of ${this.path} was taken away ${LOST_LOCK_TRIES} times in a row.`, {
      hint: 'The disk is very slow, or the clock of this machine is wrong.',
    });
  }

  /**
   * The moment of a write, in Unix seconds: later than the last one, so that it names the write. The clocks of two
   * processes differ by up to a few milliseconds.
   */
  #momentAfter(state: AmicusState): number {
    const nowMicros = this.#options.clock.nowMicros();
    const lastMicros = microsOfSeconds(secondsOf(state[WRITTEN_FIELD]) ?? 0);
    const isAhead = lastMicros >= nowMicros && lastMicros - nowMicros < MAX_AHEAD_MICROS;
    return (isAhead ? lastMicros + 1 : nowMicros) / 1e6;
  }

  /** False when the lock was lost meanwhile: then another may have written, and this state is out of date. */
  #replace(state: AmicusState, lock: HeldLock): boolean {
    const temporaryPath = `${this.path}.${process.pid}.tmp`;
    try {
      rmSync(temporaryPath, { force: true });
      writeFileSync(temporaryPath, JSON.stringify(state, undefined, 2), { flag: 'wx', mode: 0o600 });
      // The mode above is subject to the umask.
      chmodSync(temporaryPath, 0o600);
      if (!lock.isStillHeld()) return false;
      renameSync(temporaryPath, this.path);
      return true;
    } catch (error) {
      throw new StoreError('STORE_READ_ONLY', `${this.path} cannot be written.`, {
        hint: 'Check the space on this disk and that this user may write to the folder.',
        cause: error,
      });
    } finally {
      rmSync(temporaryPath, { force: true });
    }
  }

  async #load(): Promise<{ readonly state: AmicusState; readonly damaged: boolean }> {
    for (let tries = 1; ; tries += 1) {
      const state = this.#parse();
      if (state !== undefined) return { state, damaged: false };
      if (tries === UNREADABLE_TRIES) return { state: {}, damaged: true };
      await sleep(UNREADABLE_PAUSE_MILLIS);
    }
  }

  #parse(): AmicusState | undefined {
    const stats = statSync(this.path, { throwIfNoEntry: false });
    if (stats === undefined || stats.size === 0) return {};
    if (stats.size > MAX_STATE_BYTES) {
      throw new StoreError('STORE_FULL', `${this.path} has ${stats.size} bytes; at most ${MAX_STATE_BYTES} are read.`, {
        hint: 'Archive completed tasks and old messages.',
      });
    }
    try {
      return recordOf(JSON.parse(readFileSync(this.path, 'utf8').replace(/^\uFEFF/, '')));
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw new StoreError('STORE_FAILED', `${this.path} cannot be read.`, { cause: error });
    }
  }
}
