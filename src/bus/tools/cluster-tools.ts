import { z } from 'zod';
import { listOf } from '../amicus-state.ts';
import { beat } from '../node-registry.ts';
import { assessWorkload, withWorkload } from '../workload.ts';
import { nodeIdArgument, textArgument } from './arguments.ts';
import { defineTool } from './tool.ts';

const assess = defineTool({
  name: 'assess_workload',
  description: 'Count nodes and tasks and judge the load. The manager calls it every 20 to 30 seconds.',
  input: z.object({}),
  async run(bus) {
    const workload = await bus.state.change((state, nowSeconds) => {
      const assessed = assessWorkload(state, nowSeconds);
      return { state: withWorkload(state, assessed, nowSeconds), answer: assessed };
    });
    return [
      `workload_status: ${workload.status}`,
      `spawn_recommendation: ${workload.recommendation}`,
      `active nodes: ${workload.activeNodes} of ${workload.maxAgents}, idle: ${workload.idleNodes}`,
      `tasks: ${workload.pendingTasks} pending, ${workload.runningTasks} in progress`,
    ].join('\n');
  },
});

const broadcastMessage = defineTool({
  name: 'broadcast_message',
  description: 'Send a message to all nodes.',
  input: z.object({ message: textArgument, agent_id: nodeIdArgument.optional() }),
  async run(bus, { message, agent_id: nodeId }) {
    if (nodeId !== undefined) bus.session.introduce(nodeId);
    const from = nodeId ?? bus.session.nodeId ?? 'unknown';
    await bus.state.change((state, nowSeconds) => {
      const messages = [...listOf(state['messages']), { from, message, timestamp: nowSeconds }];
      return { state: { ...(beat(state, from, nowSeconds) ?? state), messages }, answer: undefined };
    });
    return 'Message sent.';
  },
});

/** The cluster as a whole. */
export const CLUSTER_TOOLS = [assess, broadcastMessage] as const;
