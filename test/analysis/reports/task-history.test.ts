import { describe, expect, it } from 'vitest';

import { taskHistory } from '../../../src/analysis/reports/task-history.ts';
import { summarizeTask } from '../../../src/analysis/reports/task-list.ts';
import type { EventData, StoredEvent } from '../../../src/model/event.ts';
import { storedEvent } from '../../support/stored-events.ts';

const START = 1_770_000_000_000_000;
const at = (seconds: number): number => START + seconds * 1e6;

function event(metric: string, seconds: number, data: EventData = {}, nodeId?: string): StoredEvent {
  return storedEvent({ metric, atMicros: at(seconds), data: { task_id: 't', ...data }, node_id: nodeId });
}

const created = (seconds: number) => event('task.created', seconds, { priority: 'high' });
const claimed = (seconds: number, node: string, data: EventData = {}) => event('task.claimed', seconds, data, node);
const released = (seconds: number, node: string, data: EventData = {}) => event('task.released', seconds, data, node);
const completed = (seconds: number, node: string, data: EventData = {}) => event('task.completed', seconds, data, node);

describe('taskHistory', () => {
  it('tells queued, worked, released, queued again, worked and completed in order', () => {
    const history = taskHistory('t', [
      completed(40, 'B', { outcome: 'success' }),
      created(0),
      claimed(4, 'A'),
      released(16, 'A', { reason: 'node_lost' }),
      claimed(20, 'B'),
    ]);
    expect(history).toMatchObject({ state: 'completed', priority: 'high', createdMicros: at(0), lastMicros: at(40) });
    expect(history.waits.map(({ fromMicros, toMicros }) => [fromMicros, toMicros])).toEqual([
      [at(0), at(4)],
      [at(16), at(20)],
    ]);
    expect(history.attempts).toMatchObject([
      { nodeId: 'A', fromMicros: at(4), toMicros: at(16), ended: 'released', reason: 'node_lost' },
      { nodeId: 'B', fromMicros: at(20), toMicros: at(40), ended: 'completed', outcome: 'success' },
    ]);
  });

  it('leaves open what goes on', () => {
    expect(taskHistory('t', [created(0)])).toMatchObject({
      state: 'pending',
      waits: [{ fromMicros: at(0), toMicros: undefined }],
      attempts: [],
    });
    expect(taskHistory('t', [created(0), claimed(1, 'A')])).toMatchObject({
      state: 'working',
      attempts: [{ nodeId: 'A', toMicros: undefined, ended: undefined }],
    });
  });

  it('gives a handed-over task to the next node at once, also when that node then tells its claim', () => {
    const history = taskHistory('t', [claimed(0, 'A'), released(5, 'A', { to_node_id: 'B' }), claimed(5, 'B')]);
    expect(history.state).toBe('working');
    expect(history.waits).toEqual([]);
    expect(history.attempts).toMatchObject([
      { nodeId: 'A', toMicros: at(5) },
      { nodeId: 'B', fromMicros: at(5), toMicros: undefined },
    ]);
  });

  it('concludes beginnings that were not seen from the lengths that were told, and says so', () => {
    const history = taskHistory('t', [completed(40, 'B', { duration_seconds: 10 })]);
    expect(history.attempts).toMatchObject([
      { nodeId: 'B', fromMicros: at(30), toMicros: at(40), startConcluded: true },
    ]);
    expect(taskHistory('t', [claimed(9, 'A', { queue_seconds: 3 })]).waits).toEqual([
      { fromMicros: at(6), toMicros: at(9), startConcluded: true },
    ]);
  });

  it('ends the turn of one whose task another claims', () => {
    expect(taskHistory('t', [claimed(0, 'A'), claimed(7, 'B')]).attempts).toMatchObject([
      { nodeId: 'A', toMicros: at(7), ended: undefined },
      { nodeId: 'B', toMicros: undefined },
    ]);
  });

  it('puts a release before the claim of the same moment', () => {
    const history = taskHistory('t', [claimed(0, 'A'), claimed(5, 'B'), released(5, 'A')]);
    expect(history.attempts.map(({ nodeId, ended }) => [nodeId, ended])).toEqual([
      ['A', 'released'],
      ['B', undefined],
    ]);
  });
});

describe('summarizeTask', () => {
  it('adds up waiting and working, to now where they go on', () => {
    const history = taskHistory('t', [created(0), claimed(4, 'A'), released(16, 'A'), claimed(20, 'B')]);
    expect(summarizeTask(history, at(30))).toMatchObject({
      nodeId: 'B',
      attempts: 2,
      queueSeconds: 8,
      workSeconds: 22,
      outcome: undefined,
    });
  });

  it('leaves absent what never was', () => {
    expect(summarizeTask(taskHistory('t', [created(0)]), at(3))).toMatchObject({
      queueSeconds: 3,
      workSeconds: undefined,
      nodeId: undefined,
    });
  });
});
