import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readReceiverRecord } from '../../../src/sources/otlp/receiver-record.ts';
import { CLIENT_SAMPLES, KNOWN_USAGE, sampleBytes } from '../../support/client-samples.ts';
import { JSON_TYPE, PROTOBUF_TYPE, send, startReceiver } from '../../support/http-receiver.ts';
import { usageTotals } from '../../support/otlp-store.ts';

const GEMINI_METRICS = CLIENT_SAMPLES.find(({ client, signal }) => client === 'gemini-cli' && signal === 'metrics');
const claudeLogs = (): Buffer => readFileSync('test/fixtures/clients/claude-code/otlp-logs.json');

describe('the receiver', () => {
  it('stores what six clients push, as JSON and protobuf, plain, zipped and in chunks', async () => {
    const { port, collector, stop, directory } = await startReceiver();
    for (const sample of CLIENT_SAMPLES) {
      const [json, protobuf] = [sampleBytes(sample, 'json'), sampleBytes(sample, 'protobuf')];
      const path = `/v1/${sample.signal}`;
      const plain = await send(port, path, JSON_TYPE, json);
      expect([plain.status, plain.headers['content-type'], plain.body.toString()]).toEqual([
        200,
        'application/json',
        '{}',
      ]);
      const zipped = await send(port, path, { ...PROTOBUF_TYPE, 'content-encoding': 'gzip' }, gzipSync(protobuf));
      expect([zipped.status, zipped.headers['content-type'], zipped.body.length]).toEqual([
        200,
        'application/x-protobuf',
        0,
      ]);
      const chunks = [json.subarray(0, 7), json.subarray(7, 1_000), json.subarray(1_000)];
      expect((await send(port, path, { 'content-type': 'application/json; charset=utf-8' }, chunks)).status).toBe(200);
    }
    expect(collector.health().dropped).toEqual({});
    await stop();
    const { openMetrics } = await import('../../../src/metrics-collector.ts');
    const later = openMetrics({ directory });
    expect(await usageTotals(later)).toEqual(KNOWN_USAGE);
    await later.close();
  });

  it('has spooled the events of a push when it answers', async () => {
    const { port, directory } = await startReceiver();
    await send(port, '/v1/logs', JSON_TYPE, claudeLogs());
    const { openMetrics } = await import('../../../src/metrics-collector.ts');
    const reader = openMetrics({ directory });
    expect(await usageTotals(reader)).toEqual({ 'claude-code events': KNOWN_USAGE['claude-code events'] });
    await reader.close();
  });

  it('keeps counters over a restart, in a file that only its owner reads', async () => {
    const [bytes, header] = [sampleBytes(GEMINI_METRICS ?? CLIENT_SAMPLES[0] ?? fail(), 'json'), JSON_TYPE];
    const first = await startReceiver();
    await send(first.port, '/v1/metrics', header, bytes);
    expect(statSync(join(first.directory, 'otlp.state.json')).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await startReceiver({ directory: first.directory });
    // The next push of the same process: ten more tokens of output, five minutes later.
    const more = bytes
      .toString()
      .replaceAll('1795339283499000000', '1795339583499000000')
      .replaceAll(/("asInt": ?)308\b/g, '$1318');
    expect(more).not.toMatch(/"asInt": ?308/);
    await send(second.port, '/v1/metrics', header, more);
    expect(await usageTotals(second.collector)).toEqual({
      'gemini-cli metrics': { ...KNOWN_USAGE['gemini-cli metrics'], output_tokens: 450 },
    });
  });

  it('tells in a partial success how many records were not understood', async () => {
    const { port } = await startReceiver();
    const json = await send(port, '/v1/logs', JSON_TYPE, '{"resourceLogs":[{"scopeLogs":[{"logRecords":[1,{}]}]}]}');
    expect([json.status, JSON.parse(json.body.toString())]).toEqual([
      200,
      { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'Not understood: malformed.' } },
    ]);
    // A metric without temporality, with one point: 1 {2 {2 {1: "m", 7: {1: {}}}}}.
    const metric = [0x0a, 9, 0x12, 7, 0x12, 5, 0x0a, 1, 0x6d, 0x3a, 2];
    const bytes = Buffer.from([0x0a, 11, 0x12, 9, 0x12, 7, ...metric.slice(6), 0x0a, 0x00]);
    const protobuf = await send(port, '/v1/metrics', PROTOBUF_TYPE, bytes);
    expect(protobuf.status).toBe(200);
    expect([...protobuf.body.subarray(0, 4)]).toEqual([0x0a, protobuf.body.length - 2, 0x08, 1]);
    expect(protobuf.body.toString()).toContain('no temporality'.replace(' ', '_'));
  });

  it('takes the node from the path', async () => {
    const { port, collector } = await startReceiver();
    const bytes = readFileSync('test/fixtures/clients/codex/otlp-logs.json');
    expect((await send(port, '/n/Node-P1/v1/logs', JSON_TYPE, bytes)).status).toBe(200);
    const { events } = await collector.query({ metric: 'tokens.consumed' });
    expect(events.map(({ node_id }) => node_id)).toEqual(['Node-P1', 'Node-P1']);
  });

  it('takes hooks, and answers with nothing that could steer the client', async () => {
    const { port, collector } = await startReceiver();
    const lines = readFileSync('test/fixtures/clients/claude-code/hooks-stdin.jsonl', 'utf8').trim().split('\n');
    for (const line of lines) {
      const { status, body } = await send(port, '/n/Node-H/hook/claude', JSON_TYPE, line);
      expect([status, body.toString()]).toEqual([200, '{}']);
    }
    const { rows } = await collector.aggregate({
      metric: 'tool.called',
      aggregations: ['count'],
      groupBy: ['node_id'],
    });
    expect(rows[0]?.group).toEqual({ node_id: 'Node-H' });
    expect(Number(rows[0]?.values['count'])).toBeGreaterThan(5);
    expect((await send(port, '/hook/claude', JSON_TYPE, 'x')).status).toBe(400);
  });

  it('counts what each client sent, and what was refused', async () => {
    const { port, directory, stop } = await startReceiver();
    await send(port, '/v1/logs', JSON_TYPE, claudeLogs());
    await send(port, '/v1/logs', JSON_TYPE, 'x');
    await stop();
    const record = readReceiverRecord(directory);
    if (record === undefined || record === 'unreadable') throw new Error('There is no record.');
    expect(record).toMatchObject({ listening: undefined, refused: { 400: 1 } });
    expect(record.clients['claude-code']).toMatchObject({ requests: 1, records: 34, events: 14 });
    expect(record.clients['claude-code']?.left['private_attribute']).toBeGreaterThan(100);
  });
});

function fail(): never {
  throw new Error('There are no samples.');
}
