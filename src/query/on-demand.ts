import { lazily } from '../model/lazily.ts';

/** What answers questions is loaded with the first of its kind: whoever only records loads none of it. */
export const loadQuery = lazily(() => import('./query.ts'));
export const loadAggregate = lazily(() => import('./aggregate.ts'));
export const loadSeries = lazily(() => import('./series.ts'));
export const loadTotals = lazily(() => import('./totals.ts'));
export const loadSql = lazily(() => import('./sql.ts'));
