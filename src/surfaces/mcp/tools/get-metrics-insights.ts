import { z } from 'zod';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { QueryError } from '../../../model/errors.ts';
import { sizeArgument } from '../answer.ts';
import { defineTool, READS_ONLY } from './tool.ts';

const MIN_HOURS = 1;
const MAX_HOURS = 14 * 24;

export const getMetricsInsights = defineTool({
  name: 'get_metrics_insights',
  title: 'What is wrong, and what to do',
  description:
    'What is wrong in the cluster of agents now, with its cause, what it costs and the action to take. Ask this first.',
  annotations: READS_ONLY,
  input: {
    size: sizeArgument,
    window: z
      .string()
      .regex(/^\d{1,3}[hd]$/)
      .default('24h')
      .describe('Time that is judged against the 4 weeks before: 6h, 24h, 7d.'),
    node_id: z.string().max(128).optional().describe('Only what is about this node.'),
  },
  async answer(desk, { size, window, node_id: nodeId }) {
    const hours = Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1);
    if (hours < MIN_HOURS || hours > MAX_HOURS) {
      throw new QueryError('BAD_QUESTION', `A window of ${window} cannot be judged.`, {
        hint: `Give one from ${MIN_HOURS}h to ${MAX_HOURS / 24}d.`,
      });
    }
    const { insightsJson } = await import('../insights-json.ts');
    return insightsJson(await desk.insights(hours * MICROS_PER_HOUR), { size, nodeId }, desk.evidence);
  },
});
