import { describe, expect, it } from 'vitest';

import { clockOf, inWords, type Told } from '../../support/clock-events.ts';

const task = { task_id: 't' };
const joined: Told = [0, 'node.registered', 'a', { role: 'developer', model: 'm' }];
const claimed: Told = [10, 'task.claimed', 'a', task];
const completed: Told = [100, 'task.completed', 'a', task];
const livesOf = (told: readonly Told[], to = 1_000): readonly (readonly string[])[] =>
  clockOf(told, to).nodes.map(({ intervals }) => inWords(intervals));

describe('the life of a node', () => {
  it('is work while it has a task, and idle otherwise', () => {
    const [node] = clockOf([joined, claimed, completed], 300).nodes;
    expect(node).toMatchObject({ nodeId: 'a', role: 'developer', model: 'm' });
    expect(inWords(node?.intervals)).toEqual(['idle 0-10', 'working 10-100', 'idle 100-300']);
  });

  it('follows what the node says of itself between its tasks', () => {
    const told: Told[] = [
      joined,
      [20, 'node.status', 'a', { status: 'working' }],
      [50, 'node.status', 'a', { status: 'waiting' }],
    ];
    expect(livesOf(told, 80)).toEqual([['idle 0-20', 'working 20-50', 'waiting 50-80']]);
  });

  it('waits while its task does: for the lock, for a review, for a person', () => {
    const told: Told[] = [
      joined,
      claimed,
      [30, 'state.lock', 'a', { wait_ms: 5_000 }],
      [40, 'task.status', undefined, { ...task, status: 'in_review' }],
      completed,
    ];
    expect(livesOf(told, 100)).toEqual([
      ['idle 0-10', 'working 10-25', 'waiting 25-30', 'working 30-40', 'waiting 40-100'],
    ]);
  });

  it('is dead from its last sign of life, and lives again with the next', () => {
    const told: Told[] = [
      joined,
      [200, 'node.status', 'a', { status: 'silent' }],
      [600, 'node.status', 'a', { status: 'idle' }],
    ];
    expect(livesOf(told, 700)).toEqual([['idle 0-110', 'dead 110-600', 'idle 600-700']]);
  });

  it('ends when it leaves; with a task in hand, when that is taken from it', () => {
    const left: Told = [50, 'node.terminated', 'a', { reason: 'graceful' }];
    expect(livesOf([joined, left])).toEqual([['idle 0-50']]);
    const taken: Told = [80, 'task.claimed', 'b', task];
    expect(livesOf([joined, claimed, left, taken])[0]).toEqual(['idle 0-10', 'working 10-50', 'dead 50-80']);
  });

  it('is another one after it came back', () => {
    const told: Told[] = [joined, [50, 'node.terminated', 'a'], [400, 'node.registered', 'a']];
    expect(livesOf(told, 500)).toEqual([['idle 0-50'], ['idle 400-500']]);
  });

  it('of which only turns are known lasts from the first to the last of them', () => {
    const more: Told[] = [
      [200, 'task.claimed', 'a', { task_id: 'u' }],
      [250, 'task.completed', 'a', { task_id: 'u' }],
    ];
    expect(livesOf([claimed, completed, ...more])).toEqual([
      ['working 10-100', 'unattributed 100-200', 'working 200-250'],
    ]);
  });
});
