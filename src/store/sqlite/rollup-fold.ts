import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../model/errors.ts';
import type { Filter } from '../../model/filter.ts';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { FoldRequest, FoldRow, Measure } from '../store.ts';
import { CellDecoder, isCoded } from './cells.ts';
import type { Dictionary } from './dictionary.ts';
import type { Column, EventTable } from './event-tables.ts';
import { type BlockLayout, layoutOf, NO_CELL } from './rollup-block.ts';
import { RollupBlocks } from './rollup-blocks.ts';
import { RollupFigures, type Wanted } from './rollup-figures.ts';
import { type CellTest, RollupGroups } from './rollup-groups.ts';
import { toStored } from './schema.ts';
import { piecesOf } from './time-slices.ts';
import { matchingIds, type Positive, split } from './where.ts';

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
  const groups = new RollupGroups(keys);
  const figures = wanted.map((want) => new RollupFigures(want, layout));
  const cellsNeeded = apart || wanted.some(({ from }) => from === 'dimension');
  const blocks = new RollupBlocks(db, table);
  for (const { bucket, from, before } of piecesOf(request.ranges, request.buckets)) {
    for (const block of blocks.between(wholeHour(from), wholeHour(before), apart)) {
      const cells = cellsNeeded ? block.cells() : [];
      const slots = groups.slotsOf(bucket, block.counts.length, cells, tests);
      for (const of of figures) of.add(block, cells, slots);
    }
  }
  return groups.rows(layout, new CellDecoder(db, dictionary), (slot) => figures.map((of) => of.figure(slot)));
}

function wholeHour(atMicros: number): number {
  const hour = toStored(atMicros) / MICROS_PER_HOUR;
  if (Number.isInteger(hour)) return hour;
  throw new StoreError('STORE_FAILED', 'Rollups were asked for part of an hour');
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

function testOf(filter: Filter, table: EventTable, layout: BlockLayout, dictionary: Dictionary): CellTest {
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
