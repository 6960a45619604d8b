import type { IncomingEvent } from '../../src/model/event.ts';
import { minutesBefore } from './detect.ts';

/** A task as a test tells it; times are minutes before the end of the window. */
export type ToldTask = {
  readonly id: string;
  readonly created: number;
  /** Absent: nobody took it. */
  readonly claimed?: number;
  /** Absent: it is still held. */
  readonly completed?: number;
  readonly node?: string;
  readonly priority?: 'high' | 'medium' | 'low';
};

export function taskEvents({ id, created, claimed, completed, node = 'Node-A1B2', priority = 'medium' }: ToldTask) {
  const events: IncomingEvent[] = [minutesBefore(created, 'task.created', { task_id: id, priority })];
  if (claimed !== undefined) {
    const data = { task_id: id, node_id: node, priority, queue_seconds: (created - claimed) * 60 };
    events.push(minutesBefore(claimed, 'task.claimed', data));
  }
  if (claimed !== undefined && completed !== undefined) {
    const data = { task_id: id, node_id: node, duration_seconds: (claimed - completed) * 60, outcome: 'success' };
    events.push(minutesBefore(completed, 'task.completed', data));
  }
  return events;
}

/** A node that joined so many minutes before the end of the window. */
export function nodeEvents(node: string, joined: number, role = 'developer'): IncomingEvent[] {
  return [
    minutesBefore(joined, 'node.registered', { node_id: node, role }),
    minutesBefore(joined, 'node.status', { node_id: node, status: 'idle' }),
  ];
}

export const MINUTES_PER_DAY = 24 * 60;
/** Nodes of `usualTasks`. */
export const NODES = ['Node-A1B2', 'Node-C3D4', 'Node-E5F6'] as const;

/**
 * Tasks that came each hour on working days and nights alike, taken at once by one node after the other, and done in
 * `minutes` or somewhat more or less. From and to are minutes before the end of the window.
 */
export function usualTasks(from: number, to: number, minutes: (index: number) => number): IncomingEvent[] {
  const tasks: IncomingEvent[] = [];
  for (let [at, index] = [from, 0]; at > to + 50; at -= 60, index++) {
    // Between 0.8 and 1.2 times, the same each time.
    const length = minutes(index) * (0.8 + 0.1 * (index % 5));
    const node = NODES[index % NODES.length] ?? NODES[0];
    tasks.push(...taskEvents({ id: `task-${at}`, created: at, claimed: at - 0.5, completed: at - 0.5 - length, node }));
  }
  return tasks;
}

/** Three nodes that joined four weeks before the window. */
export const usualNodes = (): IncomingEvent[] => NODES.flatMap((node) => nodeEvents(node, 29 * MINUTES_PER_DAY));
