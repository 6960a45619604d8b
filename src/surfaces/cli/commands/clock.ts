import { clockReport } from '../../../analysis/reports/clock-report.ts';
import { clockJson } from '../clock-json.ts';
import { printClock } from '../clock-lines.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, valueOption } from '../command.ts';
import { spanOf } from '../span-of.ts';
import { printable } from '../terminal/printable.ts';

const DEFAULT_SINCE = '24h';

export const clockCommand = defineCommand({
  description:
    'Prints where the time of tasks and nodes went in a span (24 hours unless --since says otherwise): each moment of a ' +
    'task is in one state, each moment of a node too, and they add up to wall time; what nothing tells of is ' +
    'unattributed. Also how long tasks waited, who waited for whose lock, what was lost, and the critical path of the ' +
    'last run, which Amicus has no dependencies for: it is derived backwards from what ended last.',
  arguments: {},
  options: {
    node: valueOption('<node>', 'only the time of this node, and of tasks while it had them'),
    task: valueOption('<task>', 'only the time of this task, one interval after the other'),
  },
  examples: [
    { line: 'amicus-metrics clock --since 7d', doc: 'where the last week went' },
    { line: 'amicus-metrics clock --task task-42', doc: 'what one task waited for' },
  ],
  async run(context, { options: { node, task } }) {
    const span = spanOf(context, DEFAULT_SINCE);
    const question = { ...span, since: span.since ?? DEFAULT_SINCE, nodeId: node, taskId: task };
    const report = await clockReport(await context.collector(), question, context.clock.nowMicros());
    const isEmpty = report.tasks.count === 0 && report.nodes.count === 0;
    if (isEmpty && (node !== undefined || task !== undefined)) {
      throw new CommandError(
        'NOT_FOUND',
        task === undefined
          ? `No node "${printable(node ?? '')}" was seen in this time.`
          : `No task "${printable(task)}" lived in this time${node === undefined ? '' : ' with that node'}.`,
        `Look further back with --since, or run \`amicus-metrics ${task === undefined ? 'nodes' : 'tasks'}\` to see which there are.`,
      );
    }
    if (context.format !== 'text') context.printJson(clockJson(report, context.timeZone));
    else if (isEmpty) {
      context.note(
        'Nothing was told of tasks or nodes in this time. Look further back with --since 30d, or let ' +
          '`amicus-metrics up` watch the cluster.',
      );
    } else {
      const about = [node === undefined ? '' : ` of node ${node}`, task === undefined ? '' : ` of task ${task}`];
      printClock(context, report, printable(about.join('')));
    }
    return undefined;
  },
});
