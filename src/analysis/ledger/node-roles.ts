import type { Answerer } from '../reports/answerer.ts';

/** What each node is there for: its latest registration that names a role, whenever that was. */
export async function nodeRoles(ask: Answerer): Promise<ReadonlyMap<string, string>> {
  const told = await ask.aggregate({
    metric: 'node.registered',
    aggregations: ['count'],
    groupBy: ['node_id', 'role'],
  });
  const roles = new Map<string, string>();
  const add = (node: unknown, role: unknown): void => {
    if (typeof node === 'string' && typeof role === 'string') roles.set(node, role);
  };
  for (const { group } of told.rows) add(group['node_id'], group['role']);
  if (roles.size === told.rows.length) return roles;
  // Some node had several roles: which was the latest, only single events tell.
  const latest = await ask.aggregate({
    metric: 'node.registered',
    aggregations: ['last(role)'],
    groupBy: ['node_id'],
  });
  for (const { group, values } of latest.rows) add(group['node_id'], values['last(role)']);
  return roles;
}
