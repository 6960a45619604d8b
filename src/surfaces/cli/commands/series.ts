import type { Series, SeriesAnswer } from '../../../query/question.ts';
import { argument, defineCommand, flagOption, listOption, optionalArgument, valueOption } from '../command.ts';
import { CONDITION_HELP, parseCondition, toFilterBook } from '../conditions.ts';
import type { CommandContext } from '../context.ts';
import { fieldsOf } from '../fields-of.ts';
import { parseNames } from '../option-values.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';
import { spanOf } from '../span-of.ts';
import { momentFormat } from '../terminal/moments.ts';
import { sparkline, squeeze } from '../terminal/sparkline.ts';
import { formatByName, formatSeconds } from '../terminal/units.ts';
import { planLines, planWarning } from './aggregate.ts';

const MAX_SPARK = 60;
const DEFAULT_SINCE = '24h';

const numbersOf = ({ points }: Series): (number | undefined)[] =>
  points.map(({ value }) => (typeof value === 'number' ? value : undefined));

const present = (series: Series): number[] => numbersOf(series).filter((value) => value !== undefined);

/** Counts and sums of neighbours add up; of a percentile or an average only the largest says something. */
const joinOf = (aggregation: string): 'sum' | 'max' => (/^(count|sum)/.test(aggregation) ? 'sum' : 'max');

function printText(
  context: CommandContext,
  answer: SeriesAnswer,
  aggregation: string,
  groupBy: readonly string[],
): void {
  const moments = momentFormat(context.timeZone);
  const width = Math.min(MAX_SPARK, Math.max(10, context.width - 50));
  const group = (series: Series): string => groupBy.map((field) => String(series.group[field] ?? '(none)')).join(' ');
  const figure = (pick: (values: number[]) => number) => (series: Series) => {
    const values = present(series);
    return values.length === 0 ? '–' : formatByName(aggregation, pick(values));
  };
  const columns: AnswerColumn<Series>[] = [
    ...(groupBy.length === 0 ? [] : [{ key: 'group', title: groupBy.join(' '), raw: group }]),
    {
      key: 'line',
      title: aggregation,
      raw: (series) => sparkline(squeeze(numbersOf(series), width, joinOf(aggregation))),
    },
    { key: 'min', title: 'min', align: 'right', raw: figure((values) => Math.min(...values)) },
    { key: 'max', title: 'max', align: 'right', raw: figure((values) => Math.max(...values)) },
    { key: 'last', title: 'last', align: 'right', raw: figure((values) => values.at(-1) ?? 0) },
  ];
  if (answer.series.length === 0) return context.note('No events match.');
  const { from, to } = answer.plan;
  context.print(
    `${moments.dateTime(from * 1e6)} to ${moments.dateTime(to * 1e6)}, ${formatSeconds(answer.bucketSeconds)} a step (${context.timeZone})`,
  );
  printTable(context, columns, answer.series);
}

function printSeriesCsv(
  context: CommandContext,
  answer: SeriesAnswer,
  aggregation: string,
  groupBy: readonly string[],
): void {
  type Row = { series: Series; point: Series['points'][number] };
  const rows = answer.series.flatMap((series) => series.points.map((point): Row => ({ series, point })));
  printCsv<Row>(
    context,
    [
      { key: 'start', raw: ({ point }) => point.start },
      ...groupBy.map((field) => ({ key: field, raw: ({ series }: Row) => series.group[field] })),
      { key: aggregation, raw: ({ point }) => point.value },
      { key: `previous ${aggregation}`, raw: ({ point }) => point.previous },
    ],
    rows,
  );
}

export const seriesCommand = defineCommand({
  description:
    'Draws a figure of a metric over time as a line of blocks, the last 24 hours unless --since says otherwise. ' +
    'The lowest block is 0; a dot is a stretch in which there was nothing to compute it from.',
  arguments: {
    metric: argument('such as task.completed'),
    aggregation: optionalArgument("such as 'p95(duration_seconds)'; default: count"),
  },
  options: {
    by: listOption('<fields>', 'one line for each value of these fields', { short: 'b', parse: parseNames }),
    bucket: valueOption('<width>', 'width of a step: 1m, 15m, 1h, 1d; default: what gives 24 to 60 steps'),
    where: listOption('<condition>', CONDITION_HELP, { short: 'w', parse: parseCondition }),
    compare: flagOption('with --json and --csv: also the span just before'),
    exact: flagOption('exact percentiles'),
    explain: flagOption('say how the answer was found'),
  },
  examples: [
    { line: 'amicus-metrics series task.completed --by node_id', doc: 'attempts ended, by node' },
    {
      line: "amicus-metrics series state.read 'p95(duration_ms)' --since 1h --bucket 1m",
      doc: 'read latency by minute',
    },
  ],
  async run(context, { arguments: { metric, aggregation = 'count' }, options }) {
    const collector = await context.collector();
    const groupBy = options.by.flat();
    const answer = await collector.series({
      metric,
      ...spanOf(context, DEFAULT_SINCE),
      filters: toFilterBook(options.where, await fieldsOf(collector, metric)),
      aggregation,
      groupBy,
      compare: options.compare,
      exact: options.exact,
      ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
    });
    if (context.format === 'json') context.printJson(answer);
    else if (context.format === 'csv') printSeriesCsv(context, answer, aggregation, groupBy);
    else printText(context, answer, aggregation, groupBy);
    const warning = planWarning(context, answer.plan);
    if (warning !== undefined) context.note(warning);
    if (options.explain) for (const line of planLines(context, answer.plan)) context.note(line);
    return undefined;
  },
});
