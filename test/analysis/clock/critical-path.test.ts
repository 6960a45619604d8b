import { describe, expect, it } from 'vitest';

import { criticalPath } from '../../../src/analysis/clock/critical-path.ts';
import { resourceShares, taskShares } from '../../../src/analysis/clock/path-shares.ts';
import { CLOCK_START_MICROS, clockOf, type Told } from '../../support/clock-events.ts';

const turn = (task: string, node: string, created: number, claimed: number, ended: number): Told[] => [
  [created, 'task.created', undefined, { task_id: task }],
  [claimed, 'task.claimed', node, { task_id: task }],
  [ended, 'task.completed', node, { task_id: task }],
];
const pathOf = (told: readonly Told[], to = 10_000, from = 0) => criticalPath(clockOf(told, to, from));
const inWords = (path: ReturnType<typeof pathOf>): readonly string[] =>
  (path?.segments ?? []).map(({ fromMicros, toMicros, kind, taskId, nodeId, holderId }) => {
    const [from, to] = [fromMicros, toMicros].map((micros) => (micros - CLOCK_START_MICROS) / 1e6);
    return [`${kind} ${from}-${to}`, taskId, nodeId, holderId].filter((part) => part !== undefined).join(' ');
  });

describe('the critical path of a run', () => {
  it('is absent when nothing ended', () => {
    expect(pathOf([[0, 'task.created', undefined, { task_id: 't' }]])).toBeUndefined();
  });

  it('goes through the tasks of the node that the last task waited for', () => {
    const told = [...turn('u', 'a', 0, 5, 60), ...turn('v', 'b', 0, 5, 30), ...turn('w', 'a', 10, 70, 100)];
    expect(inWords(pathOf(told))).toEqual(['queued 0-5 u', 'working 5-60 u a', 'queued 60-70 w', 'working 70-100 w a']);
  });

  it('has the waiting itself where the node that took it had been free', () => {
    const told = [...turn('u', 'a', 0, 5, 60), ...turn('w', 'b', 10, 70, 100)];
    expect(inWords(pathOf(told))).toEqual(['arrival 0-10', 'queued 10-70 w', 'working 70-100 w b']);
  });

  it('goes from a blocked task to the one that ended before it was free', () => {
    const told: Told[] = [
      ...turn('u', 'a', 0, 5, 60),
      [0, 'task.created', undefined, { task_id: 'w' }],
      [1, 'task.status', undefined, { task_id: 'w', status: 'blocked' }],
      [62, 'task.status', undefined, { task_id: 'w', status: 'pending' }],
      [65, 'task.claimed', 'b', { task_id: 'w' }],
      [90, 'task.completed', 'b', { task_id: 'w' }],
    ];
    expect(inWords(pathOf(told))).toEqual([
      'queued 0-5 u',
      'working 5-60 u a',
      'blocked 60-62 w',
      'queued 62-65 w',
      'working 65-90 w b',
    ]);
  });

  it('names who held the lock', () => {
    const told: Told[] = [
      ...turn('u', 'a', 0, 5, 60),
      [40, 'state.lock', 'a', { wait_ms: 10_000, hold_ms: 2_000, waited_for_node_id: 'b' }],
    ];
    const path = pathOf(told);
    expect(inWords(path)).toContain('lock_wait 28-38 u a b');
    expect(path && resourceShares(path)).toEqual([
      { kind: 'node', id: 'a', micros: 45e6 },
      { kind: 'lock', id: 'b', micros: 10e6 },
      { kind: 'queue', id: undefined, micros: 5e6 },
    ]);
  });

  it('takes a task that arrives to follow from the one that ended last before', () => {
    const told = [...turn('u', 'a', 0, 5, 20), ...turn('v', 'b', 0, 5, 80), ...turn('w', 'a', 50, 51, 100)];
    const path = pathOf(told);
    expect(inWords(path)).toEqual([
      'queued 0-5 u',
      'working 5-20 u a',
      'arrival 20-50',
      'queued 50-51 w',
      'working 51-100 w a',
    ]);
    expect(path && taskShares(path)).toEqual([
      { taskId: 'w', micros: 50e6 },
      { taskId: undefined, micros: 30e6 },
      { taskId: 'u', micros: 20e6 },
    ]);
  });

  it('is that of the last run, since there was no open task', () => {
    const told = [...turn('u', 'a', 0, 5, 20), ...turn('w', 'a', 50, 55, 100)];
    expect(inWords(pathOf(told))).toEqual(['queued 50-55 w', 'working 55-100 w a']);
    expect(inWords(pathOf(told, 10_000, 80))).toEqual(['working 80-100 w a']);
  });
});
