import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Interval } from '../../../src/analysis/clock/cluster-clock.ts';
import { criticalPath } from '../../../src/analysis/clock/critical-path.ts';
import { RELEASE_REASONS } from '../../../src/metrics/task-released.ts';
import { TASK_STATUSES } from '../../../src/metrics/task-status.ts';
import { NODE_STATUSES } from '../../../src/metrics/node-status.ts';
import { TERMINATION_REASONS } from '../../../src/metrics/node-terminated.ts';
import type { EventData, StoredEvent } from '../../../src/model/event.ts';
import { clockOfEvents } from '../../support/clock-events.ts';
import { storedEvent } from '../../support/stored-events.ts';

const SECOND = 1_000_000;
const START = 1_764_000_000_123_457;
const taskId = fc.constantFrom('t-1', 't-2', 't-3');
const nodeId = fc.option(fc.constantFrom('n-1', 'n-2', 'n-3'), { nil: undefined });
const seconds = fc.option(fc.double({ min: 0, max: 900, noNaN: true }), { nil: undefined });
/** Some fall on the same microsecond, as when one look at a file tells several things. */
const atMicros = fc.oneof(
  fc.integer({ min: 0, max: 3_000 * SECOND }),
  fc.integer({ min: 0, max: 20 }).map((n) => n * 100 * SECOND),
);

const event = (metric: string, data: fc.Arbitrary<EventData>): fc.Arbitrary<StoredEvent> =>
  fc
    .record({ at: atMicros, node_id: nodeId, data, inferred: fc.boolean() })
    .map(({ at, ...rest }) => storedEvent({ metric, atMicros: START + at, ...rest }));

const taskEvent = fc.oneof(
  event('task.created', fc.record({ task_id: taskId })),
  event('task.claimed', fc.record({ task_id: taskId, queue_seconds: seconds })),
  event(
    'task.released',
    fc.record({
      task_id: taskId,
      reason: fc.constantFrom(...RELEASE_REASONS),
      to_node_id: nodeId,
      held_seconds: seconds,
    }),
  ),
  event('task.completed', fc.record({ task_id: taskId, duration_seconds: seconds })),
);
const otherEvent = fc.oneof(
  event('task.status', fc.record({ task_id: taskId, status: fc.constantFrom(...TASK_STATUSES) })),
  event('node.status', fc.record({ status: fc.constantFrom(...NODE_STATUSES) })),
  event('node.registered', fc.constant({ role: 'developer' })),
  event('node.terminated', fc.record({ reason: fc.constantFrom(...TERMINATION_REASONS) })),
  event('human.asked', fc.record({ waiting: fc.boolean(), waited_seconds: seconds })),
  event('tests.executed', fc.record({ task_id: fc.option(taskId, { nil: undefined }), duration_seconds: seconds })),
  event(
    'state.lock',
    fc.record({
      wait_ms: fc.double({ min: 0, max: 9e5, noNaN: true }),
      hold_ms: fc.double({ min: 0, max: 1e4, noNaN: true }),
    }),
  ),
);

const clusterClock = (tasks: readonly StoredEvent[], others: readonly StoredEvent[], from: number, to: number) =>
  clockOfEvents([...tasks, ...others], from, to);

/** Events with some of them told twice, in any order. */
const told = (one: fc.Arbitrary<StoredEvent>, most: number): fc.Arbitrary<StoredEvent[]> =>
  fc
    .array(one, { maxLength: most })
    .chain((events) => fc.tuple(fc.constant(events), fc.subarray(events)))
    .chain(([events, again]) =>
      fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }),
    );

function checkPartition(
  life: { readonly fromMicros: number; readonly toMicros: number },
  intervals: readonly Interval<string>[],
): void {
  let end = life.fromMicros;
  let sum = 0;
  for (const { fromMicros, toMicros } of intervals) {
    expect(fromMicros).toBe(end);
    expect(toMicros).toBeGreaterThan(fromMicros);
    expect(Number.isSafeInteger(toMicros)).toBe(true);
    sum += toMicros - fromMicros;
    end = toMicros;
  }
  expect(end).toBe(life.toMicros);
  expect(sum).toBe(life.toMicros - life.fromMicros);
}

describe('the critical path', () => {
  it('covers the run to the microsecond, each moment once, whatever is told', () => {
    fc.assert(
      fc.property(told(taskEvent, 24), told(otherEvent, 12), (tasks, others) => {
        const clock = clusterClock(tasks, others, START, START + 4_000 * SECOND);
        const path = criticalPath(clock);
        if (path === undefined) return;
        let end = path.fromMicros;
        for (const segment of path.segments) {
          expect(segment.fromMicros).toBe(end);
          expect(segment.toMicros).toBeGreaterThan(end);
          end = segment.toMicros;
        }
        expect(end).toBe(path.toMicros);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('intervals', () => {
  it('partition the life of every task and node exactly, whatever is told, in any order and twice', () => {
    const span = fc
      .tuple(fc.integer({ min: -100 * SECOND, max: 3_000 * SECOND }), fc.integer({ min: 0, max: 4_000 * SECOND }))
      .map(([from, length]) => ({ from: START + from, to: START + from + length }));
    fc.assert(
      fc.property(told(taskEvent, 16), told(otherEvent, 24), span, (tasks, others, { from, to }) => {
        const before = (events: readonly StoredEvent[]) => events.filter((one) => one.atMicros < to);
        const clock = clusterClock(before(tasks), before(others), from, to);
        for (const life of clock.tasks) {
          expect(life.fromMicros).toBeGreaterThanOrEqual(from);
          expect(life.toMicros).toBeLessThanOrEqual(to);
          checkPartition(life, life.intervals);
        }
        for (const life of clock.nodes) checkPartition(life, life.intervals);
        for (const lives of Map.groupBy(clock.nodes, (life) => life.nodeId).values()) {
          for (const [index, life] of lives.entries()) {
            expect(life.fromMicros).toBeGreaterThanOrEqual(lives[index - 1]?.toMicros ?? from);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not depend on the order in which events are told', () => {
    fc.assert(
      fc.property(told(taskEvent, 12), told(otherEvent, 12), (tasks, others) => {
        // Events of one metric never share a microsecond: the store moves them apart.
        const distinct = (events: readonly StoredEvent[]) =>
          events.map((one, index) => ({ ...one, atMicros: one.atMicros + index }));
        const clock = (events: readonly StoredEvent[], more: readonly StoredEvent[]) => {
          const { tasks: lives, nodes } = clusterClock(events, more, START, START + 5_000 * SECOND);
          return [Object.fromEntries(lives.map((life) => [life.taskId, life.intervals])), nodes.length];
        };
        const [a, b] = [distinct(tasks), distinct(others)];
        expect(clock(a.toReversed(), b.toReversed())).toEqual(clock(a, b));
      }),
      { numRuns: 200 },
    );
  });
});
