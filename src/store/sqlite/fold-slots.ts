import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { Figure } from '../store.ts';
import { type Cell, type CellDecoder, compareValues, type Place } from './cells.ts';
import type { FigurePlan, FoldPlan, Term } from './fold-terms.ts';
import { parseNumbers } from './number-text.ts';
import { percentilesOf } from './percentile.ts';

type Slot = number | Float64Array[] | Set<number | string> | undefined;
/** A value of an aggregate as SQLite gives it. */
export type TermValue = number | string | Uint8Array | null;

/** What has been found so far for one group in one bucket: a slot for each term. */
export class FoldSlots {
  readonly #plan: FoldPlan;
  readonly #slots: Slot[];

  constructor(plan: FoldPlan) {
    this.#plan = plan;
    this.#slots = plan.terms.map(() => undefined);
  }

  /** Take in a row of the statement: its terms begin at `offset`. */
  add(row: readonly TermValue[], offset: number): void {
    for (const [index, term] of this.#plan.terms.entries()) {
      const value = row[offset + index];
      if (value === null || value === undefined) continue;
      this.#slots[index] = merged(term, this.#slots[index], value);
    }
  }

  /**
   * The figures, one for each measure.
   *
   * @param cellAt The cell of a place in the event of a stored time.
   */
  figures(decoder: CellDecoder, cellAt: (place: Place, moment: number) => Cell): Figure[] {
    const percentiles = this.#percentiles();
    return this.#plan.figures.map((figure, index) => {
      if (figure.from === 'nothing') return figure.figure;
      const slot = this.#slots[figure.term];
      switch (figure.from) {
        case 'count':
          return typeof slot === 'number' ? slot : 0;
        case 'number':
          if (typeof slot !== 'number') return undefined;
          return figure.flag ? slot !== 0 : slot / figure.scale;
        case 'moment':
          return typeof slot === 'number' ? figureOf(decoder, figure.place, cellAt(figure.place, slot)) : undefined;
        case 'distinct':
          return slot instanceof Set ? distinctCount(decoder, figure.place, slot) : 0;
        case 'text':
          return slot instanceof Set ? extremeText(decoder, figure, slot) : undefined;
        case 'percentile':
          return percentiles.get(index);
        case 'sketch':
          return Array.isArray(slot) ? sketchOf(slot, figure.scale) : undefined;
      }
    });
  }

  /** All percentiles of one field are selected together. By position of the measure. */
  #percentiles(): Map<number, number | undefined> {
    const found = new Map<number, number | undefined>();
    const asked = [...this.#plan.figures.entries()].filter(
      (entry): entry is [number, FigurePlan & { from: 'percentile' }] => entry[1].from === 'percentile',
    );
    for (const [, { term, scale }] of asked) {
      const ofTerm = asked.filter(([index, figure]) => figure.term === term && !found.has(index));
      const slot = this.#slots[term];
      if (ofTerm.length === 0 || !Array.isArray(slot)) continue;
      const steps = percentilesOf(
        joined(slot),
        ofTerm.map(([, { p }]) => p),
      );
      for (const [i, [index]] of ofTerm.entries()) {
        const value = steps[i];
        found.set(index, value === undefined ? undefined : value / scale);
      }
    }
    return found;
  }
}

function merged(term: Term, slot: Slot, value: TermValue): Slot {
  switch (term.merge) {
    case 'add':
      return (typeof slot === 'number' ? slot : 0) + Number(value);
    case 'least':
      return typeof slot === 'number' ? Math.min(slot, Number(value)) : Number(value);
    case 'greatest':
      return typeof slot === 'number' ? Math.max(slot, Number(value)) : Number(value);
    case 'numbers': {
      const chunks = Array.isArray(slot) ? slot : [];
      if (value instanceof Uint8Array) chunks.push(parseNumbers(value));
      return chunks;
    }
    case 'set':
    case 'texts': {
      const set = slot instanceof Set ? slot : new Set<number | string>();
      const members = value instanceof Uint8Array ? parseNumbers(value) : (JSON.parse(String(value)) as string[]);
      for (const member of members) set.add(member);
      return set;
    }
  }
}

function joined(chunks: readonly Float64Array[]): Float64Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const all = new Float64Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function sketchOf(chunks: readonly Float64Array[], scale: number): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const chunk of chunks) for (const steps of chunk) sketch.add(steps / scale);
  return sketch;
}

/** Several origins may share a source or cluster: they count by their value. */
function distinctCount(decoder: CellDecoder, place: Place, cells: ReadonlySet<number | string>): number {
  if ('column' in place) return cells.size;
  const values = new Set([...cells].map((cell) => decoder.decode(place, cell)));
  values.delete(undefined);
  return values.size;
}

function extremeText(
  decoder: CellDecoder,
  { place, greatest }: { readonly place: Place; readonly greatest: boolean },
  cells: ReadonlySet<number | string>,
): Figure {
  decoder.prepare(place, cells);
  let extreme: Figure;
  for (const cell of cells) {
    const value = figureOf(decoder, place, cell);
    if (value === undefined || value instanceof QuantileSketch) continue;
    const order = extreme === undefined || extreme instanceof QuantileSketch ? 1 : compareValues(value, extreme);
    if (extreme === undefined || (greatest ? order > 0 : order < 0)) extreme = value;
  }
  return extreme;
}

/** A value as a figure; lists have no place among figures and are told as text. */
function figureOf(decoder: CellDecoder, place: Place, cell: Cell): Figure {
  const value = decoder.decode(place, cell);
  return typeof value === 'object' ? value.join(', ') : value;
}
