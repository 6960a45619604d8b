import type { EventAnswer } from '../../../query/question.ts';
import type { StoredEvent } from '../../../model/event.ts';
import { argument, defineCommand, listOption, valueOption } from '../command.ts';
import { CONDITION_HELP, parseCondition, toFilterBook } from '../conditions.ts';
import type { CommandContext } from '../context.ts';
import { fieldsOf } from '../fields-of.ts';
import { parseCount } from '../option-values.ts';
import { type AnswerColumn, printCsv, printTable, type RawValue } from '../print-rows.ts';
import { spanOf } from '../span-of.ts';
import { momentFormat } from '../terminal/moments.ts';
import { formatByName } from '../terminal/units.ts';

const DEFAULT_LIMIT = 20;

const rawField = (event: StoredEvent, field: string): RawValue => {
  const value = event.data[field];
  return typeof value === 'object' ? value.join(' ') : value;
};

function columnsOf(context: CommandContext, fields: readonly string[]): AnswerColumn<StoredEvent>[] {
  const moments = momentFormat(context.timeZone);
  return [
    {
      key: 'timestamp',
      title: 'time',
      raw: ({ timestamp }) => timestamp,
      show: ({ atMicros }) => moments.preciseDateTime(atMicros),
    },
    { key: 'node_id', title: 'node_id', raw: ({ node_id }) => node_id },
    ...fields.map((field): AnswerColumn<StoredEvent> => ({
      key: field,
      title: field,
      raw: (event) => rawField(event, field),
      show: (event) => {
        const value = rawField(event, field);
        return formatByName(field, value ?? undefined);
      },
    })),
    { key: 'source', title: 'source', optional: true, raw: ({ source }) => source },
    { key: 'inferred', raw: ({ inferred }) => inferred },
    { key: 'id', raw: ({ id }) => id },
  ];
}

function printText(context: CommandContext, answer: EventAnswer, fields: readonly string[]): void {
  const used = fields.filter((field) => answer.events.some((event) => event.data[field] !== undefined));
  if (answer.events.length === 0) context.note('No events match.');
  printTable(context, columnsOf(context, used), answer.events);
  if (answer.nextCursor !== undefined) context.note(`There are more: add --cursor ${answer.nextCursor}`);
}

export const queryCommand = defineCommand({
  description:
    'Prints the newest events of a metric, 20 unless --limit says otherwise. `amicus-metrics metrics` lists the names.',
  arguments: { metric: argument('such as task.completed') },
  options: {
    where: listOption('<condition>', CONDITION_HELP, { short: 'w', parse: parseCondition }),
    order: valueOption('<order>', 'newest_first (the default), oldest_first, or a field; -field for descending'),
    limit: valueOption('<count>', `at most so many events (default ${DEFAULT_LIMIT})`, {
      short: 'n',
      parse: parseCount,
    }),
    cursor: valueOption('<cursor>', 'go on where an answer before ended'),
  },
  examples: [
    {
      line: 'amicus-metrics query task.completed --where outcome=failure --since 24h',
      doc: 'failed attempts of a day',
    },
    { line: 'amicus-metrics query state.lock --order=-wait_ms --limit 5', doc: 'the five longest waits for the lock' },
  ],
  async run(context, { arguments: { metric }, options }) {
    const collector = await context.collector();
    const fields = await fieldsOf(collector, metric);
    const answer = await collector.query({
      metric,
      ...spanOf(context),
      filters: toFilterBook(options.where, fields),
      order: options.order ?? 'newest_first',
      limit: options.limit ?? DEFAULT_LIMIT,
      ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    });
    const names = Object.keys(fields).filter((field) => field !== 'node_id');
    if (context.format === 'json') context.printJson(answer);
    else if (context.format === 'csv') printCsv(context, columnsOf(context, names), answer.events);
    else printText(context, answer, names);
    return undefined;
  },
});
