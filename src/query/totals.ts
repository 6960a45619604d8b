import type { FieldValue } from '../model/event.ts';
import { QuantileSketch } from '../model/quantile-sketch.ts';
import type { FoldRow, Measure } from '../store/store.ts';
import { askAgain } from './ask-again.ts';
import { type AskedMetric, findMetric } from './asked-metric.ts';
import { type Asking, knownNow, rangeOf } from './fold-period.ts';
import { mergeRows } from './merge-rows.ts';
import type { ParsedAggregation } from './parse-aggregation.ts';
import type { Known } from './parse-question.ts';
import { planFold } from './plan.ts';
import type { TotalsAnswer, TotalsQuestion } from './question.ts';

/**
 * All of the history of each metric, or a part of it: events and sums by group, and how the values of fields are
 * distributed. From rollups wherever they stand, so that it costs about the same whatever the number of events.
 *
 * @returns Answers in the order of the questions.
 * @throws QueryError when there is no such metric; StoreError when the store cannot be read.
 */
export async function totals(asking: Asking, questions: readonly TotalsQuestion[]): Promise<readonly TotalsAnswer[]> {
  const known = await knownNow(asking);
  const answers: TotalsAnswer[] = [];
  for (const question of questions) {
    answers.push(await askAgain(asking.store, () => totalsOf(asking, known, question)));
  }
  return answers;
}

async function totalsOf(
  asking: Asking,
  { stored, catalogue, nowMicros }: Known,
  question: TotalsQuestion,
): Promise<TotalsAnswer> {
  const metric = findMetric(question.metric, stored, catalogue);
  const { fromMicros, untilMicros } = question;
  const span = { fromMicros, toMicros: untilMicros ?? nowMicros, untilNow: untilMicros === undefined };
  const range = await rangeOf(asking.store, metric, span);
  if (!metric.stored || range.fromMicros >= range.toMicros) return { groups: [], distributions: {} };

  const groupBy = question.groupBy.filter((field) => metric.storedFields.has(field));
  const sums = question.sums.filter((field) => metric.storedFields.has(field));
  const fields = question.distributions.filter((field) => metric.storedFields.has(field));
  const coverage = await asking.store.coverage(metric.name, range);
  const input = { metric: metric.name, fields: metric.fields, range, coverage, boundaries: undefined, filters: [] };
  const bySums = sums.map((field): ParsedAggregation => ({ asked: field, fn: 'sum', field }));
  const byShape = fields.map((field): ParsedAggregation => ({ asked: field, fn: 'percentile', field, p: 50 }));
  const grouped = planFold({ ...input, groupBy, aggregations: bySums, exact: false });
  const shaped = planFold({ ...input, groupBy: [], aggregations: byShape, exact: false });

  asking.unreadable.add(metric.name, grouped.plan.damaged);
  if (fields.length > 0) asking.unreadable.add(metric.name, shaped.plan.damaged);
  const fold = async (
    plan: Pick<typeof grouped, 'raw' | 'rollups'>,
    by: readonly string[],
    measures: readonly Measure[],
  ): Promise<readonly FoldRow[]> => {
    const request = { metric: metric.name, filters: [], groupBy: by, measures };
    const parts = await Promise.all([
      plan.rollups.length === 0 ? [] : asking.store.foldRollups({ ...request, ranges: plan.rollups }),
      plan.raw.length === 0 ? [] : asking.store.fold({ ...request, ranges: plan.raw }),
    ]);
    return mergeRows(parts, measures, metric.fields);
  };
  const rows = await fold(grouped, groupBy, [{ fn: 'count' }, ...sums.map((field): Measure => ({ fn: 'sum', field }))]);
  const [shapes] = fields.length === 0 ? [] : await fold(shaped, [], fields.flatMap(shapeOf));
  return {
    groups: rows
      .filter(({ figures }) => figures[0] !== 0)
      .map(({ group, figures }) => ({
        group: asAsked(question.groupBy, groupBy, group),
        count: Number(figures[0]),
        sums: asAsked(question.sums, sums, figures.slice(1)).map((sum) => (typeof sum === 'number' ? sum : undefined)),
      })),
    distributions: distributionsOf(metric, fields, shapes),
  };
}

const shapeOf = (field: string): readonly Measure[] => [
  { fn: 'sketch', field },
  { fn: 'sum', field },
];

/** Values in the order of what was asked for; what was never recorded is absent. */
function asAsked<Figure extends FoldRow['figures'][number] | FieldValue>(
  asked: readonly string[],
  known: readonly string[],
  values: readonly Figure[],
): readonly (Figure | undefined)[] {
  return asked.map((field) => values[known.indexOf(field)]);
}

function distributionsOf(
  metric: AskedMetric,
  fields: readonly string[],
  row: FoldRow | undefined,
): TotalsAnswer['distributions'] {
  return Object.fromEntries(
    fields.flatMap((field, i) => {
      const [sketch, sum] = [row?.figures[2 * i], row?.figures[2 * i + 1]];
      if (!(sketch instanceof QuantileSketch) || sketch.count === 0 || metric.fields[field] === undefined) return [];
      return [[field, { sum: typeof sum === 'number' ? sum : 0, values: sketch.buckets() }]];
    }),
  );
}
