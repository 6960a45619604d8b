import { describe, expect, it } from 'vitest';
import { at, FollowedCluster, plain } from '../../support/state-versions.ts';

const task = (fields: Record<string, unknown>): Record<string, unknown> => ({
  next_steps: [{ id: 'task-1', task: 'Port the tests', priority: 'high', created_at: at(1), ...fields }],
  cluster_nodes: { 'Node-A': { status: 'working' }, 'Node-B': { status: 'working' } },
});
const pending = task({ status: 'pending' });
const claimed = task({ status: 'in_progress', assigned_to: 'Node-A', claimed_at: at(5) });
const withoutTimes = (status: string, holder?: string): Record<string, unknown> =>
  task({ status, created_at: undefined, assigned_to: holder });

function started(...documents: readonly (readonly [number, Record<string, unknown>])[]): FollowedCluster {
  const cluster = new FollowedCluster();
  cluster.next(0, { cluster_nodes: pending['cluster_nodes'] });
  for (const [seconds, document] of documents) cluster.next(seconds, document);
  return cluster;
}

describe('a task between two versions of the file', () => {
  it('is created with its own time', () => {
    expect(plain(started().next(2, pending))).toEqual([['task.created', 1, { task_id: 'task-1', priority: 'high' }]]);
  });

  it('is claimed after it waited in the queue', () => {
    expect(plain(started([2, pending]).next(6, claimed))).toEqual([
      ['task.claimed', 5, { task_id: 'task-1', node_id: 'Node-A', priority: 'high', queue_seconds: 4 }],
    ]);
  });

  it('is claimed at the time of the write when the file gives none', () => {
    const cluster = started([2, withoutTimes('pending')]);
    expect(plain(cluster.next(6, withoutTimes('in_progress', 'Node-A')))).toEqual([
      ['task.claimed', 6, { task_id: 'task-1', node_id: 'Node-A', priority: 'high', queue_seconds: 4 }],
    ]);
  });

  it('is completed with duration, outcome and figures where the file has them', () => {
    const done = task({
      status: 'completed',
      assigned_to: 'Node-A',
      claimed_at: at(5),
      completed_at: at(15.5),
      outcome: 'Failed',
      files_modified: ['a.ts', 'b.ts'],
      tests_passed: '7',
      tests_failed: 1,
    });
    expect(plain(started([2, pending], [6, claimed]).next(16, done))).toEqual([
      [
        'task.completed',
        15.5,
        {
          task_id: 'task-1',
          node_id: 'Node-A',
          duration_seconds: 10.5,
          outcome: 'failure',
          files_modified: 2,
          tests_passed: 7,
          tests_failed: 1,
        },
      ],
    ]);
  });

  it('has the outcome unknown when nobody said it', () => {
    const done = withoutTimes('done');
    const [event] = started([2, withoutTimes('todo')], [6, withoutTimes('doing', 'Node-A')]).next(9, done);
    expect(event?.data).toMatchObject({ node_id: 'Node-A', outcome: 'unknown', duration_seconds: 3 });
  });

  it('tells what it skipped, as concluded and without a duration that nobody knows', () => {
    expect(plain(started([2, pending]).next(9, task({ status: 'completed', completed_at: at(8) })))).toEqual([
      ['task.claimed?', 8, { task_id: 'task-1', priority: 'high' }],
      ['task.completed?', 8, { task_id: 'task-1', outcome: 'unknown' }],
    ]);
  });

  it('goes back to the queue, and is claimed a second time under another identity', () => {
    const cluster = started([2, pending], [6, claimed]);
    expect(plain(cluster.next(10, task({ status: 'pending', released_at: at(9) })))).toEqual([
      ['task.released', 9, { task_id: 'task-1', node_id: 'Node-A', reason: 'released', held_seconds: 4 }],
    ]);
    const again = task({ status: 'in_progress', assigned_to: 'Node-B', claimed_at: at(12) });
    expect(plain(cluster.next(12, again))).toEqual([
      ['task.claimed', 12, { task_id: 'task-1', node_id: 'Node-B', priority: 'high', queue_seconds: 3 }],
    ]);
    const claims = cluster.events.filter(({ metric }) => metric === 'task.claimed').map(({ identity }) => identity);
    expect(new Set(claims).size).toBe(2);
  });

  it('has two claims of two identities also where the file gives no times', () => {
    const cluster = started();
    for (const status of ['pending', 'in_progress', 'pending', 'in_progress', 'done'])
      cluster.next(3, withoutTimes(status));
    const told = cluster.events.filter(({ metric }) => metric.startsWith('task.'));
    expect(told.map(({ metric }) => metric)).toEqual([
      'task.created',
      'task.claimed',
      'task.released',
      'task.claimed',
      'task.completed',
    ]);
    expect(new Set(told.map(({ identity }) => identity)).size).toBe(5);
  });

  it('shows by its time that it was released and claimed again by the same node between two looks', () => {
    const again = task({ status: 'in_progress', assigned_to: 'Node-A', claimed_at: at(20) });
    expect(plain(started([2, pending], [6, claimed]).next(21, again))).toEqual([
      ['task.released?', 20, { task_id: 'task-1', node_id: 'Node-A', reason: 'unknown', held_seconds: 15 }],
      ['task.claimed', 20, { task_id: 'task-1', node_id: 'Node-A', priority: 'high', queue_seconds: 0 }],
    ]);
  });

  it('is handed over to another node', () => {
    const handed = task({ status: 'in_progress', assigned_to: 'Node-B', claimed_at: at(9) });
    expect(plain(started([2, pending], [6, claimed]).next(9, handed))).toEqual([
      [
        'task.released',
        9,
        { task_id: 'task-1', node_id: 'Node-A', reason: 'handed_over', to_node_id: 'Node-B', held_seconds: 4 },
      ],
      ['task.claimed', 9, { task_id: 'task-1', node_id: 'Node-B', priority: 'high', queue_seconds: 0 }],
    ]);
  });

  it.each([
    ['left', { 'Node-A': { status: 'terminated' } }],
    ['was removed', {}],
    ['was given up', { 'Node-A': { status: 'working', last_heartbeat: at(-700) } }],
  ])('is released as lost when its holder %s', (_what, nodes) => {
    const cluster = started([2, pending], [6, claimed]);
    const events = cluster.next(9, { ...pending, cluster_nodes: nodes });
    expect(events.find(({ metric }) => metric === 'task.released')?.data).toMatchObject({ reason: 'node_lost' });
  });

  it('is released as blocked', () => {
    const [event] = started([2, pending], [6, claimed]).next(9, task({ status: 'On-Hold' }));
    expect(event?.data).toMatchObject({ reason: 'blocked', node_id: 'Node-A' });
  });

  it('leaves the queue unclaimed when it is removed', () => {
    expect(plain(started([2, pending]).next(9, { ...pending, next_steps: [] }))).toEqual([
      ['task.released?', 9, { task_id: 'task-1', reason: 'removed' }],
    ]);
  });

  it('was probably completed when it vanishes while its holder has turned idle', () => {
    const gone = { next_steps: [], cluster_nodes: { 'Node-A': { status: 'idle', current_task_id: null } } };
    const events = started([2, pending], [6, claimed]).next(9, gone);
    expect(plain(events.filter(({ metric }) => metric.startsWith('task.')))).toEqual([
      ['task.completed?', 9, { task_id: 'task-1', node_id: 'Node-A', duration_seconds: 4, outcome: 'unknown' }],
    ]);
  });

  it('was removed when it vanishes while its holder still points at it', () => {
    const gone = { next_steps: [], cluster_nodes: { 'Node-A': { status: 'working', current_task_id: 'task-1' } } };
    const events = started([2, pending], [6, claimed]).next(9, gone);
    expect(events.find(({ metric }) => metric === 'task.released')?.data).toMatchObject({ reason: 'removed' });
  });

  it('is not told again when it is archived after its completion', () => {
    const cluster = started([2, pending], [6, claimed], [8, task({ status: 'completed' })]);
    expect(cluster.next(9, { ...pending, next_steps: [] })).toEqual([]);
  });

  it('enters the queue again when it is reopened, under another identity', () => {
    const cluster = started([2, pending], [6, claimed], [8, task({ status: 'completed' })]);
    expect(plain(cluster.next(9, pending))).toEqual([['task.created', 9, { task_id: 'task-1', priority: 'high' }]]);
    const created = cluster.events.filter(({ metric }) => metric === 'task.created').map(({ identity }) => identity);
    expect(new Set(created).size).toBe(2);
  });

  it('is claimed when a node points at it, and a node that vanished long ago does not', () => {
    const pointed = { ...pending, cluster_nodes: { 'Node-A': { status: 'working', current_task_id: 'task-1' } } };
    const event = started([2, pending])
      .next(6, pointed)
      .find(({ metric }) => metric === 'task.claimed');
    expect(event?.data).toMatchObject({ task_id: 'task-1', node_id: 'Node-A' });
    const stale = { 'Node-A': { status: 'working', current_task_id: 'task-1', last_heartbeat: at(-95) } };
    const events = started([2, pending]).next(6, { ...pending, cluster_nodes: stale });
    expect(events.filter(({ metric }) => metric === 'task.claimed')).toEqual([]);
  });

  it('was already there when the watch began: nothing is told of its past', () => {
    const cluster = FollowedCluster.found(claimed, 50);
    const [event, ...more] = cluster.next(60, task({ status: 'completed', assigned_to: 'Node-A', claimed_at: at(5) }));
    expect(more).toEqual([]);
    expect(event?.data).toMatchObject({ duration_seconds: 55 });
    const unknown = FollowedCluster.found(withoutTimes('in_progress', 'Node-A'), 50);
    expect(unknown.next(60, withoutTimes('done', 'Node-A'))[0]?.data['duration_seconds']).toBeUndefined();
  });

  it('is told as concluded after a gap, with the times of the file', () => {
    const events = started([2, pending]).next(900, claimed, { gap: true });
    expect(plain(events)).toEqual([
      ['task.claimed?', 5, { task_id: 'task-1', node_id: 'Node-A', priority: 'high', queue_seconds: 4 }],
    ]);
  });

  it('does not take a time from the future or from before the last look', () => {
    const odd = task({ status: 'in_progress', assigned_to: 'Node-A', claimed_at: at(-4_000) });
    expect(plain(started([2, pending]).next(6, odd))).toEqual([
      ['task.claimed', 6, { task_id: 'task-1', node_id: 'Node-A', priority: 'high', queue_seconds: 5 }],
    ]);
  });
});
