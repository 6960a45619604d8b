import type { Measure } from '../store.ts';
import { cellSql, isCoded, isNumericPlace, type Place, placeOf, presentSql } from './cells.ts';
import type { EventTable } from './event-tables.ts';

/**
 * An aggregate of the statement, and how its values from two stretches of time become one. `numbers` and `set` come
 * as text with commas, `texts` as a JSON array.
 */
export type Term = {
  readonly sql: string;
  readonly merge: 'add' | 'least' | 'greatest' | 'numbers' | 'set' | 'texts';
};

/** What a figure is made of: positions of terms. */
export type FigurePlan =
  | { readonly from: 'nothing'; readonly figure: 0 | undefined }
  | { readonly from: 'count'; readonly term: number }
  | { readonly from: 'number'; readonly term: number; readonly scale: number; readonly flag: boolean }
  /** The least or greatest by text of the names that occurred. */
  | { readonly from: 'text'; readonly term: number; readonly place: Place; readonly greatest: boolean }
  /** The value at the moment that the term found. */
  | { readonly from: 'moment'; readonly term: number; readonly place: Place }
  | { readonly from: 'distinct'; readonly term: number; readonly place: Place }
  | { readonly from: 'percentile'; readonly term: number; readonly scale: number; readonly p: number }
  | { readonly from: 'sketch'; readonly term: number; readonly scale: number };

export type FoldPlan = {
  /** The first counts all events of a group. */
  readonly terms: readonly Term[];
  readonly figures: readonly FigurePlan[];
  /** True when values of rows are carried out of SQL: the answer's size then grows with the rows. */
  readonly carriesValues: boolean;
};

/**
 * Which aggregates a statement needs for the measures; each once, however many measures use it.
 *
 * Sums use `total()`: exact up to 2^63 steps and rounded to a float once, where `sum()` would fail beyond.
 */
export function planFold(table: EventTable, measures: readonly Measure[]): FoldPlan {
  const terms: Term[] = [{ sql: 'count(*)', merge: 'add' }];
  const term = (sql: string, merge: Term['merge']): number => {
    const known = terms.findIndex((other) => other.sql === sql);
    return known >= 0 ? known : terms.push({ sql, merge }) - 1;
  };
  const figures = measures.map((measure) => planFigure(table, measure, term));
  return { terms, figures, carriesValues: terms.some(({ merge }) => merge === 'numbers') };
}

function planFigure(
  table: EventTable,
  measure: Measure,
  term: (sql: string, merge: Term['merge']) => number,
): FigurePlan {
  if (!('field' in measure)) return { from: 'count', term: 0 };
  const place = placeOf(table, measure.field);
  if (place === undefined) {
    return { from: 'nothing', figure: measure.fn === 'count' || measure.fn === 'distinct' ? 0 : undefined };
  }
  const cell = cellSql(place);
  const scale = 'column' in place ? place.column.scale : 1;
  const flag = 'column' in place && place.column.kind === 'flag';
  switch (measure.fn) {
    case 'count':
      return { from: 'count', term: term(`count(*) FILTER (WHERE ${presentSql(place)})`, 'add') };
    case 'distinct':
      return { from: 'distinct', term: distinctTerm(place, term), place };
    case 'first':
      return { from: 'moment', term: term(`min(t) FILTER (WHERE ${presentSql(place)})`, 'least'), place };
    case 'last':
      return { from: 'moment', term: term(`max(t) FILTER (WHERE ${presentSql(place)})`, 'greatest'), place };
    case 'sum':
      if (!isNumericPlace(place)) return { from: 'nothing', figure: undefined };
      return {
        from: 'number',
        term: term(`CASE WHEN count(${cell}) > 0 THEN total(${cell}) END`, 'add'),
        scale,
        flag,
      };
    case 'min':
    case 'max':
      return planExtreme(place, measure.fn === 'max', scale, flag, term);
    case 'percentile':
    case 'sketch': {
      if (!isNumericPlace(place)) return { from: 'nothing', figure: undefined };
      const values = term(`CAST(group_concat(${cell}) AS BLOB)`, 'numbers');
      if (measure.fn === 'sketch') return { from: 'sketch', term: values, scale };
      return { from: 'percentile', term: values, scale, p: measure.p };
    }
  }
}

function distinctTerm(place: Place, term: (sql: string, merge: Term['merge']) => number): number {
  const cell = cellSql(place);
  if ('column' in place && place.column.kind === 'names') {
    return term(`json_group_array(DISTINCT ${cell}) FILTER (WHERE ${cell} IS NOT NULL)`, 'texts');
  }
  return term(`CAST(group_concat(DISTINCT ${cell}) AS BLOB)`, 'set');
}

function planExtreme(
  place: Place,
  greatest: boolean,
  scale: number,
  flag: boolean,
  term: (sql: string, merge: Term['merge']) => number,
): FigurePlan {
  if (!('column' in place) || isCoded(place.column)) {
    return { from: 'text', term: distinctTerm(place, term), place, greatest };
  }
  if (place.column.kind === 'names') return { from: 'nothing', figure: undefined };
  const sql = `${greatest ? 'max' : 'min'}(${cellSql(place)})`;
  return { from: 'number', term: term(sql, greatest ? 'greatest' : 'least'), scale, flag };
}
