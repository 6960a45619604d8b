import { defineCommand } from '../command.ts';
import { momentFormat } from '../terminal/moments.ts';
import { formatBytes, formatCount } from '../terminal/units.ts';

export const upkeepCommand = defineCommand({
  description:
    'Rolls up finished hours, lets go of what is older than the retention, keeps the size budget and tidies up. `up` does ' +
    'this by itself every ten minutes; where nobody runs `up`, run this from cron now and then.',
  arguments: {},
  options: {},
  examples: [{ line: 'amicus-metrics upkeep', doc: 'safe at any time, in any number of processes' }],
  async run(context) {
    const collector = await context.collector();
    const report = await collector.upkeep();
    if (context.format !== 'text') {
      context.printJson(report);
      return undefined;
    }
    context.print(`Rolled up ${formatCount(report.rolledUpHours)} hours.`);
    context.print(`Expired ${formatCount(report.expiredEvents)} events by age.`);
    if (report.droppedForSpaceEvents > 0) {
      const from = momentFormat(context.timeZone).dateTime(report.rawFromMicros);
      context.print(
        `Dropped ${formatCount(report.droppedForSpaceEvents)} events early for the size budget: before ${from} only rollups remain.`,
      );
    }
    context.print(`Removed ${formatCount(report.removedSegments)} spool files that were read.`);
    context.print(`The store takes ${formatBytes(report.sizeBytes)}.`);
    return undefined;
  },
});
