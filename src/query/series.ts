import { MICROS_PER_SECOND } from '../model/range.ts';
import { bucketBoundaries, bucketWidthFor } from '../model/time-buckets.ts';
import type { FoldRow } from '../store/store.ts';
import { foldBefore, groupRecord, joinedPlan } from './aggregate.ts';
import { type Asking, foldPeriod, knownNow, type PeriodFigures, rangeOf } from './fold-period.ts';
import { compareGroups, groupKey } from './merge-rows.ts';
import { type ParsedFold, parseSeriesQuestion } from './parse-question.ts';
import type { Series, SeriesAnswer, SeriesQuestion } from './question.ts';

/**
 * One figure over time: a point for each bucket of the span, empty ones included, and a series for each group.
 *
 * In an empty bucket counts, `distinct` and `rate` are 0: that many happened. Sums, means, extremes and percentiles
 * are absent: there was nothing to compute them from.
 *
 * @throws QueryError when the question cannot be understood; StoreError when the store cannot be read.
 */
export async function series(asking: Asking, question: SeriesQuestion): Promise<SeriesAnswer> {
  const fold = await parseSeriesQuestion(question, await knownNow(asking));
  const range = await rangeOf(asking.store, fold.metric, fold.span);
  const width = fold.width ?? bucketWidthFor(range);
  const boundaries = bucketBoundaries(width, range, fold.span.zone);
  const current = await foldPeriod(asking.store, fold, range, boundaries);
  const previous = fold.compare ? await foldBefore(asking, fold, range, boundaries) : undefined;

  const groups = new Map<string, FoldRow['group']>();
  if (fold.groupBy.length === 0) groups.set(groupKey([]), []);
  for (const { group } of [...current.rows, ...(previous?.rows ?? [])]) groups.set(groupKey(group), group);
  const now = rowsByGroup(current.rows);
  const earlier = rowsByGroup(previous?.rows ?? []);
  return {
    series: [...groups]
      .toSorted(([, a], [, b]) => compareGroups(a, b))
      .map(([key, group]) => ({
        group: groupRecord(fold.groupBy, group),
        points: pointsOf(fold, boundaries, { current, now: now.get(key), previous, earlier: earlier.get(key) }),
      })),
    bucketSeconds: width.nominalMicros / MICROS_PER_SECOND,
    plan: previous === undefined ? current.plan : joinedPlan(current.plan, previous.plan),
  };
}

type RowsByBucket = ReadonlyMap<number, FoldRow>;

function rowsByGroup(rows: readonly FoldRow[]): ReadonlyMap<string, RowsByBucket> {
  const groups = new Map<string, Map<number, FoldRow>>();
  for (const row of rows) {
    const key = groupKey(row.group);
    const buckets = groups.get(key) ?? new Map<number, FoldRow>();
    groups.set(key, buckets.set(row.bucket, row));
  }
  return groups;
}

function pointsOf(
  fold: ParsedFold,
  boundaries: readonly number[],
  rows: {
    readonly current: PeriodFigures;
    readonly now: RowsByBucket | undefined;
    readonly previous: PeriodFigures | undefined;
    readonly earlier: RowsByBucket | undefined;
  },
): Series['points'] {
  const [aggregation] = fold.aggregations;
  if (aggregation === undefined) return [];
  return boundaries.slice(0, -1).map((boundary, bucket) => {
    const start = boundary / MICROS_PER_SECOND;
    const value = rows.current.valueIn(rows.now?.get(bucket), aggregation, bucket);
    if (rows.previous === undefined) return { start, value };
    return { start, value, previous: rows.previous.valueIn(rows.earlier?.get(bucket), aggregation, bucket) };
  });
}
