import type { FieldValue, IncomingEvent } from '../../src/model/event.ts';
import type { Filter } from '../../src/model/filter.ts';
import type { TimeRange } from '../../src/model/range.ts';
import type { Figure, FoldRequest, Measure } from '../../src/store/store.ts';

/** What a store should answer, computed from the events in the plainest way. */

export function fieldOfEvent(event: IncomingEvent, field: string): FieldValue | undefined {
  if (field === 'source') return event.source;
  if (field === 'inferred') return event.inferred;
  if (field === 'cluster') return event.cluster === '' ? undefined : event.cluster;
  return event.data[field];
}

export function passes(event: IncomingEvent, filter: Filter): boolean {
  const value = fieldOfEvent(event, filter.field);
  const entries = typeof value === 'object' ? value : value === undefined ? [] : [value];
  const some = (test: (entry: FieldValue) => boolean): boolean => entries.some(test);
  // Bounds are rounded to stored steps, of which the sample's measures have up to a million a unit.
  const same = (a: FieldValue, b: FieldValue): boolean =>
    typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) < 1e-7 : a === b;
  const starts = (prefix: string): boolean => some((entry) => typeof entry === 'string' && entry.startsWith(prefix));
  switch (filter.op) {
    case 'present':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'eq':
      return some((entry) => same(entry, filter.value));
    case 'ne':
      return !some((entry) => same(entry, filter.value));
    case 'in':
      return some((entry) => filter.values.some((other) => same(entry, other)));
    case 'not_in':
      return !some((entry) => filter.values.some((other) => same(entry, other)));
    case 'prefix':
      return starts(filter.value);
    case 'not_prefix':
      return !starts(filter.value);
    case 'lt':
      return typeof value === 'number' && value < filter.value && !same(value, filter.value);
    case 'lte':
      return typeof value === 'number' && (value < filter.value || same(value, filter.value));
    case 'gt':
      return typeof value === 'number' && value > filter.value && !same(value, filter.value);
    case 'gte':
      return typeof value === 'number' && (value > filter.value || same(value, filter.value));
  }
}

const within = ({ atMicros }: IncomingEvent, { fromMicros, toMicros }: TimeRange): boolean =>
  atMicros >= fromMicros && atMicros < toMicros;

/** Figures by bucket and group; the key is the JSON of both, absent group values as null. */
export function plainFold(events: readonly IncomingEvent[], request: FoldRequest): Map<string, Figure[]> {
  const groups = new Map<string, IncomingEvent[]>();
  for (const event of events) {
    if (event.metric !== request.metric) continue;
    if (!request.ranges.some((range) => within(event, range))) continue;
    if (!request.filters.every((filter) => passes(event, filter))) continue;
    const bucket = bucketOf(event, request.buckets);
    if (bucket === undefined) continue;
    const key = rowKey(
      bucket,
      request.groupBy.map((field) => fieldOfEvent(event, field)),
    );
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map([...groups].map(([key, members]) => [key, request.measures.map((m) => plainFigure(members, m))]));
}

export const rowKey = (bucket: number, group: readonly (FieldValue | undefined)[]): string =>
  JSON.stringify([bucket, ...group.map((value) => value ?? null)]);

function bucketOf({ atMicros }: IncomingEvent, buckets: readonly number[] | undefined): number | undefined {
  if (buckets === undefined) return 0;
  const index = buckets.findLastIndex((boundary) => boundary <= atMicros);
  return index < 0 || index >= buckets.length - 1 ? undefined : index;
}

function plainFigure(events: readonly IncomingEvent[], measure: Measure): Figure {
  if (!('field' in measure)) return events.length;
  const byTime = events.toSorted((a, b) => a.atMicros - b.atMicros);
  const values = byTime.map((event) => fieldOfEvent(event, measure.field)).filter((value) => value !== undefined);
  const numbers = values.filter((value) => typeof value === 'number');
  const scalars = values.filter((value) => typeof value !== 'object');
  switch (measure.fn) {
    case 'count':
      return values.length;
    case 'distinct':
      return new Set(values.map((value) => JSON.stringify(value))).size;
    case 'sum':
      return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
    case 'min':
      return scalars.toSorted((a, b) => (a < b ? -1 : 1))[0];
    case 'max':
      return scalars.toSorted((a, b) => (a < b ? -1 : 1)).at(-1);
    case 'first':
      return scalars[0];
    case 'last':
      return scalars.at(-1);
    case 'percentile': {
      const sorted = numbers.toSorted((a, b) => a - b);
      const rank = (measure.p / 100) * (sorted.length - 1);
      const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
      return low === undefined || high === undefined ? undefined : low + (high - low) * (rank - Math.floor(rank));
    }
    case 'sketch':
      return undefined;
  }
}
