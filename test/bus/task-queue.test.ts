import { describe, expect, it } from 'vitest';
import type { AmicusState } from '../../src/bus/amicus-state.ts';
import { PLAIN_DIALECT } from '../../src/bus/dialect.ts';
import { readTasks } from '../../src/bus/task-format.ts';
import {
  addTask,
  bestTask,
  claimTask,
  completeTask,
  findTask,
  heldBy,
  type QueueChange,
  releaseHeld,
  tasksOf,
} from '../../src/bus/task-queue.ts';

const NOW = 1_770_200_000;

function changedState(change: QueueChange): AmicusState {
  if (!change.done) throw new Error(change.refusal);
  return change.state;
}

function added(state: AmicusState, text: string, priority = 'medium', assignedTo?: string): AmicusState {
  return changedState(addTask(state, PLAIN_DIALECT, { text, priority, assignedTo }, NOW));
}

function claimed(state: AmicusState, name: string, nodeId: string, from?: string): QueueChange {
  const task = findTask(state, name);
  if (task === undefined) throw new Error(`no ${name}`);
  return claimTask(state, PLAIN_DIALECT, { task, nodeId, from }, NOW + 10);
}

describe('readTasks', () => {
  it.each([
    ['one text', 'Port the tests', [['Port the tests', 'pending']]],
    [
      'lines with list marks',
      '1. One\n\n- Two\n',
      [
        ['One', 'pending'],
        ['Two', 'pending'],
      ],
    ],
    ['a list of texts', ['[IN PROGRESS by Node-A] One', '', 7], [['One', 'in_progress']]],
    ['JSON in a text', '[{"task": "One", "status": "DONE"}]', [['One', 'completed']]],
    ['text that only looks like JSON', '[{nearly}', [['[{nearly}', 'pending']]],
    ['words of other versions', [{ description: 'One', status: 'In Progress' }], [['One', 'in_progress']]],
    ['unknown words', [{ task: 'One', status: 'blocked' }], [['One', 'blocked']]],
    ['nothing', undefined, []],
  ])('understands %s', (_, nextSteps, expected) => {
    expect(readTasks(nextSteps).map((task) => [task.text, task.status])).toEqual(expected);
  });

  it('finds the holder under any of its names', () => {
    for (const name of ['assigned_to', 'claimed_by', 'agent_id', 'owner', 'assignee']) {
      expect(readTasks([{ task: 'x', [name]: 'Node-A' }])[0]?.holder).toBe('Node-A');
    }
  });

  it('accepts times in milliseconds and as text', () => {
    const [task] = readTasks([{ task: 'x', created_at: NOW * 1000, claimed_at: String(NOW) }]);
    expect(task).toMatchObject({ createdAt: NOW, claimedAt: NOW });
  });
});

describe('the queue', () => {
  it('gives out high before medium before low, and older before newer', () => {
    let state: AmicusState = {};
    for (const [text, priority] of [
      ['l', 'low'],
      ['m1', 'medium'],
      ['h', 'high'],
      ['m2', 'medium'],
      ['odd', 'someday'],
    ]) {
      state = added(state, text ?? '', priority);
    }
    const order: string[] = [];
    for (let task = bestTask(state, 'Node-A'); task !== undefined; task = bestTask(state, 'Node-A')) {
      order.push(task.text);
      const claim = changedState(claimTask(state, PLAIN_DIALECT, { task, nodeId: 'Node-A' }, NOW));
      const end = { task: findTask(claim, task.id) ?? task, nodeId: 'Node-A', outcome: 'success', figures: {} };
      state = changedState(completeTask(claim, PLAIN_DIALECT, end, NOW));
    }
    expect(order).toEqual(['h', 'm1', 'm2', 'l', 'odd']);
  });

  it('keeps a task reserved for the node it was added for', () => {
    const state = added({}, 'mine', 'medium', 'Node-B');
    expect(bestTask(state, 'Node-A')).toBeUndefined();
    expect(bestTask(state, 'Node-B')?.text).toBe('mine');
  });

  it('gives a node what it already holds before anything new', () => {
    const state = changedState(claimed(added(added({}, 'held', 'low'), 'new', 'high'), 'held', 'Node-A'));
    expect(bestTask(state, 'Node-A')?.text).toBe('held');
    expect(bestTask(state, 'Node-B')?.text).toBe('new');
  });

  it('never gives an id twice, not even that of an archived task', () => {
    const state = added(added({}, 'a'), 'b');
    const archived = { ...state, next_steps: [] };
    expect(tasksOf(added(archived, 'c'))[0]?.id).toBe('task-3');
    expect(tasksOf(added({ next_steps: [{ id: 'task-41', task: 'x' }] }, 'y'))[1]?.id).toBe('task-42');
  });

  it('hands a task over only when its holder is named', () => {
    const state = changedState(claimed(added({}, 'a'), 'task-1', 'Node-A'));
    expect(claimed(state, 'task-1', 'Node-B')).toEqual({ done: false, refusal: 'task-1 is held by Node-A.' });
    expect(claimed(state, 'task-1', 'Node-B', 'Node-C')).toMatchObject({ done: false });
    const handedOver = changedState(claimed(state, 'task-1', 'Node-B', 'Node-A'));
    expect(heldBy(handedOver, 'Node-B')).toHaveLength(1);
  });

  it('remembers when a task went back, and forgets its holder', () => {
    const state = changedState(claimed(added({}, 'a'), 'task-1', 'Node-A'));
    const released = releaseHeld(state, PLAIN_DIALECT, 'Node-A', NOW + 30);
    expect(tasksOf(released)).toMatchObject([
      { status: 'pending', holder: undefined, claimedAt: undefined, releasedAt: NOW + 30 },
    ]);
    expect(JSON.stringify(released)).not.toContain('Node-A');
  });

  it('replaces another name for the holder, so that a released task has none left', () => {
    const state = { next_steps: [{ id: 'a', task: 'x', status: 'in_progress', claimed_by: 'Node-A' }] };
    expect(tasksOf(releaseHeld(state, PLAIN_DIALECT, 'Node-A', NOW))[0]?.holder).toBeUndefined();
  });

  it('ends only what was claimed', () => {
    const state = added({}, 'a');
    const [task] = tasksOf(state);
    if (task === undefined) throw new Error('no task');
    const end = { task, nodeId: 'Node-A', outcome: 'success', figures: {} };
    expect(completeTask(state, PLAIN_DIALECT, end, NOW)).toEqual({ done: false, refusal: 'task-1 was not claimed.' });
  });
});
