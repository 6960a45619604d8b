import fc from 'fast-check';
import { defineMetric, type Metric } from '../../src/metrics/define-metric.ts';
import type { EventData, IncomingEvent } from '../../src/model/event.ts';
import { count, delta, flag, id, measure, name, names, oneOf } from '../../src/model/field.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';

/** A metric with a field of every kind. */
export const SAMPLE = defineMetric({
  name: 'sample.taken',
  category: 'custom',
  doc: 'A metric for tests of stores.',
  fields: {
    task_id: id('An id.'),
    model: name('A name.'),
    outcome: oneOf(['good', 'bad'], 'A word.'),
    cached: flag('A flag.'),
    tests: count('A count.'),
    change: delta('A delta.'),
    wait_ms: measure('ms', 'A measure.'),
    cost_usd: measure('usd', 'Another measure.'),
    files: names('A list.'),
  },
}) as Metric;

/** 2026-11-24 12:30:00 UTC: the moment that is now in tests of stores. */
export const NOW_MICROS = Date.UTC(2026, 10, 24, 12, 30) * 1_000;

export function sample(atMicros: number, data: EventData = {}, more: Partial<IncomingEvent> = {}): IncomingEvent {
  return { metric: SAMPLE.name, atMicros, data, source: 'library', inferred: false, ...more };
}

const NODES = ['Node-A', 'Node-B', 'node b', 'Ödön', 'N'];

export const sampleData: fc.Arbitrary<EventData> = fc.record(
  {
    node_id: fc.constantFrom(...NODES),
    task_id: fc.constantFrom('task-1', 'task-2', 'task-10', 'T'),
    model: fc.constantFrom('small', 'large', 'largest'),
    outcome: fc.constantFrom('good', 'bad'),
    cached: fc.boolean(),
    tests: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 40 })),
    change: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    wait_ms: fc.integer({ min: 0, max: 5_000_000 }).map((steps) => steps / 1_000),
    cost_usd: fc.constantFrom(0, 0.1, 0.2, 0.3, 1.5),
    files: fc.array(fc.constantFrom('a.ts', 'b.ts', 'src/a.ts'), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** Events of the three days before `NOW_MICROS`, no two at one moment, in any order. */
export const sampleEvents: fc.Arbitrary<IncomingEvent[]> = fc
  .uniqueArray(
    fc.record({
      atMicros: fc.oneof(
        fc.integer({ min: NOW_MICROS - 3 * MICROS_PER_DAY, max: NOW_MICROS - 1 }),
        // Whole hours and days: the edges of rollups.
        fc.integer({ min: 0, max: 71 }).map((hour) => NOW_MICROS - 30 * 60_000_000 - hour * MICROS_PER_HOUR),
      ),
      data: sampleData,
      source: fc.constantFrom('library', 'otlp', 'amicus-state'),
      inferred: fc.boolean(),
      cluster: fc.constantFrom('', 'blue', 'green'),
    }),
    { selector: ({ atMicros }) => atMicros, maxLength: 60 },
  )
  .map((events) => events.map(({ atMicros, data, ...more }) => sample(atMicros, data, more as Partial<IncomingEvent>)));
