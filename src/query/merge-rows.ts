import type { FieldValue } from '../model/event.ts';
import type { AnyField } from '../model/field.ts';
import { QuantileSketch } from '../model/quantile-sketch.ts';
import type { Figure, FoldRow, Measure } from '../store/store.ts';

/** Order of two values of a group: absent ones last, numbers by size, words by code unit. */
export function compareValues(a: FieldValue | undefined, b: FieldValue | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1;
  return String(a) < String(b) ? -1 : 1;
}

/** Order of two groups: by their first value, then their second, and so on. */
export function compareGroups(a: FoldRow['group'], b: FoldRow['group']): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Order of rows in an answer: by bucket, then by group. */
export const compareRows = (a: FoldRow, b: FoldRow): number => a.bucket - b.bucket || compareGroups(a.group, b.group);

/** Sums are added in whole steps of the field, so that their parts add up to their total to the last digit. */
function addUp(a: number, b: number, scale: number): number {
  return (Math.round(a * scale) + Math.round(b * scale)) / scale;
}

function mergeFigures(a: Figure, b: Figure, measure: Measure, scale: number): Figure {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (a instanceof QuantileSketch && b instanceof QuantileSketch) {
    const both = new QuantileSketch();
    both.merge(a);
    both.merge(b);
    return both;
  }
  if (typeof a === 'number' && typeof b === 'number') {
    if (measure.fn === 'count') return a + b;
    if (measure.fn === 'sum') return addUp(a, b, scale);
    if (measure.fn === 'min') return Math.min(a, b);
    if (measure.fn === 'max') return Math.max(a, b);
  }
  throw new TypeError(`Figures of "${measure.fn}" cannot be merged: the planner must not split them`);
}

/**
 * Joins partial rows of the same buckets and groups: counts and sums add up, extremes are compared, sketches merge.
 *
 * @param parts Each in ascending order of bucket, then of group, with at most one row for both, as a store answers. One
 *   alone is not copied.
 * @param fields The metric's fields, for the steps in which sums are added.
 * @returns Rows in ascending order of bucket, then of group.
 */
export function mergeRows(
  parts: readonly (readonly FoldRow[])[],
  measures: readonly Measure[],
  fields: Readonly<Record<string, Pick<AnyField, 'scale'>>>,
): readonly FoldRow[] {
  const [first = [], ...others] = parts.filter((rows) => rows.length > 0);
  if (others.length === 0) return first;
  const scales = measures.map((measure) => ('field' in measure ? (fields[measure.field]?.scale ?? 1) : 1));
  const merged = (a: FoldRow, b: FoldRow): FoldRow => ({
    bucket: a.bucket,
    group: a.group,
    figures: measures.map((measure, i) => mergeFigures(a.figures[i], b.figures[i], measure, scales[i] ?? 1)),
  });
  return others.reduce<readonly FoldRow[]>(
    (all, rows) => pairedRows(all, rows).map(([a, b]) => (a === undefined ? b : b === undefined ? a : merged(a, b))),
    first,
  );
}

/** Rows of the same bucket and group in two answers; at least one of a pair is there. */
export type RowPair = readonly [FoldRow, FoldRow | undefined] | readonly [undefined, FoldRow];

/** Pairs the rows of two answers. Both must be in the order of answers, and so are the pairs. */
export function pairedRows(a: readonly FoldRow[], b: readonly FoldRow[]): readonly RowPair[] {
  const pairs: RowPair[] = [];
  let next = 0;
  for (const row of a) {
    let other = b[next];
    let order = other === undefined ? 1 : compareRows(other, row);
    while (other !== undefined && order < 0) {
      pairs.push([undefined, other]);
      other = b[++next];
      order = other === undefined ? 1 : compareRows(other, row);
    }
    pairs.push([row, order === 0 ? other : undefined]);
    if (order === 0) next += 1;
  }
  for (const other of b.slice(next)) pairs.push([undefined, other]);
  return pairs;
}
