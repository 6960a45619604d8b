import type { DatabaseSync } from 'node:sqlite';
import { isDimension, isNumeric } from '../../../model/field.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import type { Column } from '../../columns/column.ts';
import { NumberFigures } from '../../columns/number-figures.ts';
import { type FlatSketch, HOURS_PER_DAY, type RolledFigures, type RolledRows } from '../../columns/rolled-rows.ts';
import { EVENTS, figureColumn, type RollupChunk } from '../../columns/rollup-chunk.ts';
import { MAX_ROLLED_ROWS } from '../../columns/rollup-codec.ts';
import { RowCounts } from '../../columns/row-counts.ts';
import { SketchDraft } from '../../columns/sketch-draft.ts';
import { FoldGroups, type Part } from '../fold/fold-groups.ts';
import { Dictionary } from '../names/dictionary.ts';
import { CellDecoder } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { codedBy } from '../rows/row-columns.ts';

/** The rollup of a day of one metric in the making: rows and rollups go in, columns come out. */
export class RollupDraft {
  readonly #dimensions: readonly Column[];
  readonly #groups: FoldGroups;
  readonly #events = { ofRows: new RowCounts(), ofRollups: new NumberFigures(EVENTS, new Set(['sum'])) };
  readonly #numbers: readonly NumberDraft[];

  constructor(db: DatabaseSync, { columns }: EventTable) {
    this.#dimensions = columns.filter(isDimension);
    this.#groups = new FoldGroups(
      this.#dimensions.map((column) => ({ column })),
      new CellDecoder(db, new Dictionary(db)),
      HOURS_PER_DAY,
    );
    this.#numbers = columns.filter(isNumeric).map((column) => new NumberDraft(column));
  }

  /** Add rows of events. @param parts Which; buckets are hours of the day. */
  addRows(chunk: Chunk, parts: readonly Part[]): void {
    for (const stretch of this.#groups.stretches(chunk, parts, undefined)) {
      this.#events.ofRows.add(stretch);
      for (const { ofRows } of this.#numbers) ofRows.add(stretch);
    }
    for (const { column, sketches } of this.#numbers) {
      const numbers = chunk.numbers(column.name);
      for (const { bucket, lo, hi } of parts) sketches.addValues(bucket, numbers, lo, hi);
    }
  }

  /** Add what the parts of a rollup stand for. @param hours Hours of the day. */
  addRollup(chunk: RollupChunk, hours: readonly number[]): void {
    const parts = hours
      .map((bucket) => ({ bucket, lo: chunk.starts[bucket] ?? 0, hi: chunk.starts[bucket + 1] ?? 0 }))
      .filter(({ lo, hi }) => lo < hi);
    for (const stretch of this.#groups.stretches(chunk, parts, undefined)) {
      this.#events.ofRollups.add(stretch);
      for (const { ofRollups } of this.#numbers) for (const figure of Object.values(ofRollups)) figure.add(stretch);
    }
    for (const { column, sketches } of this.#numbers) {
      const ofHours = chunk.hourSketches(column.name);
      for (const hour of hours) if (ofHours?.[hour] !== undefined) sketches.addSketch(hour, ofHours[hour]);
    }
  }

  /** What went in, in parts of at most 65,535 rows; none when that was nothing. The same events always make the same. */
  finish(): RolledPart[] {
    const { buckets, keys } = this.#groups.cells();
    const slots = inOrder(buckets, keys);
    const parts: RolledPart[] = [];
    for (let at = 0; at < slots.length; at += MAX_ROLLED_ROWS) {
      parts.push(this.#part(slots.subarray(at, at + MAX_ROLLED_ROWS), buckets, keys, at === 0));
    }
    return parts;
  }

  #part(slots: Int32Array, buckets: Int32Array, keys: readonly (readonly Key[])[], withSketches: boolean): RolledPart {
    const hours = new Float64Array(HOURS_PER_DAY);
    for (const slot of slots) {
      const hour = buckets[slot] ?? 0;
      hours[hour] = (hours[hour] as number) + 1;
    }
    const { ofRows, ofRollups } = this.#events;
    return new RolledPart({
      hours,
      events: Float64Array.from(slots, (slot) => ofRows.of(slot) + (ofRollups.of('sum', slot) ?? 0)),
      dimensions: new Map(
        this.#dimensions.map(({ name }, index) => [
          name,
          codedBy(slots.length, (row) => keys[index]?.[slots[row] ?? 0] ?? null),
        ]),
      ),
      figures: new Map(this.#numbers.map((number) => [number.column.name, number.figuresOf(slots)])),
      sketches: new Map(withSketches ? this.#numbers.map(({ column, sketches }) => [column.name, sketches]) : []),
    });
  }
}

/** What is known of one field, by slot. */
class NumberDraft {
  readonly column: Column;
  readonly ofRows: NumberFigures;
  readonly ofRollups: Readonly<Record<'count' | 'sum' | 'min' | 'max', NumberFigures>>;
  readonly sketches: SketchDraft;

  constructor(column: Column) {
    const { name } = column;
    this.column = column;
    this.sketches = new SketchDraft(column.scale);
    this.ofRows = new NumberFigures(name, new Set(['count', 'sum', 'min', 'max']));
    this.ofRollups = {
      count: new NumberFigures(figureColumn('count', name), new Set(['sum'])),
      sum: new NumberFigures(figureColumn('sum', name), new Set(['sum'])),
      min: new NumberFigures(figureColumn('min', name), new Set(['min'])),
      max: new NumberFigures(figureColumn('max', name), new Set(['max'])),
    };
  }

  figuresOf(slots: Int32Array): RolledFigures {
    const { ofRows, ofRollups } = this;
    return {
      counts: Float64Array.from(
        slots,
        (slot) => (ofRows.of('count', slot) ?? 0) + (ofRollups.count.of('sum', slot) ?? 0),
      ),
      sums: Float64Array.from(slots, (slot) => both(ofRows.of('sum', slot), ofRollups.sum.of('sum', slot), plus)),
      least: Float64Array.from(slots, (slot) => both(ofRows.of('min', slot), ofRollups.min.of('min', slot), Math.min)),
      greatest: Float64Array.from(slots, (slot) =>
        both(ofRows.of('max', slot), ofRollups.max.of('max', slot), Math.max),
      ),
    };
  }
}

const plus = (a: number, b: number): number => a + b;

/** NaN where neither is there. */
function both(a: number | undefined, b: number | undefined, join: (a: number, b: number) => number): number {
  if (a === undefined) return b ?? Number.NaN;
  return b === undefined ? a : join(a, b);
}

/** Slots by hour, then by their cells: absent ones first, then by number. */
function inOrder(buckets: Int32Array, keys: readonly (readonly Key[])[]): Int32Array {
  const ranks = keys.map(ranksOf);
  const slots = Int32Array.from(buckets.keys());
  return slots.sort((a, b) => {
    let order = (buckets[a] as number) - (buckets[b] as number);
    for (let i = 0; order === 0 && i < ranks.length; i++) order = (ranks[i]?.[a] ?? 0) - (ranks[i]?.[b] ?? 0);
    return order;
  });
}

/** Cells of dimensions are numbers, none below 0. */
const ranksOf = (keys: readonly Key[]): Float64Array =>
  Float64Array.from(keys, (key) => (key === null ? -1 : Number(key)));

/** Columns of a rollup as they are before they are encoded. */
export class RolledPart implements RolledRows {
  readonly rows: number;
  readonly #columns: RolledColumns;

  constructor(columns: RolledColumns) {
    this.rows = columns.events.length;
    this.#columns = columns;
  }

  hours(): Float64Array {
    return this.#columns.hours;
  }

  events(): Float64Array {
    return this.#columns.events;
  }

  dimension(name: string): CodedCells | undefined {
    return this.#columns.dimensions.get(name);
  }

  figures(field: string): RolledFigures | undefined {
    return this.#columns.figures.get(field);
  }

  daySketch(field: string): FlatSketch | undefined {
    return this.#columns.sketches.get(field)?.day();
  }

  hourSketches(field: string): readonly FlatSketch[] | undefined {
    return this.#columns.sketches.get(field)?.hours();
  }
}

type RolledColumns = {
  readonly hours: Float64Array;
  readonly events: Float64Array;
  readonly dimensions: ReadonlyMap<string, CodedCells>;
  readonly figures: ReadonlyMap<string, RolledFigures>;
  readonly sketches: ReadonlyMap<string, SketchDraft>;
};
