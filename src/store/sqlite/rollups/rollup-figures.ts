import { StoreError } from '../../../model/errors.ts';
import { isDimension, isNumeric } from '../../../model/field.ts';
import { QuantileSketch } from '../../../model/quantile-sketch.ts';
import type { Column } from '../../columns/column.ts';
import { EVENTS, figureColumn, type RollupChunk } from '../../columns/rollup-chunk.ts';
import type { Stretch } from '../../columns/stretch.ts';
import type { Figure, Measure } from '../../store.ts';
import { FoldFigures } from '../fold/fold-figures.ts';
import type { CellDecoder } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';

/** What rollups do not keep: the planner should not have asked. */
export const refuse = (what: string): never => {
  throw new StoreError('STORE_FAILED', `Rollups do not keep ${what}`, { hint: 'Ask for it from events.' });
};

/** One rollup holds events of all origins. */
export const ORIGIN_FIELDS: readonly string[] = ['source', 'inferred', 'cluster'];

/** A table whose rows are those of rollups: dimensions, and the figures of numbers as columns. */
export function rolledTable(table: EventTable): EventTable {
  const figure = (name: string, scale: number): Column => ({ name, kind: 'measure', unit: undefined, scale });
  const columns = table.columns.flatMap((column) => {
    const counted = figure(figureColumn('count', column.name), 1);
    if (isDimension(column)) return [column, counted];
    if (!isNumeric(column)) return [];
    const others = (['sum', 'min', 'max'] as const).map((of) => figure(figureColumn(of, column.name), column.scale));
    return [counted, ...others];
  });
  return { ...table, columns: [...columns, figure(EVENTS, 1)] };
}

/** What a fold of rollups has found so far, by slot and bucket. */
export class RollupFigures {
  readonly #readers: readonly ((slot: number, bucket: number) => Figure)[];
  readonly #figures: FoldFigures;
  /** Fields of which sketches are wanted. */
  readonly sketched: readonly string[];
  /** By bucket, then by field. */
  readonly #sketches = new Map<number, Map<string, QuantileSketch>>();

  /**
   * @param rolled What `rolledTable` makes of the table.
   * @param apart The question tells events apart, which sketches cannot.
   */
  constructor(
    table: EventTable,
    rolled: EventTable,
    measures: readonly Measure[],
    apart: boolean,
    decoder: CellDecoder,
  ) {
    const rewritten = measures.flatMap((measure) => (measure.fn === 'sketch' ? [] : [inRollups(table, measure)]));
    const sketched = measures.filter((measure) => measure.fn === 'sketch');
    this.sketched = [...new Set(sketched.map(({ field }) => sketchedField(table, field, apart)))];
    this.#figures = new FoldFigures(rolled, rewritten, decoder);
    let next = 0;
    this.#readers = measures.map((measure) => {
      if (measure.fn === 'sketch') return (_, bucket) => this.#sketchOf(measure.field, bucket);
      const read = this.#figures.readers[next++] ?? (() => undefined);
      // Counts are sums here, and of nothing 0.
      return measure.fn === 'count' ? (slot) => read(slot) ?? 0 : read;
    });
  }

  add(stretch: Stretch): void {
    this.#figures.add(stretch);
  }

  /** Add the sketches of some hours of a day to a bucket. */
  addSketches(chunk: RollupChunk, bucket: number, fromHour: number, beforeHour: number): void {
    let ofBucket = this.#sketches.get(bucket);
    if (ofBucket === undefined) this.#sketches.set(bucket, (ofBucket = new Map()));
    for (const field of this.sketched) {
      let sketch = ofBucket.get(field);
      if (sketch === undefined) ofBucket.set(field, (sketch = new QuantileSketch()));
      chunk.addSketch(sketch, field, fromHour, beforeHour);
    }
  }

  /** One figure for each measure. Call when all is in. */
  of(slot: number, bucket: number): Figure[] {
    const figures: Figure[] = [];
    for (const read of this.#readers) figures.push(read(slot, bucket));
    return figures;
  }

  #sketchOf(field: string, bucket: number): QuantileSketch | undefined {
    const sketch = this.#sketches.get(bucket)?.get(field);
    return sketch === undefined || sketch.count === 0 ? undefined : sketch;
  }
}

/** A measure of events as one of the rows of rollups. */
function inRollups(table: EventTable, measure: Measure): Measure {
  if (!('field' in measure)) return { fn: 'sum', field: EVENTS };
  const { fn, field } = measure;
  const column = table.columns.find(({ name }) => name === field);
  const isKept = column === undefined ? !ORIGIN_FIELDS.includes(field) : isNumeric(column);
  if (fn === 'count' && column !== undefined && isDimension(column)) {
    return { fn: 'sum', field: figureColumn('count', field) };
  }
  if (!isKept) return refuse(`the ${fn} of "${field}"`);
  if (fn === 'count') return { fn: 'sum', field: figureColumn('count', field) };
  if (fn === 'sum' || fn === 'min' || fn === 'max') return { fn, field: figureColumn(fn, field) };
  return refuse(`the ${fn} of "${field}"`);
}

function sketchedField(table: EventTable, field: string, apart: boolean): string {
  const column = table.columns.find(({ name }) => name === field);
  const isKept = column === undefined ? !ORIGIN_FIELDS.includes(field) : isNumeric(column);
  if (!isKept) return refuse(`the sketch of "${field}"`);
  return apart ? refuse(`sketches of "${field}" by group or filter`) : field;
}
