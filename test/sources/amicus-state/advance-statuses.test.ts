import { describe, expect, it } from 'vitest';
import { decodeBaseline, encodeBaseline } from '../../../src/sources/amicus-state/baseline.ts';
import { at, FollowedCluster, plain } from '../../support/state-versions.ts';

const task = (status: string, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  next_steps: [{ id: 'task-1', task: 'Port the tests', created_at: at(1), status, ...fields }],
  cluster_nodes: { 'Node-A': { status: 'working' } },
});
const held = { assigned_to: 'Node-A', claimed_at: at(5) };
const started = (): FollowedCluster => {
  const cluster = new FollowedCluster();
  cluster.next(0, { cluster_nodes: task('')['cluster_nodes'] });
  return cluster;
};
const statuses = (cluster: FollowedCluster): unknown[] =>
  plain(cluster.events.filter(({ metric }) => metric === 'task.status'));

describe('the status of a task', () => {
  it('is told where it says more than claims and ends do', () => {
    const cluster = started();
    cluster.next(2, task('blocked'));
    cluster.next(4, task('pending'));
    cluster.next(6, task('in_progress', held));
    cluster.next(8, task('Needs review', held));
    cluster.next(9, task('waiting-for-approval', held));
    cluster.next(12, task('completed', { ...held, completed_at: at(11) }));
    expect(statuses(cluster)).toEqual([
      ['task.status', 1, { task_id: 'task-1', status: 'blocked' }],
      ['task.status', 4, { task_id: 'task-1', status: 'pending', previous: 'blocked' }],
      ['task.status', 8, { task_id: 'task-1', status: 'in_review', previous: 'in_progress' }],
      ['task.status', 9, { task_id: 'task-1', status: 'human_wait', previous: 'in_review' }],
      ['task.status', 11, { task_id: 'task-1', status: 'completed', previous: 'human_wait' }],
    ]);
    expect(new Set(cluster.events.map(({ identity }) => identity)).size).toBe(cluster.events.length);
  });

  it('is not told of claims and ends alone', () => {
    const cluster = started();
    cluster.next(2, task('pending'));
    cluster.next(6, task('in_progress', held));
    cluster.next(12, task('failed', { ...held, completed_at: at(11) }));
    expect(statuses(cluster)).toEqual([]);
  });

  it('keeps a task claimed while its holder waits for a review', () => {
    const cluster = started();
    cluster.next(2, task('pending'));
    cluster.next(6, task('in_progress', held));
    expect(plain(cluster.next(8, task('in_review', held))).map((event) => (event as unknown[])[0])).toEqual([
      'task.status',
    ]);
  });

  it('holds no words of the file but its own', () => {
    const cluster = started();
    cluster.next(2, task('ask Anna in room 4'));
    expect(statuses(cluster)).toEqual([['task.status', 1, { task_id: 'task-1', status: 'other' }]]);
  });
});

describe('a question to a person', () => {
  const asking = (flag: boolean) => ({ ...task('pending'), ask_user: flag });

  it('is told with how long it waited', () => {
    const cluster = started();
    cluster.next(2, asking(false));
    expect(plain(cluster.next(10, asking(true)))).toEqual([['human.asked', 10, { waiting: true }]]);
    expect(cluster.next(20, asking(true))).toEqual([]);
    expect(plain(cluster.next(40, asking(false)))).toEqual([
      ['human.asked', 40, { waiting: false, waited_seconds: 30 }],
    ]);
  });

  it('that was there before anybody looked ends without a length', () => {
    const cluster = FollowedCluster.found(asking(true));
    expect(plain(cluster.next(40, asking(false)))).toEqual([['human.asked', 40, { waiting: false }]]);
  });

  it('is remembered by the next watcher', () => {
    const cluster = started();
    cluster.next(10, asking(true));
    const kept = decodeBaseline(encodeBaseline(cluster.memory, '.'), '.');
    expect(kept).toEqual(cluster.memory);
  });
});
