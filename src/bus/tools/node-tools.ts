import { z } from 'zod';
import { beat, managerOf, NODE_WORDS, nodesOf, registerNode, withStatus } from '../node-registry.ts';
import { releaseHeld } from '../task-queue.ts';
import { nodeIdArgument, textArgument } from './arguments.ts';
import { defineTool, ToolRefusal } from './tool.ts';

const STRENGTHS = ['low', 'medium', 'high', 'unknown'] as const;

const registerNodeTool = defineTool({
  name: 'register_node',
  description: 'Join the cluster, or say again who you are. Tells whether the cluster still needs a manager.',
  input: z.object({
    agent_id: nodeIdArgument,
    role: z.string().trim().min(1).max(128).describe('bootstrap_manager, architect or developer.'),
    model_name: z.string().trim().min(1).max(128),
    strength: z.enum(STRENGTHS).default('unknown'),
  }),
  async run(bus, { agent_id: nodeId, role, model_name: modelName, strength }) {
    bus.session.introduce(nodeId, true);
    const joined = await bus.state.change((state, nowSeconds) => {
      const known = nodesOf(state).get(nodeId);
      const next = registerNode(state, { nodeId, role, modelName, strength }, nowSeconds);
      const isNew = known === undefined || known.status === 'terminated';
      const needsManager = managerOf(nodesOf(next), nowSeconds) === undefined;
      return { state: next, answer: { isNew, needsManager, nowSeconds } };
    });
    if (joined.isNew) bus.metrics.nodeRegistered(nodeId, role, modelName, joined.nowSeconds);
    return `${nodeId} is registered as ${role}.\nbootstrap_required: ${joined.needsManager}`;
  },
});

const heartbeat = defineTool({
  name: 'heartbeat',
  description: 'Say that you are still there. Do so every 30 seconds.',
  input: z.object({ agent_id: nodeIdArgument }),
  async run(bus, { agent_id: nodeId }) {
    bus.session.introduce(nodeId);
    const isKnown = await bus.state.change((state, nowSeconds) => {
      const next = beat(state, nodeId, nowSeconds);
      return next === undefined ? { answer: false } : { state: next, answer: true };
    });
    if (!isKnown) throw new ToolRefusal(`${nodeId} is not registered. Call register_node first.`);
    return `Heartbeat of ${nodeId} noted.`;
  },
});

const setAgentStatus = defineTool({
  name: 'set_agent_status',
  description:
    'Say what you do now. When you are idle, or have no current task, what you hold goes back to the queue; terminated means you leave.',
  input: z.object({
    agent_id: nodeIdArgument,
    status: z.enum(NODE_WORDS),
    current_task_id: z.string().trim().max(128).nullish(),
  }),
  async run(bus, { agent_id: nodeId, status, current_task_id: taskId }) {
    bus.session.introduce(nodeId);
    const keepsTask = status === 'working' || status === 'waiting';
    const current = await bus.state.change((state, nowSeconds) => {
      // Not said is not "none": a node that only waits keeps its task.
      const stated = taskId === undefined ? nodesOf(state).get(nodeId)?.currentTaskId : (taskId ?? undefined);
      const currentTaskId = keepsTask ? stated : undefined;
      const isFree = !keepsTask || taskId === null;
      const next = isFree ? releaseHeld(state, bus.dialect, nodeId, nowSeconds) : state;
      return { state: withStatus(next, nodeId, status, currentTaskId, nowSeconds), answer: currentTaskId };
    });
    if (current === undefined) bus.session.workOn(undefined);
    return current === undefined ? `${nodeId} is ${status}.` : `${nodeId} is ${status} on ${current}.`;
  },
});

const RANKS: Readonly<Record<string, number>> = { high: 3, medium: 2, low: 1 };
/** Words that tell a demanding task from a simple one, in English task texts. */
const DEMANDING = /\b(design|architect|refactor|migrat|security|concurren|performance|debug)/i;

const getBestModel = defineTool({
  name: 'get_best_model',
  description: 'Ask which registered node has the right model for a task.',
  input: z.object({ task: textArgument.describe('What the task is about.') }),
  async run(bus, { task }) {
    const nodes = [...nodesOf(await bus.state.read())].filter(([, node]) => node.status !== 'terminated');
    if (nodes.length === 0) return 'No node is registered.';
    const ranked = nodes.sort(([, a], [, b]) => (RANKS[a.strength] ?? 0) - (RANKS[b.strength] ?? 0));
    const best = DEMANDING.test(task) ? ranked.at(-1) : ranked[Math.floor((ranked.length - 1) / 2)];
    return best === undefined ? 'No node is registered.' : `${best[1].modelName} (${best[1].strength}), on ${best[0]}.`;
  },
});

/** Who is there and what they do. */
export const NODE_TOOLS = [registerNodeTool, heartbeat, setAgentStatus, getBestModel] as const;
