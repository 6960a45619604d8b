import { nodeActivity } from '../../../analysis/reports/node-activity.ts';
import { defineCommand, flagOption } from '../command.ts';
import { activityColumns } from '../node-columns.ts';
import { printRows } from '../print-rows.ts';
import { seenNodes } from '../seen-nodes.ts';
import { spanOf } from '../span-of.ts';

const DEFAULT_SINCE = '24h';

export const nodesCommand = defineCommand({
  description:
    'Lists the nodes: status and task now, and what each did in the span (24 hours unless --since says otherwise). ' +
    'p50 and p95 are durations of its attempts, from the claim to the end.',
  arguments: {},
  options: { live: flagOption('leave out nodes that have terminated') },
  examples: [{ line: 'amicus-metrics nodes --since 1h --live', doc: 'who works now, and the last hour of each' }],
  async run(context, { options }) {
    const now = context.clock.nowMicros();
    const span = spanOf(context, DEFAULT_SINCE);
    const nodes = await nodeActivity(await context.collector(), span, seenNodes(context), now);
    const listed = options.live ? nodes.filter(({ status }) => status !== 'terminated') : nodes;
    printRows(context, activityColumns(now), listed, 'No node has been seen yet.');
    return undefined;
  },
});
