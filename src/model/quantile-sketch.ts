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

/** How many values each bucket has. Keys that occur lie near each other, so their counts lie in one array. */
class BucketCounts {
  #first = 0;
  #counts = new Float64Array(0);

  add(key: number, times: number): void {
    const at = this.#placeOf(key, key);
    this.#counts[at] = (this.#counts[at] as number) + times;
  }

  /** @param keys Ascending. @param counts One for each key. */
  addAll(keys: Int32Array, counts: Float64Array): void {
    if (keys.length === 0) return;
    const least = keys[0] as number;
    const shift = this.#placeOf(least, keys[keys.length - 1] as number) - least;
    const own = this.#counts;
    for (let i = 0; i < keys.length; i++) {
      const at = (keys[i] as number) + shift;
      own[at] = (own[at] as number) + (counts[i] as number);
    }
  }

  merge(other: BucketCounts): void {
    const counts = other.#counts;
    if (counts.length === 0) return;
    const shift = this.#placeOf(other.#first, other.#first + counts.length - 1);
    const own = this.#counts;
    for (let i = 0; i < counts.length; i++) own[shift + i] = (own[shift + i] as number) + (counts[i] as number);
  }

  /** By ascending key; those without values are left out. */
  *entries(): Generator<[key: number, count: number]> {
    for (let i = 0; i < this.#counts.length; i++) {
      const count = this.#counts[i] as number;
      if (count > 0) yield [this.#first + i, count];
    }
  }

  /** Where the count of the least key is, once there is room for all from it up to the greatest. */
  #placeOf(least: number, greatest: number): number {
    const counts = this.#counts;
    const end = this.#first + counts.length;
    if (least < this.#first || greatest >= end || counts.length === 0) {
      const first = counts.length === 0 ? least : Math.min(least, this.#first);
      const last = counts.length === 0 ? greatest : Math.max(greatest, end - 1);
      const grown = new Float64Array(last - first + 1 + 2 * ROOM);
      grown.set(counts, counts.length === 0 ? 0 : this.#first - first + ROOM);
      this.#first = first - ROOM;
      this.#counts = grown;
    }
    return least - this.#first;
  }
}

/** Keys that find room on either side of those that occurred. */
const ROOM = 32;

export class QuantileSketch {
  /** Stated bound: a quantile q is answered by a value x with |x − exact| ≤ relativeError × |exact|. */
  static readonly relativeError = RELATIVE_ERROR;

  /** Of values above 0, by key; of those below, by −key − KEY_SHIFT. */
  readonly #positive = new BucketCounts();
  readonly #negative = new BucketCounts();
  #zeros = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The key of the bucket of a value; `undefined` of one that counts as zero. */
  static keyOf(value: number): number | undefined {
    if (value > SMALLEST) return keyOf(value);
    return value < -SMALLEST ? -keyOf(-value) - KEY_SHIFT : undefined;
  }

  add(value: number, times = 1): void {
    this.#count += times;
    if (value > SMALLEST) this.#positive.add(keyOf(value), times);
    else if (value < -SMALLEST) this.#negative.add(-keyOf(-value) - KEY_SHIFT, times);
    else this.#zeros += times;
  }

  /** Add what buckets hold: keys ascend, and each has a count. */
  addBuckets({ zeros, keys, counts }: { zeros: number; keys: Int32Array; counts: Float64Array }): void {
    this.#zeros += zeros;
    this.#count += zeros;
    for (let i = 0; i < counts.length; i++) this.#count += counts[i] as number;
    let negative = 0;
    while (negative < keys.length && (keys[negative] as number) < -KEY_SHIFT / 2) negative++;
    if (negative === 0) {
      this.#positive.addAll(keys, counts);
      return;
    }
    this.#negative.addAll(keys.subarray(0, negative), counts);
    this.#positive.addAll(keys.subarray(negative), counts.subarray(negative));
  }

  merge(other: QuantileSketch): void {
    this.#positive.merge(other.#positive);
    this.#negative.merge(other.#negative);
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

  *#ascending(): Generator<[value: number, count: number]> {
    for (const [key, count] of this.#negative.entries()) yield [-valueOf(-key - KEY_SHIFT), count];
    if (this.#zeros > 0) yield [0, this.#zeros];
    for (const [key, count] of this.#positive.entries()) yield [valueOf(key), count];
  }

  /** Numbers that describe it wholly: zeros, then for each bucket in ascending order the step from the last key, and its count. */
  toNumbers(): number[] {
    const numbers = [this.#zeros];
    let last = 0;
    for (const counts of [this.#negative, this.#positive]) {
      for (const [key, count] of counts.entries()) {
        numbers.push(key - last, count);
        last = key;
      }
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
      (key < -KEY_SHIFT / 2 ? sketch.#negative : sketch.#positive).add(key, times);
      sketch.#count += times;
    }
    return sketch;
  }
}
