import type { QuantileSketch } from '../../model/quantile-sketch.ts';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import { bytesOfCells } from './bytes-of-cells.ts';
import type { Chunk, CodedCells } from './chunk.ts';
import { type FlatSketch, HOURS_PER_DAY, type RolledFigures, type RolledRows } from './rolled-rows.ts';

/** Column of how many events a row stands for. No field has a colon in its name. */
export const EVENTS = 'events:';
/** Column of a figure of a field. `count` is of dimensions too: how many of the row's events have it. */
export const figureColumn = (figure: RolledFigure, field: string): string => `${figure}:${field}`;
export type RolledFigure = 'count' | 'sum' | 'min' | 'max';

const FIGURES: Readonly<Record<string, keyof RolledFigures>> = {
  count: 'counts',
  sum: 'sums',
  min: 'least',
  max: 'greatest',
};

/**
 * A rollup as rows of a table: each has the time at which its hour starts, its dimensions, and figures as columns of
 * numbers. So figures of rollups come about in the same way as those of events.
 */
export class RollupChunk implements Chunk {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
  /** Where the rows of each hour of the day begin; at the end, how many rows there are. */
  readonly starts: Int32Array;
  readonly #rolled: RolledRows;
  readonly #fromHour: number;
  readonly #grown: (bytes: number) => void;
  readonly #numbers = new Map<string, Float64Array>();
  readonly #coded = new Map<string, CodedCells>();
  readonly #figures = new Map<string, RolledFigures | undefined>();
  readonly #sketches = new Map<string, readonly FlatSketch[] | undefined>();

  /**
   * @param day Days since the epoch of stored times.
   * @param grown Told of the bytes of each column that is decoded.
   */
  constructor(rolled: RolledRows, day: number, grown: (bytes: number) => void = () => undefined) {
    this.#rolled = rolled;
    this.#fromHour = day * HOURS_PER_DAY;
    this.#grown = grown;
    this.rows = rolled.rows;
    this.starts = new Int32Array(HOURS_PER_DAY + 1);
    const hours = rolled.hours();
    for (let hour = 0; hour < HOURS_PER_DAY; hour++) {
      this.starts[hour + 1] = (this.starts[hour] as number) + (hours[hour] as number);
    }
    this.first = this.#timeOf(hours.findIndex((rows) => rows > 0));
    this.last = this.#timeOf(hours.findLastIndex((rows) => rows > 0));
  }

  #timeOf(hourOfDay: number): number {
    return (this.#fromHour + hourOfDay) * MICROS_PER_HOUR;
  }

  times(): Float64Array {
    return this.#known(this.#numbers, '', () => {
      const times = new Float64Array(this.rows);
      for (let hour = 0; hour < HOURS_PER_DAY; hour++) {
        times.fill(this.#timeOf(hour), this.starts[hour], this.starts[hour + 1]);
      }
      return times;
    });
  }

  /** A row may be of events of several origins: none is told. */
  origins(): CodedCells {
    return { codes: new Uint16Array(this.rows), keys: [null] };
  }

  coded(column: string): CodedCells {
    return this.#known(
      this.#coded,
      column,
      () => this.#rolled.dimension(column) ?? { codes: new Uint16Array(this.rows), keys: [null] },
    );
  }

  numbers(column: string): Float64Array {
    if (column === EVENTS) return this.#known(this.#numbers, column, () => this.#rolled.events());
    const [figure = '', field = ''] = column.split(':', 2);
    const figures = this.figures(field);
    const kind = FIGURES[figure];
    if (figures !== undefined && kind !== undefined) return figures[kind];
    return this.#known(this.#numbers, column, () =>
      figure === 'count' ? this.#eventsWith(field) : new Float64Array(this.rows).fill(Number.NaN),
    );
  }

  figures(field: string): RolledFigures | undefined {
    if (!this.#figures.has(field)) {
      const figures = this.#rolled.figures(field);
      this.#figures.set(field, figures);
      if (figures !== undefined) this.#grown(4 * figures.counts.byteLength);
    }
    return this.#figures.get(field);
  }

  /** How many events of each row have a dimension. */
  #eventsWith(field: string): Float64Array {
    const { codes, keys } = this.coded(field);
    const events = this.numbers(EVENTS);
    return Float64Array.from(codes, (code, row) => (keys[code] === null ? 0 : (events[row] as number)));
  }

  /** Add the values of some hours of the day to a sketch. */
  addSketch(into: QuantileSketch, field: string, fromHour: number, beforeHour: number): void {
    const isWhole = fromHour <= 0 && beforeHour >= HOURS_PER_DAY;
    const sketches = isWhole ? this.#daySketch(field) : this.hourSketches(field)?.slice(fromHour, beforeHour);
    for (const sketch of sketches ?? []) into.addBuckets(sketch);
  }

  hourSketches(field: string): readonly FlatSketch[] | undefined {
    return this.#knownSketches(`hours ${field}`, () => this.#rolled.hourSketches(field));
  }

  #daySketch(field: string): readonly FlatSketch[] | undefined {
    return this.#knownSketches(`day ${field}`, () => {
      const sketch = this.#rolled.daySketch(field);
      return sketch && [sketch];
    });
  }

  #knownSketches(name: string, read: () => readonly FlatSketch[] | undefined): readonly FlatSketch[] | undefined {
    if (!this.#sketches.has(name)) {
      const sketches = read();
      this.#sketches.set(name, sketches);
      for (const { keys, counts } of sketches ?? []) this.#grown(keys.byteLength + counts.byteLength);
    }
    return this.#sketches.get(name);
  }

  #known<Cells extends Float64Array | CodedCells>(cells: Map<string, Cells>, column: string, read: () => Cells): Cells {
    let found = cells.get(column);
    if (found === undefined) {
      cells.set(column, (found = read()));
      this.#grown(bytesOfCells(found, this.rows));
    }
    return found;
  }
}
