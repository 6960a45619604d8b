import { sourceReport } from '../../../analysis/reports/source-activity.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';
import { StoreError } from '../../../model/errors.ts';
import { readNotices } from '../../../sources/notice-record.ts';
import { type ClientSetup, clientSetups } from '../../../sources/otlp/client-setup.ts';
import { readReceiverRecord, type ReceiverRecord } from '../../../sources/otlp/receiver-record.ts';
import { defineCommand, flagOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';
import { receiverAddress } from '../receiver-address.ts';
import {
  attributionText,
  clientColumns,
  complaintColumns,
  complaintsOf,
  LEFT_OUT_COLUMNS,
  leftOutOf,
  setupLines,
  sourceColumns,
} from '../source-lines.ts';
import { spanOf } from '../span-of.ts';
import { printable } from '../terminal/printable.ts';

const DEFAULT_SINCE = '7d';

function receiverText(record: ReceiverRecord | undefined): string {
  if (record === undefined) return 'Receiver: nothing was sent yet; it runs with `amicus-metrics up`.';
  const requests = Object.values(record.clients).reduce((sum, client) => sum + client.requests, 0);
  const { listening } = record;
  const where = listening === undefined ? 'off; it runs with `amicus-metrics up`' : `at ${printable(listening)}`;
  return `Receiver: ${where}; ${requests} ${requests === 1 ? 'push' : 'pushes'} taken so far.`;
}

export const sourcesCommand = defineCommand({
  description:
    'Shows what events came from: each kind of source with its last event; each client of agents with its events and ' +
    'requests, and how many of these events name a node and a task, or are attributed to one by a join (7 days unless ' +
    '--since says otherwise); what was sent and not kept, and why, since the receiver first ran; and what running sources complain ' +
    'about. Says which lines make a client send its telemetry.',
  arguments: {},
  options: { setup: flagOption('only the lines that make each client send its telemetry') },
  examples: [
    { line: 'amicus-metrics sources', doc: 'what is connected, and what is missing' },
    { line: 'amicus-metrics sources --setup', doc: 'the lines to set' },
  ],
  async run(context, { options }) {
    const read = readReceiverRecord(context.directory);
    const record = read === 'unreadable' ? undefined : read;
    const setups = clientSetups(receiverAddress(context));
    if (options.setup) {
      if (context.format === 'text') for (const line of setupLines(setups).slice(1)) context.print(line);
      else context.printJson(setups);
      return EXIT.ok;
    }
    const collector = await storeOf(context);
    if (collector === undefined) {
      printSetup(context, setups);
      return EXIT.ok;
    }
    const metrics = (await collector.storedMetrics()).map(({ name }) => name);
    const { sources, clients } = await sourceReport(collector, metrics, spanOf(context, DEFAULT_SINCE));
    const leftOut = record === undefined ? [] : leftOutOf(record);
    const complaints = complaintsOf(readNotices(context.directory));
    if (context.format === 'json') {
      context.printJson({
        listening: record?.listening,
        sources: sources.map((row) => valuesOf(sourceColumns(context), row)),
        clients: clients.map((row) => valuesOf(clientColumns(context), row)),
        not_kept: leftOut,
        notices: complaints.map((row) => valuesOf(complaintColumns(context), row)),
      });
      return EXIT.ok;
    }
    if (context.format === 'csv') {
      printCsv(context, clientColumns(context), clients);
      return EXIT.ok;
    }
    section(context, '', sourceColumns(context), sources);
    if (sources.length === 0) context.print('No event in this span. A wider one: --since 90d.');
    context.print('');
    context.print(receiverText(record));
    section(context, '', clientColumns(context), clients);
    if (clients.length > 0) for (const line of attributionText(clients)) context.print(line);
    section(context, 'Sent and not kept, since the receiver first ran:', LEFT_OUT_COLUMNS, leftOut);
    section(context, 'What running sources complained about last:', complaintColumns(context), complaints);
    if (clients.length === 0) {
      context.print('');
      printSetup(context, setups);
    }
    return EXIT.ok;
  },
});

/** The collector; undefined where nothing was recorded yet, which here is no error but the beginning. */
async function storeOf(context: CommandContext): Promise<MetricsCollector | undefined> {
  try {
    return await context.collector();
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'STORE_MISSING')) throw error;
    context.note(printable(error.message));
    return undefined;
  }
}

function printSetup(context: CommandContext, setups: readonly ClientSetup[]): void {
  if (context.format === 'json') {
    context.printJson({ sources: [], clients: [], not_kept: [], notices: [], setup: setups });
    return;
  }
  if (context.format === 'csv') return;
  context.print('No client of agents has told anything yet. While `amicus-metrics up` runs, these lines make them:');
  for (const line of setupLines(setups)) context.print(line);
}

function valuesOf<Row>(columns: readonly AnswerColumn<Row>[], row: Row): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.key, column.raw(row) ?? undefined]));
}

function section<Row>(
  context: CommandContext,
  title: string,
  columns: readonly AnswerColumn<Row>[],
  rows: readonly Row[],
): void {
  if (rows.length === 0) return;
  if (title !== '') {
    context.print('');
    context.print(title);
  }
  printTable(context, columns, rows);
}
