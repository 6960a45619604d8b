import { z } from 'zod';
import { QueryError } from '../../../model/errors.ts';
import { sizeArgument } from '../answer.ts';
import { sinceArgument, spanOfArguments, untilArgument } from '../span-arguments.ts';
import { defineTool, READS_ONLY } from './tool.ts';

export const getClusterClock = defineTool({
  name: 'get_cluster_clock',
  title: 'Where time went',
  description:
    'Where the time of tasks and nodes went in a span: queued, blocked, working, waiting for a lock or a person, idle ' +
    '…, adding up to wall time; of the cluster, one node, or one task.',
  annotations: READS_ONLY,
  input: {
    size: sizeArgument,
    since: sinceArgument.default('24h'),
    until: untilArgument,
    node_id: z.string().max(128).optional().describe('Only this node.'),
    task_id: z.string().max(256).optional().describe('Only this task, interval by interval.'),
  },
  async answer({ context, nowMicros, evidence }, { size, since, until, node_id: nodeId, task_id: taskId }) {
    const [{ clockReport }, { clockAnswer }] = await Promise.all([
      import('../../../analysis/reports/clock-report.ts'),
      import('../clock-answer.ts'),
    ]);
    const { timeZone } = context;
    const question = { ...spanOfArguments({ since, until }, timeZone), nodeId, taskId };
    const report = await clockReport(await context.collector(), question, nowMicros);
    if (report.tasks.count === 0 && report.nodes.count === 0) {
      throw new QueryError('BAD_QUESTION', 'Nothing was told of such nodes or tasks in this time.', {
        hint: 'Look further back with since, such as 7d, and leave node_id and task_id out to see the whole cluster.',
      });
    }
    return clockAnswer(report, { size, timeZone, nodeId, taskId }, evidence);
  },
});
