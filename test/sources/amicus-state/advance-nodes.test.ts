import { describe, expect, it } from 'vitest';
import { watchSilence } from '../../../src/sources/amicus-state/advance-cluster.ts';
import { at, FollowedCluster, lookAt, plain } from '../../support/state-versions.ts';

const node = (fields: Record<string, unknown>): Record<string, unknown> => ({
  cluster_nodes: { 'Node-A': { role: 'developer', model: { name: 'big-model' }, ...fields } },
});

function started(...documents: readonly (readonly [number, Record<string, unknown>])[]): FollowedCluster {
  const cluster = new FollowedCluster();
  cluster.next(0, {});
  for (const [seconds, document] of documents) cluster.next(seconds, document);
  return cluster;
}
const idle = node({ status: 'idle', last_heartbeat: at(3), idle_since: at(3) });

describe('a node between two versions of the file', () => {
  it('joins, and says its first status', () => {
    expect(plain(started().next(4, idle))).toEqual([
      ['node.registered', 3, { node_id: 'Node-A', role: 'developer', model: 'big-model' }],
      ['node.status', 3, { node_id: 'Node-A', status: 'idle' }],
    ]);
  });

  it('was already there when the watch began', () => {
    expect(FollowedCluster.found(idle, 4).next(5, { ...idle, summary: 'Busy' })).toEqual([]);
  });

  it('changes its status with its task, and a heartbeat alone is no event', () => {
    const cluster = started([4, idle]);
    expect(cluster.next(5, node({ status: 'idle', last_heartbeat: at(5), idle_since: at(3) }))).toEqual([]);
    const working = node({ status: 'Working', current_task_id: 'task-7', last_activity: at(6) });
    expect(plain(cluster.next(7, working))).toEqual([
      ['node.status', 6, { node_id: 'Node-A', status: 'working', previous: 'idle', task_id: 'task-7' }],
    ]);
  });

  it('has a new identity for each change back and forth, also when the writer leaves an old time in the file', () => {
    const cluster = started([4, idle]);
    for (const status of ['working', 'idle', 'working', 'idle']) {
      cluster.next(8, node({ status, idle_since: at(3), status_since: at(3) }));
    }
    const changes = cluster.events.filter(({ metric }) => metric === 'node.status').map(({ identity }) => identity);
    expect(changes).toHaveLength(5);
    expect(new Set(changes).size).toBe(5);
  });

  it.each([
    ['graceful', undefined],
    ['graceful', at(90)],
    ['idle_timeout', at(60)],
  ])('leaves: %s, idle since %s', (reason, idleSince) => {
    const left = node({ status: 'terminated', idle_since: idleSince, last_activity: at(100) });
    const events = started([4, idle]).next(101, left);
    expect(plain(events.filter(({ metric }) => metric === 'node.terminated'))).toEqual([
      ['node.terminated', 100, { node_id: 'Node-A', reason, uptime_seconds: 97 }],
    ]);
  });

  it('leaves when its entry is removed', () => {
    expect(plain(started([4, idle]).next(9, {}))).toEqual([
      ['node.terminated?', 9, { node_id: 'Node-A', reason: 'removed', uptime_seconds: 6 }],
    ]);
  });

  it('comes back after it left, as a registration of its own', () => {
    const cluster = started([4, idle], [9, node({ status: 'terminated' })]);
    expect(cluster.next(12, node({ status: 'idle' })).map(({ metric }) => metric)).toEqual([
      'node.registered',
      'node.status',
    ]);
    const joined = cluster.events.filter(({ metric }) => metric === 'node.registered').map(({ identity }) => identity);
    expect(new Set(joined).size).toBe(2);
  });

  it('shows by its time that it left and came back between two looks', () => {
    const first = node({ status: 'idle', registered_at: at(3) });
    const events = started([4, first]).next(20, node({ status: 'idle', registered_at: at(15) }));
    expect(plain(events)).toEqual([
      ['node.terminated?', 15, { node_id: 'Node-A', reason: 'unknown', uptime_seconds: 12 }],
      ['node.registered?', 15, { node_id: 'Node-A', role: 'developer', model: 'big-model' }],
      ['node.status', 20, { node_id: 'Node-A', status: 'idle' }],
    ]);
  });

  it('joined and left when it is first seen as terminated', () => {
    const events = started().next(9, node({ status: 'terminated' }));
    expect(events.map(({ metric, inferred }) => [metric, inferred])).toEqual([
      ['node.registered', true],
      ['node.terminated', true],
      ['node.status', false],
    ]);
  });

  it('falls silent 90 seconds after its last heartbeat, once, and comes back', () => {
    const cluster = started([4, idle]);
    expect(watchSilence(cluster.memory, lookAt(93)).events).toEqual([]);
    const { memory, events } = watchSilence(cluster.memory, lookAt(94));
    expect(plain(events)).toEqual([['node.status?', 93, { node_id: 'Node-A', status: 'silent', previous: 'idle' }]]);
    cluster.memory = memory;
    expect(watchSilence(cluster.memory, lookAt(95)).events).toEqual([]);
    const back = node({ status: 'idle', idle_since: at(3), last_heartbeat: at(120) });
    expect(plain(cluster.next(120, back))).toEqual(
      [['node.status', 3, { node_id: 'Node-A', status: 'idle', previous: 'silent' }]].map(([metric, , data]) => [
        metric,
        120,
        data,
      ]),
    );
  });

  it('is given up when others write ten minutes after its last sign of life, and may still come back', () => {
    const cluster = started([4, idle]);
    const nodes = (heartbeat: number): Record<string, unknown> => ({
      ...node({ status: 'idle', last_heartbeat: heartbeat, idle_since: at(3) }),
      summary: heartbeat,
    });
    const events = cluster.next(604, nodes(at(3)));
    expect(plain(events)).toEqual([
      ['node.terminated?', 603, { node_id: 'Node-A', reason: 'heartbeat_timeout', uptime_seconds: 0 }],
    ]);
    expect(cluster.next(700, nodes(at(3)))).toEqual([]);
    expect(cluster.next(800, nodes(at(799))).map(({ metric }) => metric)).toEqual(['node.registered', 'node.status']);
  });

  it('is not given up while nobody writes at all', () => {
    const cluster = started([4, idle]);
    const { events } = watchSilence(cluster.memory, lookAt(100_000));
    expect(events.map(({ data }) => data['status'])).toEqual(['silent']);
  });

  it('has the status other for a word outside the list', () => {
    const [, status] = started().next(4, node({ status: 'pondering' }));
    expect(status?.data).toMatchObject({ status: 'other' });
  });
});
