import type { UsageLine } from './usage-line.ts';

/** How a line got its node and its task: told by its source, or concluded by a join. Absent: it has none. */
export type Attribution = {
  readonly node: 'told' | 'session' | undefined;
  readonly task: 'told' | 'session' | 'claim' | undefined;
};

/** What usage names itself. */
export function toldAttribution({ node_id: node, task_id: task }: UsageLine['fields']): Attribution {
  return { node: node === undefined ? undefined : 'told', task: task === undefined ? undefined : 'told' };
}

/** Whether the node or the task of a line was concluded rather than told. */
export function isConcluded({ attribution: { node, task } }: UsageLine): boolean {
  return node === 'session' || task === 'session' || task === 'claim';
}
