import { MICROS_PER_SECOND } from '../model/range.ts';
import { bucketBoundaries, bucketWidthFor } from '../model/time-buckets.ts';
import type { FoldRow } from '../store/store.ts';
import { foldBefore, groupRecord, joinedPlan } from './aggregate.ts';
import { askAgain } from './ask-again.ts';
import { type Asking, foldPeriod, knownNow, type PeriodFigures, rangeOf } from './fold-period.ts';
import { GroupBook } from './group-book.ts';
import { compareGroups } from './merge-rows.ts';
import { parseSeriesQuestion } from './parse-question.ts';
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
  return askAgain(asking.store, () => pointsOver(asking, question));
}

async function pointsOver(asking: Asking, question: SeriesQuestion): Promise<SeriesAnswer> {
  const fold = await parseSeriesQuestion(question, await knownNow(asking));
  const range = await rangeOf(asking.store, fold.metric, fold.span);
  const width = fold.width ?? bucketWidthFor(range);
  const boundaries = bucketBoundaries(width, range, fold.span.zone);
  const current = await foldPeriod(asking.store, fold, range, boundaries);
  const previous = fold.compare ? await foldBefore(asking, fold, range, boundaries) : undefined;

  const plan = previous === undefined ? current.plan : joinedPlan(current.plan, previous.plan);
  asking.unreadable.add(plan.metric, plan.damaged);
  const book = new GroupBook();
  if (fold.groupBy.length === 0) book.numberOf([]);
  const now = rowsByGroup(current.rows, book);
  const earlier = rowsByGroup(previous?.rows ?? [], book);
  return {
    series: [...book.groups.entries()]
      .sort(([, a], [, b]) => compareGroups(a, b))
      .map(([number, group]) => ({
        group: groupRecord(fold.groupBy, group),
        points: pointsOf(boundaries, { current, now: now[number], previous, earlier: earlier[number] }),
      })),
    bucketSeconds: width.nominalMicros / MICROS_PER_SECOND,
    plan,
  };
}

/** By number of the group, rows in ascending order of bucket. */
function rowsByGroup(rows: readonly FoldRow[], book: GroupBook): readonly (readonly FoldRow[] | undefined)[] {
  const groups: FoldRow[][] = [];
  for (const row of rows) (groups[book.numberOf(row.group)] ??= []).push(row);
  return groups;
}

/** Reads the figures of buckets asked for in ascending order; without a row, the figure of no events. */
function figuresByBucket(
  { readers: [read] }: PeriodFigures,
  rows: readonly FoldRow[] = [],
): (bucket: number) => Series['points'][number]['value'] {
  let next = 0;
  return (bucket) => {
    const row = rows[next];
    if (row?.bucket !== bucket) return read?.([], bucket);
    next += 1;
    return read?.(row.figures, bucket);
  };
}

function pointsOf(
  boundaries: readonly number[],
  rows: {
    readonly current: PeriodFigures;
    readonly now: readonly FoldRow[] | undefined;
    readonly previous: PeriodFigures | undefined;
    readonly earlier: readonly FoldRow[] | undefined;
  },
): Series['points'] {
  const valueIn = figuresByBucket(rows.current, rows.now);
  const previousIn = rows.previous === undefined ? undefined : figuresByBucket(rows.previous, rows.earlier);
  return boundaries.slice(0, -1).map((boundary, bucket) => {
    const start = boundary / MICROS_PER_SECOND;
    const value = valueIn(bucket);
    return previousIn === undefined ? { start, value } : { start, value, previous: previousIn(bucket) };
  });
}
