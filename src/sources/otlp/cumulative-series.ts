/** A point of a series: its moment, and the value then. */
type Point = { readonly atMicros: number; readonly value: number };

/** What was added between two points of a series. */
export type Increment = {
  /** Moment and value of the later point. */
  readonly atMicros: number;
  /** What was added. */
  readonly value: number;
  /** As what it was told, or was about to be, when the process before ended: told once more it must be the same event. */
  readonly toldAs: string | undefined;
};

type ToldPoint = Point & { toldAs: string };

/** Points of which nobody knows yet whether the events that tell of them are spooled. */
type Unsure = {
  /** The last point before them. */
  readonly before: Point | undefined;
  readonly points: ToldPoint[];
  push: number;
  /** They are of a process that ended: what they told may be lost, so it is told once more. */
  isLeft: boolean;
};

/** Series remembered; a client has some twenty at a time. Those longest silent go first. */
const MAX_SERIES = 20_000;
/** Pushes in a row whose process ended in that one moment; more of them are told as one. */
const MAX_UNSURE = 16;

/** A point that may have been told already, as it is kept. */
type KeptPoint = readonly [atMicros: number, value: number, toldAs: string];

/**
 * Series as they are kept between runs, longest silent first: key, moment and value of the last point whose event is
 * surely spooled (-1 and 0 for none), and the points behind it.
 */
export type KeptSeries = readonly (
  | readonly [key: string, atMicros: number, value: number]
  | readonly [key: string, atMicros: number, value: number, unsure: readonly KeptPoint[]]
)[];

const NO_POINT = [-1, 0] as const;

/**
 * Turns counters that only ever rise into what was added since their last point. A receiver that forgot would count
 * everything a running client has told so far once more, so this is kept between runs.
 *
 * It is kept before the events are spooled, and with the points before and after: whoever is killed between the two
 * leaves behind from where to where the last events told. The next run cuts the next increment at the same points, under
 * the same identities, and the store knows what it has.
 */
export class CumulativeSeries {
  /** In the order of their last point, which a map keeps when a key is deleted before it is set. */
  readonly #last = new Map<string, Point>();
  readonly #unsure = new Map<string, Unsure>();
  #push = 0;
  #changed = false;

  constructor(kept: KeptSeries = []) {
    for (const [key, atMicros, value, unsure = []] of kept) {
      const before = atMicros === NO_POINT[0] ? undefined : { atMicros, value };
      const points = unsure.map(([at, then, toldAs]) => ({ atMicros: at, value: then, toldAs }));
      const last = points.at(-1) ?? before;
      if (last === undefined) continue;
      this.#last.set(key, last);
      if (points.length > 0) this.#unsure.set(key, { before, points, push: 0, isLeft: true });
    }
  }

  /** Whether there is something new to keep since `kept()` was last asked for. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** Begins a push. @returns Its number, for `spooled()`. */
  begin(): number {
    this.#push += 1;
    return this.#push;
  }

  /**
   * What a point adds; nothing for one that was told before or comes late.
   *
   * A series that is seen for the first time was begun by a process that is new, so all of it counts; but where the
   * sender does not know since when it counts, the first point only says where counting begins.
   *
   * @param key What tells the series from all others, its start included.
   */
  add(key: string, startMicros: number, atMicros: number, value: number): readonly Increment[] {
    const last = this.#last.get(key);
    const known = this.#unsure.get(key);
    const isLeft = known?.isLeft === true;
    const isNew = last === undefined || atMicros > last.atMicros;
    if (!isNew && !(isLeft && atMicros === last.atMicros)) return [];
    const increments: Increment[] = [];
    if (known !== undefined && isLeft) {
      let { before } = known;
      for (const point of known.points) {
        const { toldAs } = point;
        increments.push({ atMicros: point.atMicros, value: rise(before, point.value, startMicros), toldAs });
        before = point;
      }
    }
    const unsure = known ?? { before: last, points: [], push: 0, isLeft: false };
    unsure.push = this.#push;
    unsure.isLeft = false;
    if (isNew) {
      increments.push({ atMicros, value: rise(last, value, startMicros), toldAs: undefined });
      if (unsure.points.length >= MAX_UNSURE) unsure.points.pop();
      unsure.points.push({ atMicros, value, toldAs: '' });
    }
    this.#unsure.set(key, unsure);
    this.#last.delete(key);
    this.#last.set(key, isNew ? { atMicros, value } : last);
    this.#changed = true;
    if (this.#last.size > MAX_SERIES) this.#forgetOldest();
    return increments;
  }

  /** Notes as what event the points of series that were last added are told. */
  tellAs(keys: Iterable<string>, toldAs: string): void {
    for (const key of keys) {
      for (const point of this.#unsure.get(key)?.points ?? []) point.toldAs ||= toldAs;
    }
  }

  /** The events of a push, and of those before it, are spooled. */
  spooled(push: number): void {
    for (const [key, { push: own, isLeft }] of this.#unsure) if (!isLeft && own <= push) this.#unsure.delete(key);
  }

  kept(): KeptSeries {
    this.#changed = false;
    return [...this.#last].map(([key, last]) => {
      const unsure = this.#unsure.get(key);
      if (unsure === undefined) return [key, last.atMicros, last.value] as const;
      const { before } = unsure;
      const [atMicros, value] = before === undefined ? NO_POINT : [before.atMicros, before.value];
      const points = unsure.points.map((point) => [point.atMicros, point.value, point.toldAs] as const);
      return [key, atMicros, value, points] as const;
    });
  }

  #forgetOldest(): void {
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      this.#unsure.delete(oldest);
      return;
    }
  }
}

/** What a value adds to the point before it. A fall means that the sender began anew. */
function rise(before: Point | undefined, value: number, startMicros: number): number {
  if (before === undefined) return startMicros === 0 ? 0 : value;
  return value >= before.value ? value - before.value : value;
}
