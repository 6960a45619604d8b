import { isNumeric } from '../../../model/field.ts';
import type { Filter, FilterValue } from '../../../model/filter.ts';
import type { Column } from '../../columns/column.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { isCoded, type OriginPart, type Place, placeOf, presentSql } from './cells.ts';
import { type EventTable, quoted } from './event-tables.ts';

/** A condition in SQL, with the values of its `?`. */
export type Condition = { readonly sql: string; readonly parameters: readonly (string | number)[] };

const NEVER: Condition = { sql: '0', parameters: [] };

/** A filter without its negation: what must hold of a field that is there. */
export type Positive =
  | { readonly op: 'present' }
  | { readonly op: 'in'; readonly values: readonly FilterValue[] }
  | { readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: number }
  | { readonly op: 'prefix'; readonly value: string };

const COMPARISONS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/**
 * Filters as a condition over a metric's table.
 *
 * Measures compare in stored steps: a bound is rounded to the nearest step, so that what was stored as 0.3 s equals
 * 0.1 + 0.2. A list of names meets a condition when one of its names does. A field that was never declared is absent.
 */
export function whereOf(filters: readonly Filter[], table: EventTable, dictionary: Dictionary): Condition {
  const conditions = filters.map((filter) => conditionOf(filter, table, dictionary));
  return {
    sql: conditions.length === 0 ? '1' : conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

function conditionOf(filter: Filter, table: EventTable, dictionary: Dictionary): Condition {
  const place = placeOf(table, filter.field);
  const { positive, negated } = split(filter);
  const condition = place === undefined ? NEVER : positiveCondition(place, positive, dictionary);
  return negated ? { ...condition, sql: `NOT coalesce(${condition.sql}, 0)` } : condition;
}

function positiveCondition(place: Place, positive: Positive, dictionary: Dictionary): Condition {
  if (positive.op === 'present') return { sql: presentSql(place), parameters: [] };
  return 'part' in place ? originCondition(place.part, positive) : columnCondition(place.column, positive, dictionary);
}

/** A filter as a positive condition, and whether its complement is meant. */
export function split(filter: Filter): { readonly positive: Positive; readonly negated: boolean } {
  switch (filter.op) {
    case 'eq':
    case 'ne':
      return { positive: { op: 'in', values: [filter.value] }, negated: filter.op === 'ne' };
    case 'in':
    case 'not_in':
      return { positive: { op: 'in', values: filter.values }, negated: filter.op === 'not_in' };
    case 'prefix':
    case 'not_prefix':
      return { positive: { op: 'prefix', value: filter.value }, negated: filter.op === 'not_prefix' };
    case 'present':
    case 'absent':
      return { positive: { op: 'present' }, negated: filter.op === 'absent' };
    default:
      return { positive: filter, negated: false };
  }
}

/** Strings among values that a filter may have been given; values of another type than the field's never match. */
const textsIn = (values: readonly FilterValue[]): string[] => values.filter((value) => typeof value === 'string');

const oneOfThese = (sql: string, values: readonly (string | number)[]): Condition =>
  values.length === 0 ? NEVER : { sql: `${sql} IN (${values.map(() => '?').join(', ')})`, parameters: values };

const flagsIn = (values: readonly FilterValue[]): number[] =>
  values.filter((value) => typeof value === 'boolean').map(Number);

function columnCondition(column: Column, positive: Positive, dictionary: Dictionary): Condition {
  const sql = quoted(column.name);
  if (isCoded(column)) return { sql: `${sql} IN (${matchingIds(positive, dictionary).join(', ')})`, parameters: [] };
  if (column.kind === 'names') {
    const ids = matchingIds(positive, dictionary).join(', ');
    // An absent list has no entries, so it meets nothing.
    return { sql: `EXISTS (SELECT 1 FROM json_each(${sql}) WHERE value IN (${ids}))`, parameters: [] };
  }
  if (column.kind === 'flag') return positive.op === 'in' ? oneOfThese(sql, flagsIn(positive.values)) : NEVER;
  return isNumeric(column) ? numberCondition(sql, column.scale, positive) : NEVER;
}

function numberCondition(sql: string, scale: number, positive: Positive): Condition {
  if (positive.op === 'prefix' || positive.op === 'present') return NEVER;
  if (positive.op === 'in') {
    const numbers = positive.values.filter((value) => typeof value === 'number' && !Number.isNaN(value));
    return oneOfThese(
      sql,
      numbers.map((value) => inSteps(Number(value), scale)),
    );
  }
  if (Number.isNaN(positive.value)) return NEVER;
  return { sql: `${sql} ${COMPARISONS[positive.op]} ?`, parameters: [inSteps(positive.value, scale)] };
}

/** Whole numbers are compared as they are: 1 is more than 0.6. */
export const inSteps = (value: number, scale: number): number => (scale === 1 ? value : Math.round(value * scale));

/** Dictionary numbers of the strings that meet a condition. */
export function matchingIds(positive: Positive, dictionary: Dictionary): number[] {
  if (positive.op === 'in') return dictionary.idsOf(textsIn(positive.values));
  return positive.op === 'prefix' ? dictionary.idsWithPrefix(positive.value) : [];
}

function originCondition(part: OriginPart, positive: Positive): Condition {
  const condition = part === 'inferred' ? inferredCondition(positive) : originTextCondition(part, positive);
  return { ...condition, sql: `o IN (SELECT id FROM origin WHERE ${condition.sql})` };
}

const inferredCondition = (positive: Positive): Condition =>
  positive.op === 'in' ? oneOfThese('inferred', flagsIn(positive.values)) : NEVER;

function originTextCondition(part: 'source' | 'cluster', positive: Positive): Condition {
  // '' is stored for "no cluster".
  const sql = part === 'cluster' ? `nullif(cluster, '')` : 'source';
  if (positive.op === 'in') return oneOfThese(sql, textsIn(positive.values));
  if (positive.op === 'prefix') {
    return { sql: `substr(${sql}, 1, length(?)) = ?`, parameters: [positive.value, positive.value] };
  }
  return NEVER;
}
