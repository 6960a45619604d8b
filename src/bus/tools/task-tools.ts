import { z } from 'zod';
import type { Bus } from '../bus.ts';
import { nodesOf, withStatus } from '../node-registry.ts';
import { PRIORITY_WORDS, type Task } from '../task-format.ts';
import { addTask, bestTask, claimTask, completeTask, findTask, type QueueChange } from '../task-queue.ts';
import { nodeIdArgument, taskArgument, textArgument } from './arguments.ts';
import { defineTool, ToolRefusal } from './tool.ts';

const addTaskTool = defineTool({
  name: 'add_task',
  description: 'Put a task into the queue.',
  input: z.object({
    task: textArgument.describe('What is to be done.'),
    priority: z.enum(PRIORITY_WORDS).default('medium'),
    assigned_to: nodeIdArgument.optional().describe('Reserve it for this node.'),
  }),
  async run(bus, { task, priority, assigned_to: assignedTo }) {
    // One task is one line of text in some dialects.
    const text = task.replaceAll(/\s+/g, ' ');
    const added = await bus.state.change((state, nowSeconds) =>
      asDecision(addTask(state, bus.dialect, { text, priority, assignedTo }, nowSeconds)),
    );
    return added.done ? `Added ${named(added.task)}` : added.refusal;
  },
});

const claimTaskTool = defineTool({
  name: 'claim_task',
  description: 'Take one task. With from_agent, take over a task that this node holds, or hand over your own.',
  input: z.object({ task_id: taskArgument, agent_id: nodeIdArgument, from_agent: nodeIdArgument.optional() }),
  async run(bus, { task_id: name, agent_id: nodeId, from_agent: from }) {
    const claimed = await claim(bus, nodeId, (state) => findTask(state, name), from);
    if (claimed === undefined) throw new ToolRefusal(`There is no task "${name}".`);
    return claimed;
  },
});

const claimBestTask = defineTool({
  name: 'claim_best_task',
  description: 'Take the pending task of the highest priority. What you already hold comes first.',
  input: z.object({ agent_id: nodeIdArgument }),
  async run(bus, { agent_id: nodeId }) {
    return (await claim(bus, nodeId, (state) => bestTask(state, nodeId))) ?? 'No task is pending.';
  },
});

const completeTaskTool = defineTool({
  name: 'complete_task',
  description: 'Say that you are done with a task you hold, and how it ended.',
  input: z.object({
    task_id: taskArgument,
    agent_id: nodeIdArgument,
    outcome: z.string().trim().min(1).max(64).default('success').describe('success, failure, partial or abandoned.'),
    files_modified: z.int().min(0).optional(),
    tests_passed: z.int().min(0).optional(),
    tests_failed: z.int().min(0).optional(),
  }),
  async run(bus, { task_id: name, agent_id: nodeId, outcome, ...figures }) {
    bus.session.introduce(nodeId);
    const ended = await bus.state.change((state, nowSeconds) => {
      const task = findTask(state, name);
      if (task === undefined) throw new ToolRefusal(`There is no task "${name}".`);
      const change = completeTask(state, bus.dialect, { task, nodeId, outcome, figures }, nowSeconds);
      if (!change.done) throw new ToolRefusal(change.refusal);
      const next = nodesOf(state).has(nodeId)
        ? withStatus(change.state, nodeId, 'idle', undefined, nowSeconds)
        : change.state;
      return { state: next, answer: change.task };
    });
    if (bus.session.taskId === ended.id) bus.session.workOn(undefined);
    bus.metrics.taskCompleted(ended, nodeId, figures);
    return `Completed ${named(ended)}\nOutcome: ${outcome}.`;
  },
});

/** The queue of tasks. */
export const TASK_TOOLS = [addTaskTool, claimTaskTool, claimBestTask, completeTaskTool] as const;

/** Undefined when there is no such task. */
async function claim(
  bus: Bus,
  nodeId: string,
  choose: (state: Parameters<typeof bestTask>[0]) => Task | undefined,
  from?: string,
): Promise<string | undefined> {
  bus.session.introduce(from ?? nodeId);
  const claimed = await bus.state.change((state, nowSeconds) => {
    const task = choose(state);
    if (task === undefined) return { answer: undefined };
    if (task.status === 'in_progress' && task.holder === nodeId) return { answer: { task, before: task } };
    const receiver = nodesOf(state).get(nodeId);
    if (receiver?.status === 'terminated') throw new ToolRefusal(`${nodeId} has left the cluster.`);
    const change = claimTask(state, bus.dialect, { task, nodeId, from }, nowSeconds);
    if (!change.done) throw new ToolRefusal(change.refusal);
    let next = change.state;
    // Without ids in the file there is nothing that the node's entry could point to.
    const currentTaskId = bus.dialect.steps === 'objects' ? task.id : undefined;
    if (receiver !== undefined) next = withStatus(next, nodeId, 'working', currentTaskId, nowSeconds);
    if (from !== undefined && nodesOf(next).has(from)) next = withStatus(next, from, 'idle', undefined, nowSeconds);
    return { state: next, answer: { task: change.task, before: task } };
  });
  if (claimed === undefined) return undefined;
  const { task, before } = claimed;
  const isMine = nodeId === bus.session.nodeId;
  bus.session.workOn(isMine ? task.id : undefined);
  if (before === task) return `Already yours: ${named(task)}`;
  bus.metrics.taskClaimed(task, before, nodeId);
  return isMine ? `Claimed ${named(task)}` : `Claimed for ${nodeId}: ${named(task)}`;
}

function asDecision(change: QueueChange): { readonly state?: Record<string, unknown>; readonly answer: QueueChange } {
  return change.done ? { state: change.state, answer: change } : { answer: change };
}

function named(task: Task): string {
  return `${task.id} [${task.priority}]: ${task.text}`;
}
