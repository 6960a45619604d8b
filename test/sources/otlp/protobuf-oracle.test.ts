import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readTelemetry } from '../../../src/sources/otlp/read-telemetry.ts';
import { type Signal, SIGNALS, UnreadableTelemetry } from '../../../src/sources/otlp/telemetry.ts';
import { decodeToJson, encodeRequest } from '../../support/otlp-schema.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const nanos = fc.oneof(fc.constant('0'), fc.bigInt(0n, 2n ** 64n - 1n).map(String));
const integer = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const small = fc.integer({ min: 0, max: 6 });
const listed = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 4 });

const { value: anyValue } = fc.letrec<{ value: object; pair: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.oneof(integer, fc.integer().map(String)) }),
    fc.record({ doubleValue: fc.double() }),
    fc.constant({}),
    fc.record({ bytesValue: bytes(3) }),
    fc.record({ arrayValue: fc.record({ values: listed(tie('value')) }) }),
    fc.record({ kvlistValue: fc.record({ values: listed(tie('pair')) }) }),
  ),
  pair: fc.record({ key: text, value: tie('value') }, { requiredKeys: ['key'] }),
}));
const attributes = listed(fc.record({ key: text, value: anyValue }, { requiredKeys: ['key'] }));
const part = <Model extends Record<string, unknown>>(model: { [Key in keyof Model]: fc.Arbitrary<Model[Key]> }) =>
  fc.record(model, { requiredKeys: [] });

const logRecord = part({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  severityNumber: small,
  severityText: text,
  body: anyValue,
  attributes,
  flags: small,
  traceId: bytes(16),
  spanId: bytes(8),
  eventName: text,
});
const span = part({
  traceId: bytes(16),
  spanId: bytes(8),
  parentSpanId: bytes(8),
  traceState: text,
  name: text,
  kind: small,
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  events: listed(part({ timeUnixNano: nanos, name: text, attributes })),
  links: listed(part({ traceId: bytes(16), spanId: bytes(8), attributes })),
  status: part({ message: text, code: small }),
});
const moment = { startTimeUnixNano: nanos, timeUnixNano: nanos, attributes, flags: small };
const numberPoint = fc.oneof(
  part({ ...moment, asInt: integer }),
  part({ ...moment, asDouble: fc.double(), exemplars: listed(part({ asDouble: fc.double(), spanId: bytes(8) })) }),
);
const histogramPoint = part({ ...moment, count: nanos, sum: fc.double(), bucketCounts: listed(nanos) });
const metric = fc.oneof(
  part({ name: text, gauge: part({ dataPoints: listed(numberPoint) }) }),
  part({
    name: text,
    unit: text,
    sum: part({ dataPoints: listed(numberPoint), aggregationTemporality: small, isMonotonic: fc.boolean() }),
  }),
  part({ name: text, histogram: part({ dataPoints: listed(histogramPoint), aggregationTemporality: small }) }),
);

function requestOf(word: string, list: string, record: fc.Arbitrary<object>): fc.Arbitrary<Record<string, unknown>> {
  const scope = part({ scope: part({ name: text, version: text, attributes }), [list]: listed(record) });
  const resource = part({ resource: part({ attributes }), [`scope${word}`]: listed(scope), schemaUrl: text });
  return part({ [`resource${word}`]: listed(resource) });
}

const REQUESTS: Readonly<Record<Signal, fc.Arbitrary<Record<string, unknown>>>> = {
  logs: requestOf('Logs', 'logRecords', logRecord),
  metrics: requestOf('Metrics', 'metrics', metric),
  traces: requestOf('Spans', 'spans', span),
};

const read = (body: Buffer, encoding: 'json' | 'protobuf', signal: Signal) =>
  readTelemetry(body, encoding, signal, (key) => key.length !== 3);

/** What comes of bytes that may be damaged: nothing, or the error that refuses them. */
function failureOf(body: Buffer, signal: Signal): unknown {
  try {
    read(body, 'protobuf', signal);
    return undefined;
  } catch (error) {
    return error instanceof UnreadableTelemetry ? undefined : error;
  }
}

describe.each(SIGNALS)('protobuf of %s', (signal) => {
  it('reads as what protobufjs decodes', () => {
    fc.assert(
      fc.property(REQUESTS[signal], (message) => {
        const body = encodeRequest(signal, message);
        expect(read(body, 'protobuf', signal)).toEqual(read(decodeToJson(signal, body), 'json', signal));
      }),
      { numRuns: 200 },
    );
  });

  it('is refused as damaged or read in part, whatever bytes are changed, and never fails otherwise', () => {
    const changes = listed(
      fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.nat({ max: 3 }) }),
    );
    fc.assert(
      fc.property(REQUESTS[signal], changes, fc.nat(), (message, changed, length) => {
        let body = encodeRequest(signal, message);
        for (const { at, byte, cut } of changed) {
          const place = body.length === 0 ? 0 : at % body.length;
          body = Buffer.concat([body.subarray(0, place), Buffer.from([byte]), body.subarray(place + cut)]);
        }
        expect(failureOf(body, signal)).toBeUndefined();
        expect(failureOf(body.subarray(0, length % (body.length + 1)), signal)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('of any bytes at all is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        expect(failureOf(Buffer.from(any), signal)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
