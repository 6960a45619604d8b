import fc from 'fast-check';

import type { Metric } from '../../src/metrics/define-metric.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { type EventData, type FieldValue, SOURCES, type StoredEvent } from '../../src/model/event.ts';
import type { AnyField } from '../../src/model/field.ts';

/** A stored event; what a test does not name is plain. */
export function storedEvent(event: Partial<StoredEvent> & { readonly metric: string }): StoredEvent {
  const atMicros = event.atMicros ?? 1_770_104_400_500_000;
  return {
    id: `0123456789ab:${event.metric}:${atMicros}`,
    atMicros,
    timestamp: atMicros / 1e6,
    source: 'library',
    inferred: false,
    data: {},
    ...event,
  };
}

/** Names as agents choose them, and as an attacker would. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    '=1+1',
    '+1',
    '-1',
    '@SUM(1)',
    '"',
    "'",
    'a;=1',
    'a,b',
    '',
    'Node-X9J2',
    '＝1',
    'ünïcödé 漢字',
    ' x ',
  ),
);

function valueOf(field: AnyField): fc.Arbitrary<FieldValue> {
  switch (field.kind) {
    case 'one_of':
      return fc.constantFrom(...field.words);
    case 'flag':
      return fc.boolean();
    case 'names':
      return fc.array(name, { maxLength: 4 });
    case 'count':
    case 'delta':
      return fc.integer({ min: Math.max(field.min, -1e9), max: 1e15 });
    case 'measure':
      return fc.integer({ min: 0, max: 1e12 }).map((steps) => steps / field.scale);
    default:
      return name;
  }
}

function dataOf(metric: Metric): fc.Arbitrary<EventData> {
  const fields = Object.entries<AnyField>(metric.fields);
  return fc.record(Object.fromEntries(fields.map(([key, field]) => [key, valueOf(field)])), { requiredKeys: [] });
}

/** Any stored event of a built-in metric, all fields optional and all values possible. */
export const anyStoredEvent: fc.Arbitrary<StoredEvent> = fc
  .record({
    metric: fc.constantFrom<Metric>(...METRICS),
    atMicros: fc.integer({ min: 1_500_000_000_000_000, max: 1_900_000_000_000_000 }),
    source: fc.constantFrom(...SOURCES),
    inferred: fc.boolean(),
    cluster: fc.option(name, { nil: undefined }),
  })
  .chain(({ metric, ...rest }) =>
    dataOf(metric).map((data) =>
      storedEvent({ ...rest, metric: metric.name, data, node_id: data['node_id'] as string }),
    ),
  );
