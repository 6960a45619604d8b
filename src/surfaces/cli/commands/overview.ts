import { overview } from '../../../analysis/reports/overview.ts';
import { defineCommand } from '../command.ts';
import { printOverview } from '../overview-lines.ts';
import { spanOf } from '../span-of.ts';

const DEFAULT_SINCE = '24h';

export const overviewCommand = defineCommand({
  description: 'Prints what the cluster did in a span of time, the last 24 hours unless --since says otherwise.',
  arguments: {},
  options: {},
  examples: [{ line: 'amicus-metrics overview --since 7d', doc: 'the last week' }],
  async run(context) {
    const report = await overview(await context.collector(), spanOf(context, DEFAULT_SINCE));
    if (context.format === 'text') printOverview(context, report);
    else context.printJson(report);
    return undefined;
  },
});
