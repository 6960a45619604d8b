import type { AggregateAnswer, AggregateRow, Plan, Value } from '../../../query/question.ts';
import { argument, defineCommand, flagOption, listOption, restArgument, valueOption } from '../command.ts';
import { CONDITION_HELP, parseCondition, toFilterBook } from '../conditions.ts';
import type { CommandContext } from '../context.ts';
import { fieldsOf } from '../fields-of.ts';
import { parseCount, parseNames } from '../option-values.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';
import { spanOf } from '../span-of.ts';
import { momentFormat } from '../terminal/moments.ts';
import { formatByName, formatCount } from '../terminal/units.ts';

/** A change against the period before, in per cent of that period's value. */
function changeText(now: Value, before: Value): string {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return '–';
  const percent = Math.round(((now - before) / Math.abs(before)) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

function columnsOf(
  context: CommandContext,
  groupBy: readonly string[],
  aggregations: readonly string[],
  settings: { bucketed: boolean; compared: boolean },
): AnswerColumn<AggregateRow>[] {
  const moments = momentFormat(context.timeZone);
  const columns: AnswerColumn<AggregateRow>[] = [];
  if (settings.bucketed) {
    columns.push({
      key: 'bucket_start',
      title: 'from',
      raw: ({ bucketStart }) => bucketStart,
      show: ({ bucketStart }) => (bucketStart === undefined ? '–' : moments.dateTime(bucketStart * 1e6)),
    });
  }
  for (const field of groupBy) {
    const raw = ({ group }: AggregateRow): Value => group[field];
    columns.push({ key: field, title: field, raw, show: (row) => String(raw(row) ?? '(none)') });
  }
  for (const aggregation of aggregations) {
    columns.push({
      key: aggregation,
      title: aggregation,
      align: 'right',
      raw: ({ values }) => values[aggregation],
      show: ({ values }) => formatByName(aggregation, values[aggregation]),
    });
    if (!settings.compared) continue;
    columns.push(
      {
        key: `previous ${aggregation}`,
        title: 'before',
        align: 'right',
        raw: ({ previous }) => previous?.[aggregation],
        show: ({ previous }) => formatByName(aggregation, previous?.[aggregation]),
      },
      {
        key: `change ${aggregation}`,
        title: 'change',
        align: 'right',
        raw: () => undefined,
        show: ({ values, previous }) => changeText(values[aggregation], previous?.[aggregation]),
      },
    );
  }
  return columns;
}

/** How the answer was found, in sentences. */
export function planLines(context: CommandContext, plan: Plan): string[] {
  const moments = momentFormat(context.timeZone);
  const lines = [
    `From ${moments.dateTime(plan.from * 1e6)} to ${moments.dateTime(plan.to * 1e6)} (${context.timeZone}).`,
    `Answered from ${plan.level === 'mixed' ? 'rollups and events' : plan.level === 'raw' ? 'events' : 'rollups'}: ${plan.reason}`,
  ];
  if (plan.rollupHours > 0) lines.push(`Hours read from rollups: ${formatCount(plan.rollupHours)}.`);
  if (plan.relativeError !== undefined) {
    lines.push(`Percentiles are within ${plan.relativeError * 100} % (--exact reads every event instead).`);
  }
  return lines;
}

/** What the reader must know to judge the figures, whatever was asked. */
export function planWarning(context: CommandContext, plan: Plan): string | undefined {
  if (plan.missingBefore === undefined) return undefined;
  const before = momentFormat(context.timeZone).dateTime(plan.missingBefore * 1e6);
  return `Events before ${before} have expired, so that the figures do not cover them.`;
}

function printText(context: CommandContext, answer: AggregateAnswer, columns: AnswerColumn<AggregateRow>[]): void {
  if (answer.rows.length === 0) context.note('No events match.');
  printTable(context, columns, answer.rows);
}

export const aggregateCommand = defineCommand({
  description:
    'Computes figures of a metric. Aggregations: count, sum(f), avg(f), min(f), max(f), count(f), distinct(f), first(f), ' +
    'last(f), p95(f) or any percentile, rate (events a second), rate(f). Default: count.',
  arguments: {
    metric: argument('such as task.completed'),
    aggregations: restArgument("such as count 'p95(duration_seconds)'"),
  },
  options: {
    by: listOption('<fields>', 'one row for each value of these fields, separated by commas', {
      short: 'b',
      parse: parseNames,
    }),
    bucket: valueOption('<width>', 'one row for each stretch of time: 1m, 15m, 1h, 1d, 1w, 1mo'),
    where: listOption('<condition>', CONDITION_HELP, { short: 'w', parse: parseCondition }),
    compare: flagOption('also the span of equal length just before; needs --since'),
    exact: flagOption('exact percentiles, even where rollups would answer within 1 %'),
    order: valueOption('<aggregation>', 'order of the groups; -aggregation for descending'),
    limit: valueOption('<count>', 'at most so many groups', { short: 'n', parse: parseCount }),
    explain: flagOption('say how the answer was found'),
  },
  examples: [
    {
      line: "amicus-metrics aggregate task.completed count 'p95(duration_seconds)' --by node_id",
      doc: 'attempts and their 95th percentile, by node',
    },
    { line: 'amicus-metrics aggregate task.completed --by outcome --bucket 1d --since 7d', doc: 'outcomes by day' },
    {
      line: "amicus-metrics aggregate state.lock 'sum(wait_ms)' --since 24h --compare",
      doc: 'today against yesterday',
    },
  ],
  async run(context, { arguments: { metric, aggregations: asked }, options }) {
    const collector = await context.collector();
    const aggregations = asked.length === 0 ? ['count'] : asked;
    const groupBy = options.by.flat();
    const answer = await collector.aggregate({
      metric,
      ...spanOf(context),
      filters: toFilterBook(options.where, await fieldsOf(collector, metric)),
      aggregations,
      groupBy,
      compare: options.compare,
      exact: options.exact,
      ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
      ...(options.order === undefined ? {} : { order: options.order }),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
    });
    const shape = { bucketed: options.bucket !== undefined, compared: options.compare };
    const columns = columnsOf(context, groupBy, aggregations, shape);
    if (context.format === 'json') context.printJson(answer);
    else if (context.format === 'csv') {
      printCsv(
        context,
        columns.filter(({ key }) => !key.startsWith('change ')),
        answer.rows,
      );
    } else printText(context, answer, columns);
    const warning = planWarning(context, answer.plan);
    if (warning !== undefined) context.note(warning);
    if (options.explain) for (const line of planLines(context, answer.plan)) context.note(line);
    return undefined;
  },
});
