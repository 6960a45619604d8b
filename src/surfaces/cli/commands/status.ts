import { clusterStatus } from '../../../analysis/reports/cluster-status.ts';
import { defineCommand, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { nodeColumns } from '../node-columns.ts';
import { seenNodes } from '../seen-nodes.ts';
import { parseMillis } from '../option-values.ts';
import { printCsv, printTable } from '../print-rows.ts';
import { lockText, nodesText, queueText, stateText, throughputSpark, throughputText } from '../status-lines.ts';
import { storeText } from '../store-lines.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';
import { formatSeconds } from '../terminal/units.ts';

const DEFAULT_WINDOW_MILLIS = 3_600_000;

async function printStatus(context: CommandContext, windowMillis: number): Promise<void> {
  const collector = await context.collector();
  const now = context.clock.nowMicros();
  const status = await clusterStatus(collector, {
    nowMicros: now,
    windowSeconds: windowMillis / 1_000,
    seen: seenNodes(context),
  });
  const columns = nodeColumns(now);
  const stats = await collector.stats();
  if (context.format === 'json') return context.printJson({ ...status, store: stats });
  if (context.format === 'csv') return printCsv(context, columns, status.nodes);
  const { style, timeZone } = context;
  const line = (title: string, text: string): void => context.print(`${style('strong', title.padEnd(8))}  ${text}`);
  context.print(
    style('quiet', `${printable(context.directory)} at ${momentFormat(timeZone).dateTime(now)} (${timeZone})`),
  );
  line('Nodes', nodesText(status.nodes));
  line('Queue', queueText(status.queue, now));
  line('Tasks', `last ${formatSeconds(status.windowSeconds)}: ${throughputText(status)}`);
  const spark = throughputSpark(status, style);
  if (spark !== '') line('', spark);
  line('State', stateText(status.state));
  const lock = lockText(status.state);
  if (lock !== '') line('Lock', lock);
  line('Store', storeText(stats));
  const live = status.nodes.filter(({ status: word }) => word !== 'terminated');
  if (live.length > 0) context.print('');
  printTable(context, columns, live);
}

export const statusCommand = defineCommand({
  description:
    'Prints the cluster as it is now: nodes and their tasks, the queue, what ended in the last hour, how long the state ' +
    'file took, and the store. With --csv: the nodes.',
  arguments: {},
  options: {
    window: valueOption('<time>', 'how far back tasks and latencies are counted (default 1h)', { parse: parseMillis }),
  },
  examples: [
    { line: 'amicus-metrics status', doc: 'now' },
    { line: 'amicus-metrics status --window 5m --json', doc: 'for a script' },
  ],
  async run(context, { options }) {
    await printStatus(context, options.window ?? DEFAULT_WINDOW_MILLIS);
    return undefined;
  },
});
