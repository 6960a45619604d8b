import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { Figure, Measure } from '../store.ts';
import { type Cell, type CellDecoder, compareValues, isNumericPlace, type Place, placeOf } from './cells.ts';
import type { EventTable } from './event-tables.ts';
import { cellsOf, type Stretch } from './fold-groups.ts';
import { NumberFigures } from './number-figures.ts';
import { percentilesOf } from './percentile.ts';

/** Takes in rows, and tells a figure of each slot. */
interface Accumulator {
  add(stretch: Stretch): void;
}

/** What a fold has found so far. */
export class FoldFigures {
  /** Accumulators by what they keep, so that measures of one field share them. */
  readonly #accumulators = new Map<string, Accumulator>();
  readonly #figures: readonly ((slot: number, decoder: CellDecoder) => Figure)[];
  /** Columns that are read. */
  readonly columns: readonly string[];

  constructor(table: EventTable, measures: readonly Measure[]) {
    const places = measures.map((measure) => ('field' in measure ? placeOf(table, measure.field) : undefined));
    this.#figures = measures.map((measure, index) => this.#figureOf(measure, places[index], measures));
    this.columns = places.flatMap((place) => (place !== undefined && 'column' in place ? [place.column.name] : []));
  }

  add(stretch: Stretch): void {
    for (const accumulator of this.#accumulators.values()) accumulator.add(stretch);
  }

  /** One figure for each measure. */
  of(slot: number, decoder: CellDecoder): Figure[] {
    return this.#figures.map((figure) => figure(slot, decoder));
  }

  #figureOf(
    measure: Measure,
    place: Place | undefined,
    measures: readonly Measure[],
  ): (slot: number, decoder: CellDecoder) => Figure {
    if (!('field' in measure)) {
      const events = this.#shared('events', () => new EventCounts());
      return (slot) => events.counts[slot] ?? 0;
    }
    const { fn, field } = measure;
    if (place === undefined) {
      const none = fn === 'count' || fn === 'distinct' ? 0 : undefined;
      return () => none;
    }
    const isNumber = isNumericPlace(place);
    if (fn === 'first' || fn === 'last') {
      const moments = this.#shared(`${fn} ${field}`, () => new Moments(place, fn === 'last'));
      return (slot, decoder) => textual(decoder, place, moments.cells[slot] ?? null);
    }
    if (fn === 'distinct' || (!isNumber && (fn === 'min' || fn === 'max'))) {
      if (fn !== 'distinct' && 'column' in place && place.column.kind === 'names') return () => undefined;
      const sets = this.#shared(`values ${field}`, () => new ValueSets(place));
      return fn === 'distinct'
        ? (slot, decoder) => distinctCount(decoder, place, sets.of(slot))
        : (slot, decoder) => extreme(decoder, place, sets.of(slot), fn === 'max');
    }
    if (fn === 'count' && !isNumber) {
      const present = this.#shared(`present ${field}`, () => new PresentCounts(place));
      return (slot, decoder) => present.of(slot, decoder);
    }
    if (!isNumber || !('column' in place)) return () => undefined;
    const { name, scale } = place.column;
    if (fn === 'percentile') {
      const percents = measures.flatMap((other) =>
        other.fn === 'percentile' && other.field === field ? [other.p] : [],
      );
      const values = this.#shared(`numbers ${field}`, () => new Gathered(name));
      return (slot) => {
        const steps = values.percentiles(slot, percents)[percents.indexOf(measure.p)];
        return steps === undefined ? undefined : steps / scale;
      };
    }
    if (fn === 'sketch') {
      const sketches = this.#shared(`sketch ${field}`, () => new Sketches(name, scale));
      return (slot) => sketches.sketches[slot];
    }
    const numbers = this.#shared(`figures ${field}`, () => new NumberFigures(name));
    return (slot) => {
      const value = numbers.of(fn, slot);
      return value === undefined || fn === 'count' ? value : value / scale;
    };
  }

  #shared<Kind extends Accumulator>(key: string, make: () => Kind): Kind {
    let found = this.#accumulators.get(key);
    if (found === undefined) this.#accumulators.set(key, (found = make()));
    return found as Kind;
  }
}

/** How many rows each slot has. */
class EventCounts implements Accumulator {
  readonly counts: number[] = [];

  add({ lo, hi, slots, slot }: Stretch): void {
    const { counts } = this;
    if (slots === undefined) {
      counts[slot] = (counts[slot] ?? 0) + hi - lo;
      return;
    }
    for (let i = lo; i < hi; i++) {
      const of = slots[i] as number;
      if (of >= 0) counts[of] = (counts[of] ?? 0) + 1;
    }
  }
}

/** How many rows have a value, by the cells they hold. */
class PresentCounts implements Accumulator {
  readonly #place: Place;
  readonly #counts: Map<Cell, number>[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const { codes, keys } = cellsOf(chunk, this.#place);
    for (let i = lo; i < hi; i++) {
      const of = slots === undefined ? slot : (slots[i] as number);
      if (of < 0) continue;
      const cell = keys[codes[i] as number] ?? null;
      const counts = (this.#counts[of] ??= new Map());
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
  }

  of(slot: number, decoder: CellDecoder): number {
    let total = 0;
    for (const [cell, count] of this.#counts[slot] ?? []) {
      const isPresent = 'column' in this.#place ? cell !== null : decoder.decode(this.#place, cell) !== undefined;
      if (isPresent) total += count;
    }
    return total;
  }
}

/** The cell of the first or the last row that has one. */
class Moments implements Accumulator {
  readonly cells: Cell[] = [];
  readonly #moments: number[] = [];
  readonly #place: Place;
  readonly #latest: boolean;

  constructor(place: Place, latest: boolean) {
    this.#place = place;
    this.#latest = latest;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const { codes, keys } = cellsOf(chunk, this.#place);
    const times = chunk.times();
    for (let i = lo; i < hi; i++) {
      const of = slots === undefined ? slot : (slots[i] as number);
      const cell = keys[codes[i] as number] ?? null;
      if (of < 0 || cell === null) continue;
      const at = times[i] as number;
      const known = this.#moments[of];
      if (known !== undefined && (this.#latest ? at < known : at > known)) continue;
      this.#moments[of] = at;
      this.cells[of] = cell;
    }
  }
}

/** The different cells of each slot. */
class ValueSets implements Accumulator {
  readonly #place: Place;
  readonly #sets: Set<number | string>[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const { codes, keys } = cellsOf(chunk, this.#place);
    if (slots === undefined) {
      // A key is added once for the chunk and not for each of its rows.
      const seen = new Uint8Array(keys.length);
      for (let i = lo; i < hi; i++) seen[codes[i] as number] = 1;
      const set = this.#set(slot);
      for (const [code, key] of keys.entries()) if (seen[code] === 1 && key !== null) set.add(key);
      return;
    }
    for (let i = lo; i < hi; i++) {
      const of = slots[i] as number;
      const key = keys[codes[i] as number] ?? null;
      if (of >= 0 && key !== null) this.#set(of).add(key);
    }
  }

  of(slot: number): ReadonlySet<number | string> {
    return this.#set(slot);
  }

  #set(slot: number): Set<number | string> {
    return (this.#sets[slot] ??= new Set());
  }
}

/** All numbers of each slot, in stored steps. */
class Gathered implements Accumulator {
  readonly #column: string;
  readonly #values: { numbers: Float64Array; length: number }[] = [];
  readonly #answers: (readonly (number | undefined)[])[] = [];

  constructor(column: string) {
    this.#column = column;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const numbers = chunk.numbers(this.#column);
    if (slots === undefined) {
      const into = this.#room(slot, hi - lo);
      let { length } = into;
      for (let i = lo; i < hi; i++) {
        const value = numbers[i] as number;
        if (!Number.isNaN(value)) into.numbers[length++] = value;
      }
      into.length = length;
      return;
    }
    for (let i = lo; i < hi; i++) {
      const of = slots[i] as number;
      const value = numbers[i] as number;
      if (of < 0 || Number.isNaN(value)) continue;
      const into = this.#room(of, 1);
      into.numbers[into.length++] = value;
    }
  }

  /** Selected together, once: selecting one leaves the next less to look through. */
  percentiles(slot: number, percents: readonly number[]): readonly (number | undefined)[] {
    const { numbers, length } = this.#room(slot, 0);
    return (this.#answers[slot] ??= percentilesOf(numbers.subarray(0, length), percents));
  }

  #room(slot: number, more: number): { numbers: Float64Array; length: number } {
    const into = (this.#values[slot] ??= { numbers: new Float64Array(more), length: 0 });
    if (into.length + more > into.numbers.length) {
      const grown = new Float64Array(Math.max(2 * into.numbers.length, into.length + more));
      grown.set(into.numbers);
      into.numbers = grown;
    }
    return into;
  }
}

class Sketches implements Accumulator {
  readonly sketches: (QuantileSketch | undefined)[] = [];
  readonly #column: string;
  readonly #scale: number;

  constructor(column: string, scale: number) {
    this.#column = column;
    this.#scale = scale;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const numbers = chunk.numbers(this.#column);
    for (let i = lo; i < hi; i++) {
      const of = slots === undefined ? slot : (slots[i] as number);
      const value = numbers[i] as number;
      if (of < 0 || Number.isNaN(value)) continue;
      (this.sketches[of] ??= new QuantileSketch()).add(value / this.#scale);
    }
  }
}

/** Several origins may share a source or cluster: they count by their value. */
function distinctCount(decoder: CellDecoder, place: Place, cells: ReadonlySet<number | string>): number {
  if ('column' in place) return cells.size;
  const values = new Set([...cells].map((cell) => decoder.decode(place, cell)));
  values.delete(undefined);
  return values.size;
}

/** The least or greatest value: names by their text, false before true. */
function extreme(
  decoder: CellDecoder,
  place: Place,
  cells: ReadonlySet<number | string>,
  greatest: boolean,
): Exclude<Figure, QuantileSketch> {
  decoder.prepare(place, cells);
  let found: Exclude<Figure, QuantileSketch>;
  for (const cell of cells) {
    const value = textual(decoder, place, cell);
    if (value === undefined) continue;
    const order = found === undefined ? 0 : compareValues(value, found);
    if (found === undefined || (greatest ? order > 0 : order < 0)) found = value;
  }
  return found;
}

/** A value as a figure; lists have no place among figures and are told as text. */
function textual(decoder: CellDecoder, place: Place, cell: Cell): Exclude<Figure, QuantileSketch> {
  const value = decoder.decode(place, cell);
  return typeof value === 'object' ? value.join(', ') : value;
}
