import { z } from 'zod';
import { QueryError } from '../../../model/errors.ts';
import { defineTool, READS_ONLY } from './tool.ts';

export const getMyWorkload = defineTool({
  name: 'get_my_workload',
  title: 'Your own workload',
  description:
    'For one agent about itself, under 200 tokens: a signal (carry_on, slow_down, take_more_work, wait_for_work, ' +
    'finish_and_stop, ask_human) with the figure behind it, queue, own tasks, like work, budget.',
  annotations: READS_ONLY,
  input: { node_id: z.string().min(1).max(128).optional().describe('Your node id; may be known already.') },
  async answer(desk, { node_id: given }, { nodeId: told }) {
    const nodeId = given ?? told;
    if (nodeId === undefined) {
      throw new QueryError('BAD_QUESTION', 'Nobody told which node you are.', {
        hint: 'Give node_id, the name you registered with.',
      });
    }
    const { workloadAnswer } = await import('../workload-answer.ts');
    return workloadAnswer(desk, nodeId);
  },
});
