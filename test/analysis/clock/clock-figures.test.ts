import { describe, expect, it } from 'vitest';

import { concurrency } from '../../../src/analysis/clock/concurrency.ts';
import { repeatedWork, zombieClaims } from '../../../src/analysis/clock/lost-work.ts';
import { queueWaits } from '../../../src/analysis/clock/queue-waits.ts';
import { utilisation } from '../../../src/analysis/clock/utilisation.ts';
import { clockOf, second, type Told } from '../../support/clock-events.ts';

const task = (task_id: string, more = {}) => ({ task_id, ...more });
const created = (id: string, at: number, priority?: string): Told => [
  at,
  'task.created',
  undefined,
  task(id, { priority }),
];
const claimed = (id: string, at: number, node: string): Told => [at, 'task.claimed', node, task(id)];
const ended = (id: string, at: number, node: string, outcome = 'success'): Told => [
  at,
  'task.completed',
  node,
  task(id, { outcome }),
];

describe('queue waits', () => {
  const told: Told[] = [
    created('t', 0, 'low'),
    claimed('t', 100, 'a'),
    created('u', 50, 'high'),
    claimed('u', 60, 'b'),
    created('v', 70, 'high'),
    claimed('v', 90, 'c'),
    created('w', 80, 'low'),
  ];

  it('are told by priority, with those that still wait beside those that ended', () => {
    expect(queueWaits(clockOf(told, 200))).toEqual([
      { priority: 'high', claims: 2, p50: 15, p90: 19, p95: 19.5, max: 20, waiting: 0, oldestSeconds: undefined },
      { priority: 'low', claims: 1, p50: 100, p90: 100, p95: 100, max: 100, waiting: 1, oldestSeconds: 120 },
    ]);
  });

  it('count whole where they end in the span', () => {
    expect(queueWaits(clockOf(told, 200, 95))).toMatchObject([{ priority: 'low', claims: 1, max: 100 }]);
  });

  it('do not count what was blocked, nor what nobody saw end', () => {
    const blocked: Told[] = [
      created('t', 0),
      claimed('t', 5, 'a'),
      [10, 'task.released', 'a', task('t', { reason: 'blocked' })],
      claimed('t', 500, 'a'),
      created('u', 0),
      ended('u', 400, 'b'),
    ];
    expect(queueWaits(clockOf(blocked, 600))).toMatchObject([{ claims: 1, max: 5 }]);
  });
});

describe('utilisation', () => {
  it('is the part of the known time alive in which a node worked', () => {
    const told: Told[] = [
      [0, 'node.registered', 'a', { role: 'developer' }],
      claimed('t', 20, 'a'),
      ended('t', 50, 'a'),
      [190, 'node.status', 'a', { status: 'silent' }],
      [0, 'node.registered', 'b'],
    ];
    const { cluster, nodes } = utilisation(clockOf(told, 200));
    expect(nodes[0]).toMatchObject({ nodeId: 'a', role: 'developer', knownMicros: 100e6, busyShare: 0.3 });
    expect(nodes[1]).toMatchObject({ nodeId: 'b', busyShare: 0 });
    expect(cluster).toMatchObject({ knownMicros: 300e6, busyShare: 0.1 });
  });

  it('is absent where nothing is known', () => {
    expect(utilisation(clockOf([], 200)).cluster.busyShare).toBeUndefined();
  });
});

describe('work that was lost', () => {
  const told: Told[] = [
    created('t', 0),
    claimed('t', 10, 'a'),
    [300, 'node.terminated', 'a'],
    [700, 'task.released', 'a', task('t', { reason: 'node_lost' })],
    claimed('t', 710, 'b'),
    ended('t', 800, 'b'),
  ];

  it('begins with a claim that nobody works at', () => {
    expect(zombieClaims(clockOf(told, 900))).toEqual([
      { taskId: 't', nodeId: 'a', fromMicros: second(300), toMicros: second(700), open: false },
    ]);
    expect(zombieClaims(clockOf(told.slice(0, 3), 500))).toMatchObject([{ open: true, toMicros: second(500) }]);
  });

  it('is done again by another', () => {
    expect(repeatedWork(clockOf(told, 900))).toEqual([{ taskId: 't', nodeId: 'a', byNodeId: 'b', lostSeconds: 290 }]);
  });

  it('is also what failed and was tried again, and not what was handed over', () => {
    const again: Told[] = [
      claimed('t', 0, 'a'),
      ended('t', 40, 'a', 'failure'),
      claimed('t', 50, 'a'),
      ended('t', 60, 'a'),
    ];
    expect(repeatedWork(clockOf(again, 100))).toMatchObject([{ lostSeconds: 40 }]);
    const handed: Told[] = [
      claimed('t', 0, 'a'),
      [40, 'task.released', 'a', task('t', { reason: 'handed_over', to_node_id: 'b' })],
      ended('t', 60, 'b'),
    ];
    expect(repeatedWork(clockOf(handed, 100))).toEqual([]);
  });
});

describe('concurrency', () => {
  it('is how many nodes work at once, by time', () => {
    const told: Told[] = [
      claimed('t', 0, 'a'),
      ended('t', 60, 'a'),
      claimed('u', 60, 'a'),
      ended('u', 80, 'a'),
      claimed('v', 30, 'b'),
      ended('v', 60, 'b'),
    ];
    const { points, mean, max } = concurrency(clockOf(told, 90), 30e6);
    expect(points.map((point) => [point.mean, point.max])).toEqual([
      [1, 1],
      [2, 2],
      [20 / 30, 1],
    ]);
    expect(mean).toBeCloseTo(110 / 90);
    expect(max).toBe(2);
  });

  it('is nothing where nobody works', () => {
    expect(concurrency(clockOf([], 60), 30e6)).toMatchObject({ mean: 0, max: 0 });
  });
});
