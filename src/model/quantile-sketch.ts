/**
 * A mergeable summary of a distribution with a stated relative error: DDSketch with logarithmic buckets
 * (Masson, Rim, Lee: "DDSketch", VLDB 2019). Any quantile is within 1 % of a value that was really there at that rank.
 *
 * Values are non-negative or negative numbers; negative ones mirror the positive buckets. Zero has a bucket of its own.
 */
const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Below this a value counts as zero: a tenth of the smallest step that fields keep (one microsecond in seconds). */
const SMALLEST = 1e-7;
/** Keeps the bucket numbers of negative values apart: those of positive ones lie between about −806 and 2,000. */
const KEY_SHIFT = 1 << 20;

const keyOf = (value: number): number => Math.ceil(Math.log(value) / LOG_GAMMA);
const valueOf = (key: number): number => (2 * GAMMA ** key) / (GAMMA + 1);

export class QuantileSketch {
  /** Stated bound: a quantile q is answered by a value x with |x − exact| ≤ relativeError × |exact|. */
  static readonly relativeError = RELATIVE_ERROR;

  /** Bucket number → how many. Positive values at key, negative at −key − KEY_SHIFT. */
  readonly #buckets = new Map<number, number>();
  #zeros = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number, times = 1): void {
    this.#count += times;
    if (value > SMALLEST) this.#bump(keyOf(value), times);
    else if (value < -SMALLEST) this.#bump(-keyOf(-value) - KEY_SHIFT, times);
    else this.#zeros += times;
  }

  merge(other: QuantileSketch): void {
    for (const [key, times] of other.#buckets) this.#bump(key, times);
    this.#zeros += other.#zeros;
    this.#count += other.#count;
  }

  /**
   * The value at a quantile.
   *
   * @param q From 0 to 1.
   * @returns `undefined` when nothing was added.
   */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = q * (this.#count - 1);
    let seen = 0;
    let last: number | undefined;
    for (const [value, times] of this.#ascending()) {
      seen += times;
      last = value;
      if (seen > rank) break;
    }
    return last;
  }

  /** Bucket values with their counts, ascending: for histograms. */
  buckets(): { value: number; count: number }[] {
    return [...this.#ascending()].map(([value, count]) => ({ value, count }));
  }

  #bump(key: number, times: number): void {
    this.#buckets.set(key, (this.#buckets.get(key) ?? 0) + times);
  }

  *#ascending(): Generator<[value: number, count: number]> {
    const keys = [...this.#buckets.keys()].sort((a, b) => a - b);
    const negative = keys.filter((key) => key < -KEY_SHIFT / 2);
    const positive = keys.filter((key) => key >= -KEY_SHIFT / 2);
    for (const key of negative) yield [-valueOf(-key - KEY_SHIFT), this.#buckets.get(key) ?? 0];
    if (this.#zeros > 0) yield [0, this.#zeros];
    for (const key of positive) yield [valueOf(key), this.#buckets.get(key) ?? 0];
  }

  /** Numbers that describe it wholly: zeros, then for each bucket in ascending order the step from the last key, and its count. */
  toNumbers(): number[] {
    const keys = [...this.#buckets.keys()].sort((a, b) => a - b);
    const numbers = [this.#zeros];
    let last = 0;
    for (const key of keys) {
      numbers.push(key - last, this.#buckets.get(key) ?? 0);
      last = key;
    }
    return numbers;
  }

  static fromNumbers(numbers: readonly number[]): QuantileSketch {
    const sketch = new QuantileSketch();
    sketch.#zeros = numbers[0] ?? 0;
    sketch.#count = sketch.#zeros;
    let key = 0;
    for (let i = 1; i + 1 < numbers.length; i += 2) {
      key += numbers[i] ?? 0;
      const times = numbers[i + 1] ?? 0;
      sketch.#bump(key, times);
      sketch.#count += times;
    }
    return sketch;
  }
}
