import type { Clock } from '../model/clock.ts';
import { StoreError, type StoreErrorCode } from '../model/errors.ts';
import type { SqliteStore } from './sqlite/sqlite-store.ts';
import type { DrainReport, Store } from './store.ts';

/** Errors after which a store is looked over: a flipped bit in a value shows as something that cannot be understood. */
const MAY_BE_DAMAGE: readonly StoreErrorCode[] = ['STORE_CORRUPT', 'STORE_FAILED'];

/** How long a question waits for another process that is draining: then it answers from what is stored. */
const DRAIN_WAIT_MILLIS = 2_000;

/**
 * The store of a context folder, opened at the first question and again whenever it has to be: when the folder was
 * deleted, moved or restored under it, or when damage was met in it.
 */
export class KeptStore {
  readonly #directory: string;
  readonly #clock: Clock;
  #opening: Promise<SqliteStore> | undefined;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** @throws StoreError when there is none and none can be made. */
  async open(): Promise<SqliteStore> {
    const store = await this.#opened();
    if (store.isInPlace) return store;
    await this.close();
    return this.#opened();
  }

  /**
   * Do something with the store. When it turns out to be damaged, it is set aside and a new one is asked instead:
   * events must have somewhere to go.
   */
  async use<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const store = await this.open();
    try {
      return await work(store);
    } catch (cause) {
      if (!(cause instanceof StoreError) || !MAY_BE_DAMAGE.includes(cause.code)) throw cause;
      await this.#setAside();
      const next = await this.open();
      // Sound after all: then it was something else.
      if (next.path === store.path && next.inode === store.inode) throw cause;
      return work(next);
    }
  }

  /** Move what waits in the spool into the store. */
  drain(): Promise<DrainReport> {
    return this.use((store) => store.drain({ waitMillis: DRAIN_WAIT_MILLIS }));
  }

  /** Do something with the store when what was spooled before this moment is in it. */
  useDrained<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    return this.use(async (store) => {
      try {
        await store.drain({ waitMillis: DRAIN_WAIT_MILLIS });
      } catch (cause) {
        // A full disk takes no more events, and what it has can be asked all the same. What waits stays in the spool.
        if (!(cause instanceof StoreError && cause.code === 'STORE_FULL')) throw cause;
      }
      return work(store);
    });
  }

  /** What is open is let go of; the next question opens anew. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    const store = await opening?.catch(() => undefined);
    await store?.close();
  }

  async #setAside(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    const store = await opening?.catch(() => undefined);
    await store?.setAside();
  }

  #opened(): Promise<SqliteStore> {
    if (this.#opening === undefined) {
      const opening = import('./sqlite/sqlite-store.ts').then(({ SqliteStore }) =>
        SqliteStore.open(this.#directory, this.#clock),
      );
      this.#opening = opening;
      // A store that could not be opened is tried again with the next question.
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }
}
