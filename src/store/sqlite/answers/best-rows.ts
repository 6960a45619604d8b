/** What a row is ordered by: a number, a text, or nothing. */
export type OrderKey = number | string | null;

type Ranked = { readonly key: OrderKey; readonly t: number };

/** Least room beyond the rows that are kept, so that they are sorted seldom. */
const LEAST_SPARE = 64;

/**
 * Keeps the first rows of an order, whatever the order they come in. Rows without a key come last in both directions,
 * equal ones in order of time.
 */
export class BestRows {
  readonly #most: number;
  readonly #sign: 1 | -1;
  #rows: Ranked[] = [];
  /** Only rows before it are of interest. */
  #worst: Ranked | undefined;

  /** @param most How many to keep; infinite for all. */
  constructor(direction: 'ascending' | 'descending', most: number) {
    this.#most = most;
    this.#sign = direction === 'ascending' ? 1 : -1;
  }

  offer(key: OrderKey, t: number): void {
    const row = { key, t };
    if (this.#worst !== undefined && this.#compare(row, this.#worst) > 0) return;
    this.#rows.push(row);
    if (this.#rows.length >= 2 * this.#most + LEAST_SPARE) this.#shrink();
  }

  /** The same for rows of a column, NaN where absent; much quicker, since most of many rows are out at once. */
  offerNumbers(
    numbers: Float64Array,
    times: Float64Array,
    passes: (row: number) => boolean,
    from: number,
    before: number,
  ): void {
    for (let i = from; i < before; i++) {
      const value = numbers[i] as number;
      const worst = this.#worst?.key;
      if (typeof worst === 'number' && (this.#sign === 1 ? value > worst : value < worst)) continue;
      if (passes(i)) this.offer(Number.isNaN(value) ? null : value, times[i] as number);
    }
  }

  /** Stored times in the order. */
  moments(): Float64Array {
    this.#shrink();
    return Float64Array.from(this.#rows, ({ t }) => t);
  }

  #shrink(): void {
    this.#rows.sort((a, b) => this.#compare(a, b));
    if (this.#rows.length < this.#most) return;
    this.#rows = this.#rows.slice(0, this.#most);
    this.#worst = this.#rows.at(-1);
  }

  #compare(a: Ranked, b: Ranked): number {
    if (a.key === b.key) return a.t - b.t;
    if (a.key === null) return 1;
    if (b.key === null) return -1;
    return this.#sign * compareKeys(a.key, b.key);
  }
}

function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}

/** As SQLite compares texts, by bytes of UTF-8. JavaScript compares what takes two units as if it were before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = rankOf(a.charCodeAt(i)) - rankOf(b.charCodeAt(i));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Halves of code points beyond 16 bits come behind all others. */
const rankOf = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_00_00 : unit);
