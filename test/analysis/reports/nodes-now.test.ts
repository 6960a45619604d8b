import { describe, expect, it } from 'vitest';

import { statusTimes } from '../../../src/analysis/reports/node-activity.ts';
import { heldTasks, toNodesNow, withSeen } from '../../../src/analysis/reports/nodes-now.ts';
import type { EventData, StoredEvent } from '../../../src/model/event.ts';
import { storedEvent } from '../../support/stored-events.ts';

const at = (seconds: number): number => 1_770_000_000_000_000 + seconds * 1e6;
const event = (metric: string, seconds: number, nodeId: string, data: EventData = {}): StoredEvent =>
  storedEvent({ metric, atMicros: at(seconds), node_id: nodeId, data });
const status = (seconds: number, nodeId: string, word: string, previous?: string): StoredEvent =>
  event('node.status', seconds, nodeId, { status: word, previous });

describe('toNodesNow', () => {
  it('tells role, model, status and since when, the ones that work first and the gone last', () => {
    const nodes = toNodesNow(
      [
        event('node.terminated', 9, 'C', { reason: 'graceful' }),
        event('node.registered', 0, 'A', { role: 'developer', model: 'm' }),
        status(1, 'A', 'idle'),
        status(5, 'A', 'working', 'idle'),
        status(2, 'B', 'idle'),
        event('node.registered', 0, 'C'),
      ],
      new Map(),
    );
    expect(nodes.map(({ nodeId, status: word, sinceMicros }) => [nodeId, word, sinceMicros])).toEqual([
      ['A', 'working', at(5)],
      ['B', 'idle', at(2)],
      ['C', 'terminated', at(9)],
    ]);
    expect(nodes[0]).toMatchObject({ role: 'developer', model: 'm', firstSeenMicros: at(0) });
  });

  it('counts the time in a status from its first of several equal tellings', () => {
    expect(toNodesNow([status(1, 'A', 'idle'), status(5, 'A', 'idle')], new Map())).toMatchObject([
      { status: 'idle', sinceMicros: at(1) },
    ]);
  });

  it('forgets the end of a node that came back', () => {
    const [node] = toNodesNow(
      [event('node.terminated', 1, 'A', { reason: 'heartbeat_timeout' }), event('node.registered', 2, 'A')],
      new Map(),
    );
    expect(node).toMatchObject({ status: undefined, sinceMicros: at(2) });
  });

  it('takes the task from the latest open claim, and from the status only without one', () => {
    const held = new Map([['A', { taskId: 'claimed', sinceMicros: at(3) }]]);
    const told = event('node.status', 1, 'A', { status: 'working', task_id: 'told' });
    expect(toNodesNow([told], held)[0]).toMatchObject({ taskId: 'claimed', taskSinceMicros: at(3) });
    expect(toNodesNow([told], new Map())[0]).toMatchObject({ taskId: 'told', taskSinceMicros: at(1) });
  });
});

describe('heldTasks', () => {
  it('holds what was claimed and neither ended nor given back', () => {
    const task = (metric: string, seconds: number, nodeId: string, taskId: string) =>
      event(metric, seconds, nodeId, { task_id: taskId });
    const held = heldTasks([
      task('task.claimed', 1, 'A', 't1'),
      task('task.completed', 2, 'A', 't1'),
      task('task.claimed', 3, 'A', 't2'),
      task('task.claimed', 3, 'B', 't3'),
      task('task.released', 4, 'B', 't3'),
    ]);
    expect([...held]).toEqual([['A', { taskId: 't2', sinceMicros: at(3) }]]);
  });
});

describe('statusTimes', () => {
  it('adds up to the whole span, the time before the first change included', () => {
    const changes = [status(10, 'A', 'working', 'idle'), status(40, 'A', 'idle', 'working')];
    expect(statusTimes(changes, at(0), at(60))).toEqual({ idle: 30, working: 30 });
  });

  it('counts nothing after the end of a node, and nothing before it was known', () => {
    expect(statusTimes([status(10, 'A', 'idle'), status(20, 'A', 'terminated', 'idle')], at(0), at(60))).toEqual({
      idle: 10,
    });
  });

  it('is empty for a node that never changed', () => {
    expect(statusTimes([], at(0), at(60))).toEqual({});
  });
});

describe('withSeen', () => {
  const told = toNodesNow([status(5, 'A', 'working')], new Map([['A', { taskId: 't', sinceMicros: at(6) }]]));

  it('shows nodes that were there before anybody watched', () => {
    const [node] = withSeen([], [{ nodeId: 'B', role: 'developer', status: 'working', taskId: 't9' }], at(60));
    expect(node).toMatchObject({ nodeId: 'B', status: 'working', taskId: 't9', sinceMicros: undefined });
  });

  it('knows from events since when, as long as they agree with what is seen', () => {
    expect(withSeen(told, [{ nodeId: 'A', status: 'working' }], at(60))).toMatchObject([
      { status: 'working', sinceMicros: at(5), taskId: 't', taskSinceMicros: at(6) },
    ]);
    expect(withSeen(told, [{ nodeId: 'A', status: 'waiting', taskId: 'u' }], at(60))).toMatchObject([
      { status: 'waiting', sinceMicros: undefined, taskId: 'u', taskSinceMicros: undefined },
    ]);
  });

  it('takes the time of an idle node from the file', () => {
    expect(withSeen([], [{ nodeId: 'A', status: 'idle', idleSeconds: 20 }], at(60))).toMatchObject([
      { sinceMicros: at(40) },
    ]);
  });

  it('lets a node that is gone hold no task', () => {
    expect(withSeen(told, [{ nodeId: 'A', status: 'terminated', taskId: 't' }], at(60))[0]?.taskId).toBeUndefined();
  });
});
