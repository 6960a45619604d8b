/** What is remembered of a series: the moment of its last point, and the value then. */
type LastPoint = { readonly atMicros: number; readonly value: number };

/** Series remembered; a client has some twenty at a time. Those longest silent go first. */
const MAX_SERIES = 20_000;

/** Series as they are kept between runs, longest silent first: key, moment, value. */
export type KeptSeries = readonly (readonly [key: string, atMicros: number, value: number])[];

/**
 * Turns counters that only ever rise into what was added since their last point. A receiver that forgot would count
 * everything a running client has told so far once more, so this is kept between runs.
 */
export class CumulativeSeries {
  /** In the order of their last point, which a map keeps when a key is deleted before it is set. */
  readonly #last = new Map<string, LastPoint>();
  #changed = false;

  constructor(kept: KeptSeries = []) {
    for (const [key, atMicros, value] of kept) this.#last.set(key, { atMicros, value });
  }

  /** Whether there is something new to keep since `kept()` was last asked for. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /**
   * What a point adds.
   *
   * A series that is seen for the first time was begun by a process that is new, so all of it counts; but where the
   * sender does not know since when it counts, the first point only says where counting begins.
   *
   * @param key What tells the series from all others, its start included.
   * @returns Undefined for a point that was told before or comes late.
   */
  add(key: string, startMicros: number, atMicros: number, value: number): number | undefined {
    const last = this.#last.get(key);
    if (last !== undefined && atMicros <= last.atMicros) return undefined;
    this.#last.delete(key);
    this.#last.set(key, { atMicros, value });
    this.#changed = true;
    if (this.#last.size > MAX_SERIES) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest);
        break;
      }
    }
    if (last === undefined) return startMicros === 0 ? 0 : value;
    // A fall means that the sender began anew.
    return value >= last.value ? value - last.value : value;
  }

  kept(): KeptSeries {
    this.#changed = false;
    return [...this.#last].map(([key, { atMicros, value }]) => [key, atMicros, value] as const);
  }
}
