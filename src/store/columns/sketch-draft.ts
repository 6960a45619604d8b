import { QuantileSketch } from '../../model/quantile-sketch.ts';
import { type FlatSketch, HOURS_PER_DAY } from './rolled-rows.ts';

/** The sketches of one field in the hours of a day, in the making. */
export class SketchDraft {
  /** By hour. */
  readonly #zeros = new Float64Array(HOURS_PER_DAY);
  /** By key of a bucket, then by hour. */
  readonly #counts = new Map<number, Float64Array>();
  readonly #scale: number;

  /** @param scale Stored steps to a unit of the field. */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** Add values in stored steps, from `lo` up to `hi`; NaN is none. */
  addValues(hour: number, numbers: Float64Array, lo: number, hi: number): void {
    for (let i = lo; i < hi; i++) {
      const steps = numbers[i] as number;
      if (!Number.isNaN(steps)) this.#add(hour, QuantileSketch.keyOf(steps / this.#scale), 1);
    }
  }

  addSketch(hour: number, { zeros, keys, counts }: FlatSketch): void {
    this.#add(hour, undefined, zeros);
    for (let i = 0; i < keys.length; i++) this.#add(hour, keys[i], counts[i] as number);
  }

  /** The sketch of each hour. */
  hours(): FlatSketch[] {
    const keys = [...this.#counts.keys()].sort((a, b) => a - b);
    return Array.from(this.#zeros, (zeros, hour) => {
      const own = keys.filter((key) => (this.#counts.get(key)?.[hour] ?? 0) > 0);
      return {
        zeros,
        keys: Int32Array.from(own),
        counts: Float64Array.from(own, (key) => this.#counts.get(key)?.[hour] ?? 0),
      };
    });
  }

  /** The sketch of all of them. */
  day(): FlatSketch {
    const keys = Int32Array.from(this.#counts.keys()).sort();
    const counts = Float64Array.from(keys, (key) => sumOf(this.#counts.get(key) ?? []));
    return { zeros: sumOf(this.#zeros), keys, counts };
  }

  #add(hour: number, key: number | undefined, times: number): void {
    let counts: Float64Array = this.#zeros;
    if (key !== undefined) {
      const known = this.#counts.get(key);
      counts = known ?? new Float64Array(HOURS_PER_DAY);
      if (known === undefined) this.#counts.set(key, counts);
    }
    counts[hour] = (counts[hour] as number) + times;
  }
}

function sumOf(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number;
  return sum;
}
