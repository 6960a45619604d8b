import { type AmicusState, listOf, textOf } from './amicus-state.ts';
import { nodesOf } from './node-registry.ts';
import { tasksOf } from './task-queue.ts';

/** Messages shown to a reader; older ones stay in the file until the manager prunes them. */
const SHOWN_MESSAGES = 20;

/** The state as text for a model to read: headings for summary, next steps, active files, nodes and messages. */
export function stateText(state: AmicusState): string {
  const tasks = tasksOf(state).map((task, index) => {
    const holder = task.holder === undefined ? '' : `, ${task.holder}`;
    return `${index + 1}. ${task.id} [${task.status}, ${task.priority}${holder}] ${task.text}`;
  });
  const nodes = [...nodesOf(state)].map(([nodeId, node]) => {
    const work = node.currentTaskId === undefined ? '' : ` on ${node.currentTaskId}`;
    return `- ${nodeId} (${node.role}, ${node.modelName}): ${node.status}${work}`;
  });
  const files = listOf(state['active_files']).map((file) => `- ${textOf(file) ?? 'unreadable entry'}`);
  const messages = listOf(state['messages']).slice(-SHOWN_MESSAGES).map(messageLine);
  const parts = [
    section('Summary', [textOf(state['summary']) ?? '']),
    section('Next steps', tasks),
    section('Active files', files),
    section('Nodes', nodes),
    section('Messages', messages),
  ];
  if (state['ask_user'] === true) parts.push('HIGH PRIORITY: human input is needed.');
  return parts.join('\n\n');
}

function section(heading: string, lines: readonly string[]): string {
  const body = lines.filter((line) => line !== '');
  return `## ${heading}\n${body.length === 0 ? 'None.' : body.join('\n')}`;
}

function messageLine(message: unknown): string {
  if (typeof message === 'string') return `- ${message}`;
  if (typeof message !== 'object' || message === null) return '';
  const { from, sender, agent_id: agentId, message: body, content, text } = message as Record<string, unknown>;
  return `- ${textOf(from ?? sender ?? agentId) ?? 'unknown'}: ${textOf(body ?? content ?? text) ?? ''}`;
}
