import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { advanceCluster, firstMemory, snapshotNow } from '../../../src/sources/amicus-state/advance-cluster.ts';
import { decodeBaseline, encodeBaseline } from '../../../src/sources/amicus-state/baseline.ts';
import { emptyMemory } from '../../../src/sources/amicus-state/cluster-memory.ts';
import type { ClusterModel } from '../../../src/sources/amicus-state/cluster-model.ts';
import type { StateDocument } from '../../support/state-documents.ts';
import { at, FollowedCluster, lookAt, modelOf, plain } from '../../support/state-versions.ts';

const NODES = ['Node-A', 'Node-B'];
const TASKS = ['task-1', 'task-2', 'task-3'];

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const moment = fc.integer({ min: 1, max: 400 }).map((tenth) => at(tenth / 10));

/** Any state of a cluster of two nodes and three tasks, with or without ids and times, likely or not. */
const document: fc.Arbitrary<StateDocument> = fc.record({
  cluster_nodes: fc.dictionary(
    fc.constantFrom(...NODES),
    fc.record({
      status: fc.constantFrom('idle', 'working', 'waiting', 'terminated', 'odd'),
      current_task_id: maybe(fc.constantFrom(...TASKS)),
      last_heartbeat: maybe(moment),
      registered_at: maybe(fc.constantFrom(at(1), at(2))),
      idle_since: maybe(moment),
    }),
    { maxKeys: 2 },
  ),
  next_steps: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...TASKS),
      task: fc.constant('the text'),
      status: fc.constantFrom('pending', 'in_progress', 'completed', 'failed', 'blocked', 'cancelled', 'odd'),
      assigned_to: maybe(fc.constantFrom(...NODES)),
      created_at: maybe(fc.constantFrom(at(1), at(2))),
      claimed_at: maybe(fc.constantFrom(at(3), at(4), at(5))),
      completed_at: maybe(moment),
    }),
    { selector: (task) => task.id, maxLength: 3 },
  ),
});
const history = fc.array(document, { minLength: 1, maxLength: 25 });

/** What a reader of the events alone believes: the phase of each task, who is there, and each node's status. */
function replay(events: readonly IncomingEvent[]) {
  const tasks = new Map<string, string>();
  const nodes = new Set<string>();
  const wrong: string[] = [];
  const counts = { created: 0, completed: 0, removed: 0, joined: 0, left: 0 };
  for (const { metric, data } of events) {
    const taskId = String(data['task_id']);
    const nodeId = String(data['node_id']);
    if (metric === 'task.created') {
      counts.created += 1;
      tasks.set(taskId, 'queued');
    } else if (metric === 'task.claimed') {
      if (tasks.get(taskId) !== 'queued') wrong.push(`${metric} of a task that is not queued`);
      tasks.set(taskId, 'claimed');
    } else if (metric === 'task.completed') {
      if (tasks.get(taskId) !== 'claimed') wrong.push(`${metric} of a task that is not claimed`);
      counts.completed += 1;
      tasks.delete(taskId);
    } else if (metric === 'task.released' && data['reason'] === 'removed') {
      counts.removed += 1;
      tasks.delete(taskId);
    } else if (metric === 'task.released') {
      if (tasks.get(taskId) !== 'claimed') wrong.push(`${metric} of a task that is not claimed`);
      tasks.set(taskId, 'queued');
    } else if (metric === 'node.registered') {
      if (nodes.has(nodeId)) wrong.push(`${metric} of a node that is there`);
      counts.joined += 1;
      nodes.add(nodeId);
    } else if (metric === 'node.terminated') {
      if (!nodes.has(nodeId)) wrong.push(`${metric} of a node that is not there`);
      counts.left += 1;
      nodes.delete(nodeId);
    }
  }
  return { tasks: Object.fromEntries(tasks), nodes, counts, wrong };
}

const openTasks = (model: ClusterModel): [string, string][] =>
  [...model.tasks].filter(([, { phase }]) => phase !== 'ended').map(([taskId, { phase }]) => [taskId, phase]);
const presentNodes = (model: ClusterModel): string[] =>
  [...model.nodes].filter(([, { status }]) => status !== 'terminated').map(([nodeId]) => nodeId);

describe('a cluster followed through any versions of its file', () => {
  it('is told by events that lead to the state it is in, and whose counts add up', () => {
    fc.assert(
      fc.property(history, (documents) => {
        const cluster = new FollowedCluster();
        documents.forEach((version, n) => cluster.next(n * 5, version));
        const { tasks, nodes, counts, wrong } = replay(cluster.events);
        expect(wrong).toEqual([]);
        const { model } = cluster.memory;
        expect(tasks).toEqual(Object.fromEntries(openTasks(model)));
        expect(nodes).toEqual(new Set(presentNodes(model)));
        expect(counts.created - counts.completed - counts.removed).toBe(openTasks(model).length);
        expect(counts.joined - counts.left).toBe(presentNodes(model).length);
      }),
      { numRuns: 400 },
    );
  });

  it('gives each event an identity of its own', () => {
    fc.assert(
      fc.property(history, (documents) => {
        const cluster = new FollowedCluster();
        documents.forEach((version, n) => cluster.next(n * 5, version));
        const identities = cluster.events.map(({ identity }) => identity);
        expect(new Set(identities).size).toBe(identities.length);
      }),
      { numRuns: 400 },
    );
  });

  it('is told the same by a watcher that is started anew between any two versions', () => {
    fc.assert(
      fc.property(history, (documents) => {
        const [steady, restarted] = [new FollowedCluster(), new FollowedCluster()];
        documents.forEach((version, n) => {
          steady.next(n * 5, version);
          const kept = decodeBaseline(encodeBaseline(restarted.memory, '.'), '.');
          expect(kept).toBeDefined();
          restarted.memory = kept ?? restarted.memory;
          restarted.next(n * 5, version);
        });
        expect(restarted.events).toEqual(steady.events);
      }),
      { numRuns: 200 },
    );
  });

  it('is told nothing new by a watcher that goes on from an older baseline and sees the versions again', () => {
    fc.assert(
      fc.property(history, fc.nat(), (documents, from) => {
        const steady = new FollowedCluster();
        const memories = documents.map((version, n) => {
          const before = steady.memory;
          steady.next(n * 5, version);
          return before;
        });
        const start = from % documents.length;
        const late = new FollowedCluster();
        late.memory = memories[start] ?? late.memory;
        documents.slice(start).forEach((version, n) => late.next((start + n) * 5, version));
        const known = new Set(steady.events.map(({ identity }) => identity));
        expect(late.events.filter(({ identity }) => !known.has(identity))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('tells nothing of a first version that was there before', () => {
    fc.assert(
      fc.property(document, (version) => {
        const model = modelOf(version, 30);
        const memory = firstMemory(model, at(30) * 1e6);
        const { events } = advanceCluster(memory, modelOf({ ...version, summary: 'new' }, 31), lookAt(31));
        const allowed = new Set(['state.write', 'cluster.snapshot', 'node.status']);
        expect(events.filter(({ metric }) => !allowed.has(metric))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('messages, writes and snapshots', () => {
  const messages = (...list: unknown[]): StateDocument => ({ messages: list });

  it('counts and measures messages, and takes a pruned list for no news', () => {
    const cluster = new FollowedCluster();
    const first = { from: 'Node-A', message: 'Grüße', timestamp: at(1) };
    const second = { sender: 'Node-B', to: 'Node-A', text: 'abc', created_at: at(2) };
    expect(plain(cluster.next(1, messages(first)))).toEqual([
      ['message.sent', 1, { node_id: 'Node-A', kind: 'broadcast', size_bytes: 7 }],
    ]);
    expect(plain(cluster.next(2, messages(first, second)))).toEqual([
      ['message.sent', 2, { node_id: 'Node-B', kind: 'direct', size_bytes: 3 }],
    ]);
    expect(cluster.next(3, messages(second))).toEqual([]);
    expect(cluster.next(4, messages())).toEqual([]);
  });

  it('counts a message that is sent again, even when nothing but its number tells it apart', () => {
    const cluster = new FollowedCluster();
    for (const list of [['ok'], ['ok', 'ok'], [], ['ok']]) cluster.next(1, messages(...list));
    const sent = cluster.events.filter(({ metric }) => metric === 'message.sent');
    expect(new Set(sent.map(({ identity }) => identity)).size).toBe(3);
    expect(sent).toHaveLength(3);
  });

  it('tells each write with its size, and its writer where one node alone changed', () => {
    const cluster = new FollowedCluster();
    const nodes = (a: number, b: number): StateDocument => ({
      cluster_nodes: { 'Node-A': { last_heartbeat: at(a) }, 'Node-B': { last_heartbeat: at(b) } },
    });
    for (const [seconds, version] of [
      [1, nodes(1, 1)],
      [2, nodes(1, 2)],
      [3, nodes(3, 3)],
    ] as const) {
      cluster.next(seconds, version);
    }
    const writes = cluster.events.filter(({ metric }) => metric === 'state.write');
    const size = JSON.stringify(nodes(1, 1)).length;
    expect(plain(writes)).toEqual([
      ['state.write', 1, { file_size_bytes: size }],
      ['state.write', 2, { node_id: 'Node-B', file_size_bytes: size }],
      ['state.write', 3, { file_size_bytes: size }],
    ]);
  });

  it('counts two writes although a writer left the time of the one before in the file', () => {
    const cluster = new FollowedCluster();
    for (const summary of ['a', 'b']) cluster.next(1, { last_updated: at(1), summary });
    const writes = cluster.events.filter(({ metric }) => metric === 'state.write');
    expect(new Set(writes.map(({ identity }) => identity)).size).toBe(2);
  });

  const busy = (pending: number): StateDocument => ({
    cluster_nodes: { a: { status: 'idle', last_heartbeat: at(0) }, b: { status: 'working', last_heartbeat: at(80) } },
    next_steps: [
      { task: 'one', status: 'in_progress', assigned_to: 'b' },
      ...Array.from({ length: pending }, (_, n) => ({ task: `more ${n}`, status: 'pending', created_at: at(40 + n) })),
    ],
    cluster_metadata: { max_agents: '4', manager_id: 'a' },
    work_distribution: { workload_status: 'Balanced', spawn_recommendation: 'maintain', last_assessment: at(70) },
  });

  it('takes a snapshot when a count changed, and not when only ages did', () => {
    const cluster = new FollowedCluster();
    const versions = [busy(2), { ...busy(2), summary: 'same counts' }, busy(3)];
    versions.forEach((version, n) => cluster.next(80 + n, version));
    expect(plain(cluster.events.filter(({ metric }) => metric === 'cluster.snapshot'))).toEqual(
      [
        [80, 2, 40, 10],
        [82, 3, 42, 12],
      ].map(([seconds, pending, oldest, assessed]) => [
        'cluster.snapshot',
        seconds,
        {
          active_nodes: 2,
          idle_nodes: 1,
          pending_tasks: pending,
          in_progress_tasks: 1,
          oldest_pending_seconds: oldest,
          max_nodes: 4,
          workload_status: 'balanced',
          spawn_recommendation: 'maintain',
          assessment_age_seconds: assessed,
        },
      ]),
    );
  });

  it('takes one snapshot for each interval, by the clock, without the nodes that are silent by then', () => {
    const cluster = new FollowedCluster();
    cluster.next(80, busy(0));
    const taken = [95, 96, 125].map((seconds) => snapshotNow(cluster.memory, lookAt(seconds), 30_000_000));
    expect(taken.map((event) => event?.data['active_nodes'])).toEqual([1, 1, 1]);
    expect(new Set(taken.map((event) => event?.identity)).size).toBe(2);
    expect(snapshotNow(emptyMemory(1), lookAt(95), 30_000_000)).toBeUndefined();
  });
});
