import type { FieldValue } from '../model/event.ts';
import type { AnyField } from '../model/field.ts';
import { QuantileSketch } from '../model/quantile-sketch.ts';
import type { Figure, FoldRow, Measure } from '../store/store.ts';

/** One text for one group, whatever the types of its values. */
export function groupKey(group: readonly (FieldValue | undefined)[]): string {
  let key = '';
  for (const value of group) {
    // No name holds a control character; a quote tells "1" from 1.
    if (typeof value === 'string') key += `"${value}\u0000`;
    else key += `${typeof value === 'object' ? JSON.stringify(value) : value}\u0000`;
  }
  return key;
}

/** Order of two values of a group: absent ones last, numbers by size, words by code unit. */
export function compareValues(a: FieldValue | undefined, b: FieldValue | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
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
 * @param fields The metric's fields, for the steps in which sums are added.
 * @returns Rows in ascending order of bucket, then of group.
 */
export function mergeRows(
  parts: readonly (readonly FoldRow[])[],
  measures: readonly Measure[],
  fields: Readonly<Record<string, Pick<AnyField, 'scale'>>>,
): readonly FoldRow[] {
  const scales = measures.map((measure) => ('field' in measure ? (fields[measure.field]?.scale ?? 1) : 1));
  const merged = new Map<string, FoldRow>();
  for (const row of parts.flat()) {
    const key = `${row.bucket} ${groupKey(row.group)}`;
    const before = merged.get(key);
    const figures =
      before === undefined
        ? row.figures
        : measures.map((measure, i) => mergeFigures(before.figures[i], row.figures[i], measure, scales[i] ?? 1));
    merged.set(key, { bucket: row.bucket, group: row.group, figures });
  }
  return [...merged.values()].sort((a, b) => a.bucket - b.bucket || compareGroups(a.group, b.group));
}
