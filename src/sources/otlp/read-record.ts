import type { AttributeFilter } from './attribute-filter.ts';
import type { LogRecord, Point, Span, SpanRole } from './telemetry.ts';
import { attributesOf, enumOf, listOf, microsOf, numberOf, textOf, type Tree, treeOf } from './tree-values.ts';

/** Where a record goes: to what was understood, or to what was not, by reason. */
type RecordSink<Item> = {
  readonly take: (item: Item) => void;
  readonly reject: (reason: string, count: number) => void;
};
/** Reads one record of a request. */
export type ReadRecord<Item> = (record: Tree | undefined, filter: AttributeFilter, sink: RecordSink<Item>) => void;

export const readLogRecord: ReadRecord<LogRecord> = (record, filter, { take, reject }) => {
  const attributes = attributesOf(record?.['attributes'], filter);
  if (record === undefined || attributes === undefined) return reject('malformed', 1);
  const told = microsOf(record['timeUnixNano']);
  const observed = microsOf(record['observedTimeUnixNano']);
  if (told === undefined || observed === undefined) return reject('bad_time', 1);
  const eventName = textOf(record['eventName']);
  take({
    // Some clients (Codex) leave their own time at 0.
    atMicros: told === 0 ? observed : told,
    eventName: eventName === '' ? undefined : eventName,
    attributes,
    traceId: textOf(record['traceId']).toLowerCase(),
    spanId: textOf(record['spanId']).toLowerCase(),
  });
};

const ROLES: readonly SpanRole[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const ROLE_NAMES = ROLES.map((role) => `SPAN_KIND_${role.toUpperCase()}`);
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];
const FAILED = 2;

export const readSpan: ReadRecord<Span> = (record, filter, { take, reject }) => {
  const attributes = attributesOf(record?.['attributes'], filter);
  if (record === undefined || attributes === undefined) return reject('malformed', 1);
  const startMicros = microsOf(record['startTimeUnixNano']);
  const endMicros = microsOf(record['endTimeUnixNano']);
  if (startMicros === undefined || endMicros === undefined) return reject('bad_time', 1);
  take({
    name: textOf(record['name']),
    role: ROLES[enumOf(record['kind'], ROLE_NAMES)] ?? 'unspecified',
    startMicros,
    endMicros: Math.max(startMicros, endMicros),
    failed: enumOf(treeOf(record['status'])?.['code'], STATUS_NAMES) === FAILED,
    attributes,
    traceId: textOf(record['traceId']).toLowerCase(),
    spanId: textOf(record['spanId']).toLowerCase(),
    parentSpanId: textOf(record['parentSpanId']).toLowerCase(),
  });
};

const TEMPORALITY_NAMES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
];
const DELTA = 1;
const CUMULATIVE = 2;
/** Bit of a data point's flags: the sender has no value for it. */
const NO_RECORDED_VALUE = 1;

/** Reads the points of sums and histograms. Gauges and summaries are values of a moment, and no amounts. */
export const readMetric: ReadRecord<Point> = (record, filter, { take, reject }) => {
  const metric = textOf(record?.['name']);
  if (record === undefined || metric === '') return reject('malformed', 1);
  const sum = treeOf(record['sum']);
  const body = sum ?? treeOf(record['histogram']) ?? treeOf(record['exponentialHistogram']);
  if (body === undefined) return;
  const points = listOf(body['dataPoints']);
  if (points === undefined) return reject('malformed', 1);
  const temporality = enumOf(body['aggregationTemporality'], TEMPORALITY_NAMES);
  if (temporality !== DELTA && temporality !== CUMULATIVE) return reject('no_temporality', points.length);
  // A sum that may fall is a level, such as a queue's length.
  if (sum !== undefined && sum['isMonotonic'] !== true) return;
  for (const entry of points) {
    const point = readPoint(metric, treeOf(entry), temporality === CUMULATIVE, filter);
    if (typeof point === 'string') reject(point, 1);
    else if (point !== undefined) take(point);
  }
};

function readPoint(
  metric: string,
  point: Tree | undefined,
  cumulative: boolean,
  filter: AttributeFilter,
): Point | string | undefined {
  const attributes = attributesOf(point?.['attributes'], filter);
  if (point === undefined || attributes === undefined) return 'malformed';
  if ((enumOf(point['flags'], []) & NO_RECORDED_VALUE) !== 0) return undefined;
  const startMicros = microsOf(point['startTimeUnixNano']);
  const atMicros = microsOf(point['timeUnixNano']);
  if (startMicros === undefined || atMicros === undefined || atMicros === 0) return 'bad_time';
  // Histograms count in `sum`; zero is not written by protobuf.
  const value = numberOf(point['asInt'] ?? point['asDouble'] ?? point['sum']) ?? 0;
  // Written so that NaN fails; amounts do not fall.
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return 'bad_value';
  return { metric, cumulative, startMicros, atMicros, value, attributes };
}
