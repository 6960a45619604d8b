import { describe, expect, it } from 'vitest';

import { clockOf, inWords, type Told } from '../../support/clock-events.ts';

const task = { task_id: 't' };
const created: Told = [0, 'task.created', undefined, task];
const claimed: Told = [10, 'task.claimed', 'a', task];
const completed: Told = [100, 'task.completed', 'a', task];
const lifeOf = (told: readonly Told[], to = 1_000, from = 0): readonly string[] =>
  inWords(clockOf(told, to, from).tasks[0]?.intervals);

describe('the life of a task', () => {
  it('is waiting and work', () => {
    expect(lifeOf([created, claimed, completed])).toEqual(['queued 0-10', 'working 10-100 by a']);
  });

  it('that is open lasts until now', () => {
    const [life] = clockOf([created, claimed], 50).tasks;
    expect(life?.open).toBe(true);
    expect(inWords(life?.intervals)).toEqual(['queued 0-10', 'working 10-50 by a']);
  });

  it('is cut where the span begins and ends, and is no part of spans without it', () => {
    const told = [created, claimed, completed];
    expect(lifeOf(told, 60, 5)).toEqual(['queued 5-10', 'working 10-60 by a']);
    expect(clockOf(told, 60).tasks[0]?.open).toBe(true);
    expect(clockOf(told, 900, 200).tasks).toEqual([]);
  });

  it('holds the waits for the lock and the test runs of its node', () => {
    const told: Told[] = [
      created,
      claimed,
      [25, 'state.lock', 'a', { wait_ms: 4_000, hold_ms: 1_000 }],
      [26, 'state.lock', 'b', { wait_ms: 9_000, hold_ms: 1_000 }],
      [60, 'tests.executed', 'a', { duration_seconds: 20 }],
      [80, 'tests.executed', undefined, { task_id: 't', duration_seconds: 5 }],
      completed,
    ];
    expect(lifeOf(told)).toEqual([
      'queued 0-10',
      'working 10-20 by a',
      'lock_wait 20-24 by a',
      'working 24-40 by a',
      'testing 40-60 by a',
      'working 60-75 by a',
      'testing 75-80 by a',
      'working 80-100 by a',
    ]);
  });

  it('is blocked from a release that says so until a status or a claim', () => {
    const blocked: Told = [20, 'task.released', 'a', { ...task, reason: 'blocked' }];
    const again: Told = [90, 'task.claimed', 'b', task];
    expect(lifeOf([created, claimed, blocked, again, completed])).toEqual([
      'queued 0-10',
      'working 10-20 by a',
      'blocked 20-90',
      'working 90-100 by b',
    ]);
    const ready: Told = [50, 'task.status', undefined, { ...task, status: 'pending' }];
    expect(lifeOf([created, claimed, blocked, ready, again, completed])).toContain('queued 50-90');
  });

  it('is in review or with a person as its status says, until the next status or turn', () => {
    const told: Told[] = [
      created,
      claimed,
      [40, 'task.status', undefined, { ...task, status: 'in_review' }],
      [60, 'task.status', undefined, { ...task, status: 'human_wait' }],
      [70, 'task.status', undefined, { ...task, status: 'in_progress' }],
      completed,
    ];
    expect(lifeOf(told)).toEqual([
      'queued 0-10',
      'working 10-40 by a',
      'in_review 40-60 by a',
      'human_wait 60-70 by a',
      'working 70-100 by a',
    ]);
  });

  it('waits for a person while one is asked for and its node says that it waits', () => {
    const told: Told[] = [
      created,
      claimed,
      [30, 'node.status', 'a', { status: 'waiting' }],
      [40, 'human.asked', undefined, { waiting: true }],
      [60, 'human.asked', undefined, { waiting: false }],
      [70, 'node.status', 'a', { status: 'working' }],
      completed,
    ];
    expect(lifeOf(told)).toEqual([
      'queued 0-10',
      'working 10-30 by a',
      'unattributed 30-40 by a',
      'human_wait 40-60 by a',
      'unattributed 60-70 by a',
      'working 70-100 by a',
    ]);
  });
});

describe('a question to a person', () => {
  const asked = (at: number, node: string | undefined, waiting: boolean): Told => [
    at,
    'human.asked',
    node,
    { waiting },
  ];
  const waits: Told = [30, 'node.status', 'a', { status: 'waiting' }];

  it('lasts until all who asked have their answer', () => {
    const told = [created, claimed, waits, asked(30, 'a', true), asked(35, 'b', true), asked(40, 'b', false)];
    expect(lifeOf([...told, asked(90, 'a', false), completed])).toContain('human_wait 30-90 by a');
  });

  it('ends for all when somebody else takes back the flag of the cluster', () => {
    const told = [created, claimed, waits, asked(30, 'a', true), asked(50, 'b', false)];
    expect(lifeOf([...told, completed])).toContain('human_wait 30-50 by a');
  });
});

describe('a turn that leads nowhere', () => {
  const taken: Told = [700, 'task.claimed', 'b', task];
  const done: Told = [900, 'task.completed', 'b', task];

  it('is abandoned from the last sign of life of its node', () => {
    const silent: Told = [140, 'node.status', 'a', { status: 'silent' }];
    const lost: Told = [650, 'task.released', 'a', { ...task, reason: 'node_lost' }];
    expect(lifeOf([created, claimed, silent, lost, taken, done])).toEqual([
      'queued 0-10',
      'working 10-50 by a',
      'abandoned 50-650 by a',
      'queued 650-700',
      'working 700-900 by b',
    ]);
  });

  it('is abandoned when its node left, until another takes it', () => {
    const left: Told = [300, 'node.terminated', 'a', { reason: 'process_exit' }];
    expect(lifeOf([created, claimed, left, taken, done])).toContain('abandoned 300-700 by a');
    expect(lifeOf([created, claimed, left], 500)).toContain('abandoned 300-500 by a');
  });

  it('is abandoned from the last thing its node did, when nobody tells of silence', () => {
    const sign: Told = [120, 'state.write', 'a'];
    expect(lifeOf([created, claimed, sign, taken, done])).toContain('abandoned 120-700 by a');
  });

  it('is abandoned when its node says that it is idle and another takes it', () => {
    const idle: Told = [200, 'node.status', 'a', { status: 'idle' }];
    expect(lifeOf([created, claimed, idle, taken, done])).toContain('abandoned 200-700 by a');
  });

  it('is abandoned when its node is at another task and never comes back to it', () => {
    const told: Told[] = [
      created,
      claimed,
      [200, 'node.status', 'a', { status: 'working', task_id: 'u' }],
      [300, 'state.lock', 'a', { wait_ms: 5_000 }],
      [400, 'node.status', 'a', { status: 'idle' }],
      [500, 'node.status', 'a', { status: 'working', task_id: 'v' }],
    ];
    expect(lifeOf([...told, taken, done])).toEqual([
      'queued 0-10',
      'working 10-200 by a',
      'abandoned 200-700 by a',
      'working 700-900 by b',
    ]);
    const back: Told = [600, 'node.status', 'a', { status: 'working', task_id: 't' }];
    const sign: Told = [650, 'state.write', 'a'];
    expect(lifeOf([...told, back, sign, taken, done])).toContain('working 500-700 by a');
  });

  it('is not abandoned when its node had only been busy, or came back and completed it', () => {
    const silent: Told = [140, 'node.status', 'a', { status: 'silent' }];
    const back: Told = [300, 'node.status', 'a', { status: 'working' }];
    const late: Told = [980, 'task.completed', 'a', task];
    expect(lifeOf([created, claimed, silent, back, late])).toEqual(['queued 0-10', 'working 10-980 by a']);
    expect(lifeOf([created, claimed, silent, late])).toContain('unattributed 50-980 by a');
  });

  it('that nobody saw begin is unattributed', () => {
    expect(lifeOf([created, completed])).toEqual(['unattributed 0-100']);
    const measured: Told = [100, 'task.completed', 'a', { ...task, duration_seconds: 30 }];
    expect(lifeOf([created, measured])).toEqual(['queued 0-70', 'working 70-100 by a']);
  });
});
