import type { DatabaseSync } from 'node:sqlite';

/** More than any block is long. */
const MAX_VALUE_BYTES = 1_000_000_000;

/** What functions of the views read from the file themselves, within a statement of the user's. */
export class OwnReads {
  readonly #db: DatabaseSync;
  #isReading = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** True while something is read for a statement, by statements of our own. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** What bounds the values of a statement does not bound what is read here: some blocks are longer. */
  run<Result>(read: () => Result): Result {
    const { limits } = this.#db;
    const { length } = limits;
    this.#isReading = true;
    limits.length = MAX_VALUE_BYTES;
    try {
      return read();
    } finally {
      limits.length = length;
      this.#isReading = false;
    }
  }
}
