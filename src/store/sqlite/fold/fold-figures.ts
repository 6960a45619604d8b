import type { QuantileSketch } from '../../../model/quantile-sketch.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import type { Column } from '../../columns/column.ts';
import { EdgeCells } from '../../columns/edge-cells.ts';
import { GatheredNumbers } from '../../columns/gathered-numbers.ts';
import { KeySets } from '../../columns/key-sets.ts';
import { type NumberFigure, NumberFigures } from '../../columns/number-figures.ts';
import { RowCounts } from '../../columns/row-counts.ts';
import { Sketches } from '../../columns/sketches.ts';
import type { Stretch } from '../../columns/stretch.ts';
import type { Figure, Measure } from '../../store.ts';
import { type Cell, type CellDecoder, compareValues, isNumericPlace, type Place, placeOf } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { cellsOf } from './fold-groups.ts';
import { percentilesOf } from './percentile.ts';

/** Takes in rows. What it found of a slot, each kind tells in its own way. */
interface Accumulator {
  add(stretch: Stretch): void;
}

/** The figure of a measure for a slot. */
export type FigureOf = (slot: number) => Figure;

type FieldMeasure = Extract<Measure, { readonly field: string }>;

/** What a fold has found so far, by slot. */
export class FoldFigures {
  readonly #decoder: CellDecoder;
  readonly #measures: readonly Measure[];
  /** Accumulators by what they keep, so that measures of one field share them. */
  readonly #accumulators = new Map<string, Accumulator>();
  /** By column, then by slot: percentiles in the order of the measures. */
  readonly #percentiles = new Map<string, (readonly (number | undefined)[])[]>();
  /** How the figure of each measure is read. */
  readonly readers: readonly FigureOf[];
  /** Columns that are read. */
  readonly columns: readonly string[];

  constructor(table: EventTable, measures: readonly Measure[], decoder: CellDecoder) {
    this.#decoder = decoder;
    this.#measures = measures;
    this.readers = measures.map((measure) => this.#figureOf(table, measure));
    this.columns = measures.flatMap((measure) => ('field' in measure ? [measure.field] : []));
  }

  add(stretch: Stretch): void {
    for (const accumulator of this.#accumulators.values()) accumulator.add(stretch);
  }

  /** One figure for each measure. Call when all rows are in. */
  of(slot: number): Figure[] {
    const figures: Figure[] = [];
    for (const figureOf of this.readers) figures.push(figureOf(slot));
    return figures;
  }

  #figureOf(table: EventTable, measure: Measure): FigureOf {
    if (!('field' in measure)) {
      const events = this.#shared('events', () => new RowCounts());
      return (slot) => events.of(slot);
    }
    const place = placeOf(table, measure.field);
    if (place === undefined) {
      const none = measure.fn === 'count' || measure.fn === 'distinct' ? 0 : undefined;
      return () => none;
    }
    const { fn, field } = measure;
    if (fn === 'first' || fn === 'last') return this.#edge(place, field, fn);
    if (fn === 'distinct') {
      const sets = this.#keySets(place, field);
      return (slot) => distinctCount(this.#decoder, place, sets.of(slot));
    }
    if (isNumericPlace(place) && 'column' in place) return this.#ofNumbers(place.column, measure);
    return this.#ofKeys(place, measure);
  }

  #ofNumbers({ name, scale }: Column, measure: FieldMeasure): FigureOf {
    if (measure.fn === 'percentile') return this.#percentile(name, scale, measure.p);
    if (measure.fn === 'sketch') {
      const sketches = this.#shared(`sketch ${name}`, () => new Sketches(name, scale));
      return (slot) => sketches.of(slot);
    }
    const figure = measure.fn as NumberFigure;
    const wanted = this.#measures.flatMap((other) => ('field' in other && other.field === name ? [other.fn] : []));
    const numbers = this.#shared(`figures ${name}`, () => new NumberFigures(name, new Set(wanted as NumberFigure[])));
    if (figure === 'count') return (slot) => numbers.of('count', slot);
    return (slot) => {
      const steps = numbers.of(figure, slot);
      return steps === undefined ? undefined : steps / scale;
    };
  }

  #ofKeys(place: Place, { fn, field }: FieldMeasure): FigureOf {
    if (fn === 'count') {
      const present = this.#shared(
        `present ${field}`,
        () => new RowCounts((chunk) => cellsOf(chunk, place), this.#isPresent(place)),
      );
      return (slot) => present.of(slot);
    }
    const isList = 'column' in place && place.column.kind === 'names';
    if ((fn !== 'min' && fn !== 'max') || isList) return () => undefined;
    const sets = this.#keySets(place, field);
    return (slot) => extreme(this.#decoder, place, sets.of(slot), fn === 'max');
  }

  #edge(place: Place, field: string, edge: 'first' | 'last'): FigureOf {
    const cells = (chunk: Chunk): Float64Array | CodedCells =>
      'column' in place && isNumericPlace(place) ? chunk.numbers(field) : cellsOf(chunk, place);
    const edges = this.#shared(`${edge} ${field}`, () => new EdgeCells(cells, this.#isPresent(place), edge));
    return (slot) => textual(this.#decoder, place, edges.of(slot));
  }

  /** All percentiles of a field are selected together: selecting one leaves the next less to look through. */
  #percentile(column: string, scale: number, p: number): FigureOf {
    const gathered = this.#shared(`numbers ${column}`, () => new GatheredNumbers(column));
    const percents = this.#measures.flatMap((other) =>
      other.fn === 'percentile' && other.field === column ? [other.p] : [],
    );
    const index = percents.indexOf(p);
    const known = this.#selected(column);
    return (slot) => {
      const steps = (known[slot] ??= percentilesOf(gathered.of(slot), percents))[index];
      return steps === undefined ? undefined : steps / scale;
    };
  }

  #selected(column: string): (readonly (number | undefined)[])[] {
    let known = this.#percentiles.get(column);
    if (known === undefined) this.#percentiles.set(column, (known = []));
    return known;
  }

  #keySets(place: Place, field: string): KeySets {
    return this.#shared(`keys ${field}`, () => new KeySets((chunk) => cellsOf(chunk, place)));
  }

  #isPresent(place: Place): (key: Key) => boolean {
    if ('column' in place) return (key) => key !== null;
    return (key) => this.#decoder.decode(place, key) !== undefined;
  }

  #shared<Kind extends Accumulator>(key: string, make: () => Kind): Kind {
    let found = this.#accumulators.get(key);
    if (found === undefined) this.#accumulators.set(key, (found = make()));
    return found as Kind;
  }
}

/** Several origins may share a source or cluster: they count by their value. */
function distinctCount(decoder: CellDecoder, place: Place, cells: ReturnType<KeySets['of']>): number {
  if ('column' in place) return cells.size;
  const values = new Set([...cells].map((cell) => decoder.decode(place, cell)));
  values.delete(undefined);
  return values.size;
}

type Scalar = Exclude<Figure, QuantileSketch>;

/** The least or greatest value: names by their text, false before true. */
function extreme(decoder: CellDecoder, place: Place, cells: ReturnType<KeySets['of']>, greatest: boolean): Scalar {
  decoder.prepare(place, cells);
  let found: Scalar;
  for (const cell of cells) {
    const value = textual(decoder, place, cell);
    if (value === undefined) continue;
    const order = found === undefined ? 0 : compareValues(value, found);
    if (found === undefined || (greatest ? order > 0 : order < 0)) found = value;
  }
  return found;
}

/** A value as a figure; lists have no place among figures and are told as text. */
function textual(decoder: CellDecoder, place: Place, cell: Cell): Scalar {
  const value = decoder.decode(place, cell);
  return typeof value === 'object' ? value.join(', ') : value;
}
