/**
 * The protobuf messages of an OTLP request, as far as they are read: field numbers of opentelemetry-proto 1.x. A field
 * that is not listed is skipped. Names are those of the JSON encoding, so that both encodings are read by one reader.
 */
export type WireKind = 'text' | 'hex' | 'message' | 'attribute' | 'enum' | 'flag' | 'fixed64' | 'sfixed64' | 'double';

export type MessageField = {
  readonly name: string;
  readonly kind: WireKind;
  readonly repeated?: boolean;
  /** The records of one scope of one resource. */
  readonly isBatch?: boolean;
  readonly message?: MessageTable;
};
/** By field number. */
export type MessageTable = readonly (MessageField | undefined)[];

const table = (fields: Readonly<Record<number, MessageField>>): MessageTable => {
  const list: (MessageField | undefined)[] = [];
  for (let number = 1; number <= 16; number += 1) list[number] = fields[number];
  return list;
};
const one = (name: string, kind: WireKind): MessageField => ({ name, kind });
const inner = (name: string, message: MessageTable): MessageField => ({ name, kind: 'message', message });
const many = (name: string, message: MessageTable): MessageField => ({ ...inner(name, message), repeated: true });
const ATTRIBUTES: MessageField = { name: 'attributes', kind: 'attribute' };

const RESOURCE = table({ 1: ATTRIBUTES });
const SCOPE = table({ 1: one('name', 'text') });

const LOG_RECORD = table({
  1: one('timeUnixNano', 'fixed64'),
  6: ATTRIBUTES,
  9: one('traceId', 'hex'),
  10: one('spanId', 'hex'),
  11: one('observedTimeUnixNano', 'fixed64'),
  12: one('eventName', 'text'),
});

const SPAN = table({
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  4: one('parentSpanId', 'hex'),
  5: one('name', 'text'),
  6: one('kind', 'enum'),
  7: one('startTimeUnixNano', 'fixed64'),
  8: one('endTimeUnixNano', 'fixed64'),
  9: ATTRIBUTES,
  15: inner('status', table({ 3: one('code', 'enum') })),
});

const NUMBER_POINT = table({
  2: one('startTimeUnixNano', 'fixed64'),
  3: one('timeUnixNano', 'fixed64'),
  4: one('asDouble', 'double'),
  6: one('asInt', 'sfixed64'),
  7: ATTRIBUTES,
  8: one('flags', 'enum'),
});
const HISTOGRAM_POINT = table({
  2: one('startTimeUnixNano', 'fixed64'),
  3: one('timeUnixNano', 'fixed64'),
  5: one('sum', 'double'),
  9: ATTRIBUTES,
  10: one('flags', 'enum'),
});
const EXPONENTIAL_POINT = table({
  1: ATTRIBUTES,
  2: one('startTimeUnixNano', 'fixed64'),
  3: one('timeUnixNano', 'fixed64'),
  5: one('sum', 'double'),
  10: one('flags', 'enum'),
});
const histogram = (point: MessageTable): MessageTable =>
  table({ 1: many('dataPoints', point), 2: one('aggregationTemporality', 'enum') });

const METRIC = table({
  1: one('name', 'text'),
  5: inner('gauge', table({})),
  7: inner(
    'sum',
    table({
      1: many('dataPoints', NUMBER_POINT),
      2: one('aggregationTemporality', 'enum'),
      3: one('isMonotonic', 'flag'),
    }),
  ),
  9: inner('histogram', histogram(HISTOGRAM_POINT)),
  10: inner('exponentialHistogram', histogram(EXPONENTIAL_POINT)),
  11: inner('summary', table({})),
});

const request = (resources: string, scopes: string, records: string, record: MessageTable): MessageTable =>
  table({
    1: many(
      resources,
      table({
        1: inner('resource', RESOURCE),
        2: { ...many(scopes, table({ 1: inner('scope', SCOPE), 2: many(records, record) })), isBatch: true },
      }),
    ),
  });

/** The request of each signal. */
export const REQUESTS = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', LOG_RECORD),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', METRIC),
  traces: request('resourceSpans', 'scopeSpans', 'spans', SPAN),
} as const;
