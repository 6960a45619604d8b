import { describe, expect, it } from 'vitest';
import type { AmicusState } from '../../src/bus/amicus-state.ts';
import { isActive, nodesOf, SILENT_AFTER_SECONDS } from '../../src/bus/node-registry.ts';
import { assessWorkload, withWorkload } from '../../src/bus/workload.ts';

const NOW = 1_770_200_000;

function cluster(nodes: readonly string[], tasks: readonly string[], idleSeconds = 5): AmicusState {
  const entries = nodes.map((word, index) => {
    const [role = '', status = ''] = word.split(' ');
    const idleSince = status === 'idle' ? NOW - idleSeconds : null;
    return [`Node-${index}`, { role, status, last_heartbeat: NOW - 1, idle_since: idleSince }];
  });
  const steps = tasks.map((word, index) => {
    const [status, priority = 'medium'] = word.split(' ');
    return { id: `task-${index}`, task: 'x', status, priority };
  });
  return { cluster_nodes: Object.fromEntries(entries), next_steps: steps };
}

const MANAGER = 'bootstrap_manager waiting';
const BUSY = 'developer working';
const FREE = 'developer idle';
const ARCHITECT = 'architect working';

describe('assessWorkload', () => {
  it.each([
    ['idle, nothing to do', [MANAGER, FREE], [], 'idle', 'maintain'],
    ['idle when all is completed', [MANAGER, FREE], ['completed'], 'idle', 'maintain'],
    ['balanced', [MANAGER, BUSY, FREE], ['in_progress', 'pending'], 'balanced', 'maintain'],
    ['underutilized', [MANAGER, BUSY, FREE, FREE], ['in_progress', 'pending'], 'underutilized', 'maintain'],
    ['2 pending: too few to spawn', [MANAGER, BUSY, ARCHITECT], ['pending', 'pending'], 'balanced', 'maintain'],
    [
      '3 pending, fewer than 4 active',
      [MANAGER, BUSY],
      ['pending', 'pending', 'pending'],
      'overloaded',
      'spawn_developer',
    ],
    [
      '3 pending, 4 active',
      [MANAGER, BUSY, BUSY, ARCHITECT],
      ['pending', 'pending', 'pending'],
      'overloaded',
      'maintain',
    ],
    ['urgent work, all busy', [MANAGER, BUSY, BUSY, ARCHITECT], ['pending high'], 'balanced', 'spawn_developer'],
    ['urgent work, all busy, no architect', [MANAGER, BUSY], ['pending high'], 'balanced', 'spawn_architect'],
    ['urgent work, one free', [MANAGER, BUSY, FREE], ['pending high'], 'balanced', 'maintain'],
    ['no node at all', [], ['pending', 'pending', 'pending'], 'overloaded', 'spawn_developer'],
  ])('%s', (_, nodes, tasks, status, recommendation) => {
    expect(assessWorkload(cluster(nodes, tasks), NOW)).toMatchObject({ status, recommendation });
  });

  it('sends nodes away that are idle for longer than timeout and grace', () => {
    expect(assessWorkload(cluster([MANAGER, FREE], [], 60), NOW).recommendation).toBe('maintain');
    expect(assessWorkload(cluster([MANAGER, FREE], [], 61), NOW).recommendation).toBe('terminate_idle');
  });

  it('counts neither nodes that left nor nodes that fell silent', () => {
    const state = cluster([MANAGER, 'developer terminated', FREE], []);
    expect(assessWorkload(state, NOW)).toMatchObject({ activeNodes: 2, idleNodes: 1, managerId: 'Node-0' });
    expect(assessWorkload(state, NOW + SILENT_AFTER_SECONDS + 1)).toMatchObject({
      activeNodes: 0,
      managerId: undefined,
    });
  });

  it('is written in the fields that Amicus has, beside those it does not know', () => {
    const state = { ...cluster([MANAGER, FREE], ['pending']), cluster_metadata: { max_agents: 7, badge: 'x' } };
    expect(withWorkload(state, assessWorkload(state, NOW), NOW)).toMatchObject({
      cluster_metadata: {
        badge: 'x',
        max_agents: 7,
        active_agent_count: 2,
        idle_agent_count: 1,
        pending_task_count: 1,
        manager_id: 'Node-0',
      },
      work_distribution: { last_assessment: NOW, workload_status: 'balanced', spawn_recommendation: 'maintain' },
    });
  });
});

describe('nodesOf', () => {
  it('reads a list with ids inside, a model as text, and entries that are no objects', () => {
    const state = { cluster_nodes: [{ node_id: 'Node-A', model: 'm', status: 'IDLE' }, 'junk', { role: 'nameless' }] };
    expect([...nodesOf(state)]).toMatchObject([['Node-A', { modelName: 'm', status: 'idle', role: 'unknown' }]]);
    expect([...nodesOf({ cluster_nodes: { 'Node-B': null } })]).toMatchObject([['Node-B', { status: 'idle' }]]);
  });

  it('takes a node without a heartbeat for active', () => {
    const [node] = nodesOf({ cluster_nodes: { 'Node-B': {} } }).values();
    expect(node !== undefined && isActive(node, NOW)).toBe(true);
  });
});
