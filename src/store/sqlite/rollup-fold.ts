import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../model/errors.ts';
import type { Filter } from '../../model/filter.ts';
import { QuantileSketch } from '../../model/quantile-sketch.ts';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { Figure, FoldRequest, FoldRow, Measure } from '../store.ts';
import { CellDecoder, isCoded } from './cells.ts';
import type { Dictionary } from './dictionary.ts';
import type { Column, EventTable } from './event-tables.ts';
import { compareRows } from './fold.ts';
import { type BlockLayout, layoutOf, NO_CELL, type RollupBlock } from './rollup-block.ts';
import { RollupBlocks } from './rollup-blocks.ts';
import { toStored } from './schema.ts';
import { piecesOf } from './time-slices.ts';
import { matchingIds, type Positive, split } from './where.ts';

/** What one measure needs of a block. Positions are those of the layout. */
type Wanted =
  | { readonly from: 'events' }
  | { readonly from: 'dimension'; readonly index: number }
  | { readonly from: 'number'; readonly index: number; readonly fn: 'count' | 'sum' | 'min' | 'max' }
  | { readonly from: 'sketch'; readonly index: number }
  | { readonly from: 'nothing'; readonly figure: Figure };

type Slot = number | QuantileSketch | undefined;
type Group = { readonly bucket: number; readonly cells: readonly number[]; readonly slots: Slot[] };
/** Whether a group passes a filter, by the cell of one dimension. */
type Test = { readonly index: number; readonly passes: (cell: number) => boolean };

/**
 * Figures from rollup blocks: of whole days where a day lies within one bucket, of hours for the rest.
 *
 * @throws StoreError when the question needs what rollups do not keep: the planner should not have asked.
 */
export function foldRollupBlocks(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: FoldRequest,
): FoldRow[] {
  const layout = layoutOf(table);
  const keys = request.groupBy.map((field) => dimensionOf(table, layout, field));
  const tests = request.filters.map((filter) => testOf(filter, table, layout, dictionary));
  const apart = keys.length > 0 || tests.length > 0;
  const wanted = request.measures.map((measure) => wantedOf(measure, table, layout, apart));
  const groups = new Map<string, Group>();
  const blocks = new RollupBlocks(db, table);
  for (const { bucket, from, before } of piecesOf(request.ranges, request.buckets)) {
    for (const block of blocks.between(wholeHour(from), wholeHour(before), apart)) {
      addBlock(groups, bucket, block, keys, tests, wanted);
    }
  }
  return toRows([...groups.values()], keys, wanted, layout, new CellDecoder(db, dictionary));
}

function wholeHour(atMicros: number): number {
  const hour = toStored(atMicros) / MICROS_PER_HOUR;
  if (Number.isInteger(hour)) return hour;
  throw new StoreError('STORE_FAILED', 'Rollups were asked for part of an hour');
}

function addBlock(
  groups: Map<string, Group>,
  bucket: number,
  block: RollupBlock,
  keys: readonly number[],
  tests: readonly Test[],
  wanted: readonly Wanted[],
): void {
  const cells =
    keys.length > 0 || tests.length > 0 || wanted.some(({ from }) => from === 'dimension') ? block.cells() : [];
  const readings = wanted.map((want) => readingOf(block, want, cells));
  for (const at of block.counts.keys()) {
    if (!tests.every(({ index, passes }) => passes(cells[index]?.[at] ?? NO_CELL))) continue;
    const groupCells = keys.map((index) => cells[index]?.[at] ?? NO_CELL);
    const key = `${bucket}/${groupCells.join(',')}`;
    let group = groups.get(key);
    if (group === undefined) {
      groups.set(key, (group = { bucket, cells: groupCells, slots: wanted.map(() => undefined) }));
    }
    for (const [i, reading] of readings.entries()) group.slots[i] = reading(group.slots[i], at);
  }
}

/** How a measure takes in one group of a block. */
function readingOf(
  block: RollupBlock,
  want: Wanted,
  cells: readonly (readonly number[])[],
): (slot: Slot, at: number) => Slot {
  const plus = (slot: Slot, more: number): number => (typeof slot === 'number' ? slot : 0) + more;
  if (want.from === 'events') return (slot, at) => plus(slot, block.counts[at] ?? 0);
  if (want.from === 'dimension') {
    return (slot, at) => plus(slot, (cells[want.index]?.[at] ?? NO_CELL) === NO_CELL ? 0 : (block.counts[at] ?? 0));
  }
  // A field that came later than the block was absent in its events.
  if (want.from === 'nothing' || want.index >= block.layout.numbers.length) return (slot) => slot;
  if (want.from === 'sketch') {
    const sketch = block.sketch(want.index);
    return (slot, at) => {
      // The sketch is of the whole block: taken once, with its first group.
      if (at > 0 || sketch.count === 0) return slot;
      const merged = slot instanceof QuantileSketch ? slot : new QuantileSketch();
      merged.merge(sketch);
      return merged;
    };
  }
  const { counts, sums, least, greatest } = block.figures(want.index);
  return (slot, at) => {
    const count = counts[at] ?? 0;
    if (want.fn === 'count') return plus(slot, count);
    if (count === 0) return slot;
    if (want.fn === 'sum') return plus(slot, sums[at] ?? 0);
    const value = (want.fn === 'min' ? least[at] : greatest[at]) ?? 0;
    if (typeof slot !== 'number') return value;
    return want.fn === 'min' ? Math.min(slot, value) : Math.max(slot, value);
  };
}

function toRows(
  groups: readonly Group[],
  keys: readonly number[],
  wanted: readonly Wanted[],
  layout: BlockLayout,
  decoder: CellDecoder,
): FoldRow[] {
  return groups
    .map(({ bucket, cells, slots }) => ({
      bucket,
      group: keys.map((index, i) => {
        const column = layout.dimensions[index];
        const cell = cells[i] ?? NO_CELL;
        return column === undefined || cell === NO_CELL ? undefined : decoder.decode({ column }, cell);
      }),
      figures: wanted.map((want, i): Figure => {
        const slot = slots[i];
        if (want.from === 'nothing') return want.figure;
        if (want.from !== 'number' || want.fn === 'count') return want.from === 'sketch' ? slot : (slot ?? 0);
        return typeof slot === 'number' ? slot / (layout.numbers[want.index]?.scale ?? 1) : undefined;
      }),
    }))
    .sort(compareRows);
}

const refuse = (what: string): never => {
  throw new StoreError('STORE_FAILED', `Rollups do not keep ${what}`, { hint: 'Ask for it from events.' });
};

/** Position of a dimension; −1 for a field that was never declared, which is absent in every group. */
function dimensionOf(table: EventTable, layout: BlockLayout, field: string): number {
  const index = layout.dimensions.findIndex(({ name }) => name === field);
  const isOther = index < 0 && (table.columns.some(({ name }) => name === field) || ORIGIN_FIELDS.includes(field));
  return isOther ? refuse(`events apart by "${field}"`) : index;
}

/** One block holds events of all origins. */
const ORIGIN_FIELDS = ['source', 'inferred', 'cluster'];

function wantedOf(measure: Measure, table: EventTable, layout: BlockLayout, apart: boolean): Wanted {
  if (!('field' in measure)) return { from: 'events' };
  const { fn, field } = measure;
  const index = layout.numbers.findIndex(({ name }) => name === field);
  if (index < 0) {
    if (fn === 'count') {
      const dimension = dimensionOf(table, layout, field);
      return dimension < 0 ? { from: 'nothing', figure: 0 } : { from: 'dimension', index: dimension };
    }
    const isColumn = table.columns.some(({ name }) => name === field) || ORIGIN_FIELDS.includes(field);
    return isColumn ? refuse(`the ${fn} of "${field}"`) : { from: 'nothing', figure: undefined };
  }
  switch (fn) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
      return { from: 'number', index, fn };
    case 'sketch':
      return apart ? refuse(`sketches of "${field}" by group or filter`) : { from: 'sketch', index };
    default:
      return refuse(`the ${fn} of "${field}"`);
  }
}

function testOf(filter: Filter, table: EventTable, layout: BlockLayout, dictionary: Dictionary): Test {
  const index = dimensionOf(table, layout, filter.field);
  const { positive, negated } = split(filter);
  if (positive.op === 'present') return { index, passes: (cell) => (cell !== NO_CELL) !== negated };
  const column = layout.dimensions[index];
  const matching = new Set(column === undefined ? [] : matchingCells(column, positive, dictionary));
  return { index, passes: (cell) => matching.has(cell) !== negated };
}

function matchingCells(column: Column, positive: Positive, dictionary: Dictionary): number[] {
  if (isCoded(column)) return matchingIds(positive, dictionary);
  return positive.op === 'in' ? positive.values.filter((value) => typeof value === 'boolean').map(Number) : [];
}
