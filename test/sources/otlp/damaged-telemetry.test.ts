import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTelemetry } from '../../../src/sources/otlp/read-telemetry.ts';
import { UnreadableTelemetry } from '../../../src/sources/otlp/telemetry.ts';
import type { OtlpRequest } from '../../../src/sources/otlp/otlp-translator.ts';
import { CLIENT_SAMPLES, sampleRequest } from '../../support/client-samples.ts';
import { openOtlpStore, usageTotals } from '../../support/otlp-store.ts';
import { cpuMillisOf } from '../../support/cpu-millis.ts';

const SMALL = CLIENT_SAMPLES.filter(({ file }) => file === 'otlp-logs-errors' || file === 'otlp-traces');

/** Reads; damage may only be refused as such. */
function read({ bytes, encoding, signal }: OtlpRequest): 'read' | 'refused' {
  try {
    readTelemetry(bytes, encoding, signal, () => true);
    return 'read';
  } catch (error) {
    if (error instanceof UnreadableTelemetry) return 'refused';
    throw error;
  }
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const delimited = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([field * 8 + 2, ...varint(bytes.length)]), bytes]);
const logs = (bytes: Buffer): OtlpRequest => ({ signal: 'logs', encoding: 'protobuf', bytes, node: undefined });

describe('damaged telemetry', () => {
  it('is read or refused at every prefix of a protobuf push', () => {
    for (const sample of SMALL) {
      const request = sampleRequest(sample, 'protobuf');
      let refused = 0;
      for (let length = 0; length < request.bytes.length; length += 1) {
        if (read({ ...request, bytes: request.bytes.subarray(0, length) }) === 'refused') refused += 1;
      }
      expect(refused).toBeGreaterThan(request.bytes.length / 2);
    }
  });

  it('is read or refused with any bits flipped, bytes cut out and bytes put in', () => {
    const requests = CLIENT_SAMPLES.flatMap((sample) => [
      sampleRequest(sample, 'protobuf'),
      ...(sample.file === 'otlp-logs-errors' ? [sampleRequest(sample, 'json')] : []),
    ]);
    const damage = fc.record({
      request: fc.constantFrom(...requests),
      flips: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 255 })), {
        maxLength: 6,
      }),
      cut: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20)),
      put: fc.uint8Array({ maxLength: 12 }),
    });
    const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(damage, ({ request, flips, cut: [place, length], put }) => {
        const bytes = Buffer.from(request.bytes);
        for (const [at, mask] of flips) {
          const index = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
          bytes[index] = (bytes[index] ?? 0) ^ mask;
        }
        const start = Math.floor(place * bytes.length);
        const damaged = Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + length)]);
        expect(['read', 'refused']).toContain(read({ ...request, bytes: damaged }));
      }),
      { numRuns: 4_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototypeBefore);
  });

  it.each<[string, number[]]>([
    ['a varint without an end', Array.from({ length: 11 }, () => 0xff)],
    ['field number 0', [0x02, 0x00]],
    ['a group', [0x7b, 0x7c]],
    ['a wire type that is none', [0x7f]],
    ['a length beyond the end', [0x0a, 0x7f]],
    ['a length beyond all memory', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a known field of another wire type', [0x08, 0x01]],
  ])('refuses %s', (_, bytes) => {
    expect(read(logs(Buffer.from(bytes)))).toBe('refused');
  });

  it('steps over fields that it does not know', () => {
    const unknown = Buffer.from([0x78, 0x01, 0x7a, 0x02, 0x00, 0x00, 0x79, 0, 0, 0, 0, 0, 0, 0, 0, 0x7d, 0, 0, 0, 0]);
    const request = sampleRequest(SMALL[0] ?? CLIENT_SAMPLES[0] ?? fail(), 'protobuf');
    expect(read({ ...request, bytes: Buffer.concat([request.bytes, unknown]) })).toBe('read');
  });

  it.each(['records', 'attributes', 'resources'])(
    'refuses millions of empty %s within 100 ms for each megabyte',
    (what) => {
      const pairs = Buffer.alloc(4_000_000);
      for (let at = 0; at < pairs.length; at += 2)
        pairs[at] = { records: 0x12, attributes: 0x32, resources: 0x0a }[what] ?? 0;
      const bytes = {
        records: delimited(1, delimited(2, pairs)),
        attributes: delimited(1, delimited(2, delimited(2, pairs))),
        resources: pairs,
      }[what];
      const millis = cpuMillisOf(() => expect(read(logs(bytes ?? pairs))).toBe('refused'));
      expect(millis).toBeLessThan(400 * 4);
    },
  );

  it('refuses brackets that nest too deep before they take memory', () => {
    const bytes = Buffer.alloc(10_000_000, '[');
    const millis = cpuMillisOf(() =>
      expect(() => readTelemetry(bytes, 'json', 'logs', () => true)).toThrow('nests deeper'),
    );
    expect(millis).toBeLessThan(1_000);
  });

  it('counts brackets and quotes inside of texts as text', () => {
    const body = `{"resourceLogs":[],"x":${JSON.stringify(`${'[{"\\'.repeat(400)}end`)},"y":"${'[{'.repeat(200)}\\""}`;
    expect(read({ signal: 'logs', encoding: 'json', bytes: Buffer.from(body), node: undefined })).toBe('read');
  });
});

describe('records that cannot be understood', () => {
  it('are told, and their neighbours are kept', async () => {
    const { translator, collector } = openOtlpStore();
    const request = sampleRequest(CLIENT_SAMPLES[0] ?? fail(), 'json');
    const root = JSON.parse(request.bytes.toString()) as {
      resourceLogs: { scopeLogs: { logRecords: unknown[] }[] }[];
    };
    const records = root.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? [];
    const bad = [
      7,
      null,
      'text',
      [],
      { timeUnixNano: '-1' },
      { timeUnixNano: '1e400' },
      { timeUnixNano: '99999999999999999999' },
      { attributes: 'none' },
      { attributes: Array.from({ length: 300 }, (_, i) => ({ key: `k${i}`, value: {} })) },
    ];
    for (const [i, record] of bad.entries()) records.splice(i * 7, 0, record);
    const { rejected, reasons } = translator.receive({ ...request, bytes: Buffer.from(JSON.stringify(root)) });
    expect([rejected, [...reasons].sort()]).toEqual([bad.length, ['bad_time', 'malformed']]);
    expect(await usageTotals(collector)).toMatchObject({ 'claude-code events': { requests: 7, output_tokens: 616 } });
    await collector.close();
  });

  it('are data points without temporality, of NaN, below zero and without a time', () => {
    const point = { timeUnixNano: '1795338744748000000', asInt: '5' };
    const sum = (dataPoints: unknown[], aggregationTemporality: unknown) => ({
      name: 'm',
      sum: { dataPoints, aggregationTemporality, isMonotonic: true },
    });
    const metrics = [
      sum([point, point], 0),
      sum([point], 'AGGREGATION_TEMPORALITY_DELTA'),
      sum([{ ...point, asInt: undefined, asDouble: 'NaN' }, { ...point, asInt: '-1' }, { asInt: 1 }], 1),
      { name: 'g', gauge: { dataPoints: [point] } },
    ];
    const bytes = Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
    const { batches } = readTelemetry(bytes, 'json', 'metrics', () => true);
    expect(batches[0]?.rejected).toEqual({ no_temporality: 2, bad_value: 2, bad_time: 1 });
    expect(batches[0]?.items).toHaveLength(1);
  });

  it('never touch prototypes', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const attributes = names.map((key) => ({ key, value: { stringValue: 'polluted' } }));
    const text = JSON.stringify({
      resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [{ timeUnixNano: '1', attributes }] }] }],
    });
    const bytes = Buffer.from(text.replace('{"resourceLogs"', '{"__proto__":{"polluted":true},"resourceLogs"'));
    readTelemetry(bytes, 'json', 'logs', () => true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

function fail(): never {
  throw new Error('There are no samples.');
}
