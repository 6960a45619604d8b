import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import { type BenchContext, type BenchOutcome, Scratch, spreadPercent, quantile } from './harness.ts';

const MAIN = fileURLToPath(new URL('../src/surfaces/cli/main.ts', import.meta.url));
/** As the exporters of OpenTelemetry's SDKs batch them. */
const RECORDS_PER_PUSH = 512;
const PUSHES = 240;
/** Pushes under way at once: as many agents. */
const AGENTS = 4;

type Encoding = 'json' | 'protobuf';
const CONTENT_TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' } as const;

/** How many log records a second `amicus-metrics up` takes, answers and stores while it follows a cluster. */
export async function benchOtlp({ rounds, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const rates: Record<Encoding, number[]> = { json: [], protobuf: [] };
  const bytes: Record<Encoding, number> = { json: 0, protobuf: 0 };
  for (let round = 0; round < rounds; round++) {
    for (const encoding of ['json', 'protobuf'] as const) {
      const directory = scratch.at(`${encoding}-${round}`);
      mkdirSync(directory, { mode: 0o700 });
      const pushes = Array.from({ length: PUSHES }, (_, push) => bodyOf(encoding, push));
      bytes[encoding] = Math.round(pushes.reduce((sum, body) => sum + body.length, 0) / (PUSHES * RECORDS_PER_PUSH));
      const port = await freePort();
      const up = await startUp(directory, port);
      const seconds = await pushAll(port, CONTENT_TYPES[encoding], pushes);
      rates[encoding].push((PUSHES * RECORDS_PER_PUSH) / seconds);
      up.kill('SIGINT');
      await once(up, 'close');
      await checkStored(directory);
    }
    tell(`otlp: round ${round + 1} of ${rounds}`);
  }
  const rows = (['json', 'protobuf'] as const).map((encoding) => ({
    encoding,
    perSecond: quantile(rates[encoding], 0.5),
    slowest: Math.min(...rates[encoding]),
    spread: spreadPercent(rates[encoding]),
    bytes: bytes[encoding],
  }));
  return {
    tables: [
      {
        title: 'Receiver: log records taken while `up` serves',
        columns: [
          { key: 'encoding', label: 'encoding' },
          { key: 'perSecond', label: 'records/s', digits: 0 },
          { key: 'slowest', label: 'slowest round', digits: 0 },
          { key: 'spread', label: 'spread, %', digits: 1 },
          { key: 'bytes', label: 'bytes/record', digits: 0 },
        ],
        rows,
        notes: [
          `${PUSHES} pushes of ${RECORDS_PER_PUSH} records a round from ${AGENTS} senders in one other process on the same machine;`,
          'every record is a request with tokens and cost, priced, stored and found again afterwards.',
        ],
      },
    ],
    figures: {
      'receiver: log records/s, JSON': quantile(rates.json, 0.5),
      'receiver: log records/s, protobuf': quantile(rates.protobuf, 0.5),
    },
  };
}

async function startUp(directory: string, port: number): Promise<ChildProcess> {
  const env = { ...process.env, AMICUS_METRICS_OTLP_PORT: String(port) };
  const up = spawn(process.execPath, [MAIN, '--dir', directory, 'up'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const listen = (part: Buffer): void => {
      said += part.toString();
      if (said.includes('events stored') || said.includes('nodes')) resolve();
    };
    up.stdout.on('data', listen);
    up.stderr.on('data', listen);
    up.once('close', () => reject(new Error(`up ended: ${said}`)));
  });
  return up;
}

async function pushAll(port: number, contentType: string, pushes: readonly Buffer[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AGENTS });
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: AGENTS }, async () => {
      for (let body = pushes[next++]; body !== undefined; body = pushes[next++]) {
        await push(agent, port, contentType, body);
      }
    }),
  );
  agent.destroy();
  return (performance.now() - start) / 1_000;
}

function push(agent: Agent, port: number, contentType: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': body.length };
    const sent = request({ agent, host: '127.0.0.1', port, path: '/v1/logs', method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`a push was answered with ${answer.statusCode}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function checkStored(directory: string): Promise<void> {
  const collector = openMetrics({ directory });
  const { rows } = await collector.aggregate({
    metric: 'tokens.consumed',
    aggregations: ['count', 'sum(input_tokens)'],
  });
  await collector.close();
  const stored = rows[0]?.values['count'];
  if (stored !== PUSHES * RECORDS_PER_PUSH)
    throw new Error(`${stored} of ${PUSHES * RECORDS_PER_PUSH} records are stored`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

type Attribute = readonly [key: string, value: string | number];

/** A request as Claude Code tells it, with all attributes that it sends beside. */
function attributesOf(record: number): Attribute[] {
  return [
    ['user.id', '6c38b54b4a29ab9c6323305418bf441ae8286091cf408374d82d1f9d62c5517a'],
    ['session.id', `a0000001-0000-4000-8000-00000000${1_000 + (record % 16)}`],
    ['terminal.type', 'xterm'],
    ['event.name', 'api_request'],
    ['event.timestamp', '2026-11-22T09:12:23.345Z'],
    ['event.sequence', record],
    ['prompt.id', 'a0000002-0000-4000-8000-000000000002'],
    ['model', 'claude-opus-5-5'],
    ['input_tokens', 100 + (record % 50)],
    ['output_tokens', 88],
    ['cache_read_tokens', 5_000],
    ['cache_creation_tokens', 1_000],
    ['cache_creation_5m_tokens', 300],
    ['cache_creation_1h_tokens', 700],
    ['cost_usd', 0.010264],
    ['cost_usd_micros', 10_264],
    ['duration_ms', 75],
    ['ttft_ms', 45],
    ['request_id', `req_${record}`],
    ['speed', 'normal'],
    ['query_source', 'sdk'],
    ['effort', 'medium'],
  ];
}

const atNanos = (record: number): bigint => BigInt(Date.now() - 60_000) * 1_000_000n + BigInt(record) * 1_000n;

function bodyOf(encoding: Encoding, push: number): Buffer {
  const records = Array.from({ length: RECORDS_PER_PUSH }, (_, i) => push * RECORDS_PER_PUSH + i);
  return encoding === 'json' ? jsonBody(records) : protobufBody(records);
}

function jsonBody(records: readonly number[]): Buffer {
  const json = ([key, value]: Attribute) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: value } : { doubleValue: value } };
  };
  const resource = { attributes: [json(['service.name', 'claude-code']), json(['amicus.node_id', 'Node-B1'])] };
  const scope = { name: 'com.anthropic.claude_code.events', version: '2.1.330' };
  const logRecords = records.map((record) => ({
    timeUnixNano: String(atNanos(record)),
    body: { stringValue: 'claude_code.api_request' },
    attributes: attributesOf(record).map(json),
  }));
  return Buffer.from(JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] }));
}

function protobufBody(records: readonly number[]): Buffer {
  const resource = Buffer.concat([
    attribute(1, ['service.name', 'claude-code']),
    attribute(1, ['amicus.node_id', 'Node-B1']),
  ]);
  const scope = delimited(1, Buffer.from('com.anthropic.claude_code.events'));
  const logRecords = records.map((record) => {
    const time = Buffer.alloc(9);
    time[0] = 9;
    time.writeBigUInt64LE(atNanos(record), 1);
    const body = delimited(5, delimited(1, Buffer.from('claude_code.api_request')));
    return delimited(2, Buffer.concat([time, body, ...attributesOf(record).map((pair) => attribute(6, pair))]));
  });
  const scopeLogs = Buffer.concat([delimited(1, scope), ...logRecords]);
  return delimited(1, Buffer.concat([delimited(1, resource), delimited(2, scopeLogs)]));
}

function attribute(field: number, [key, value]: Attribute): Buffer {
  return delimited(field, Buffer.concat([delimited(1, Buffer.from(key)), delimited(2, anyValue(value))]));
}

function anyValue(value: string | number): Buffer {
  if (typeof value === 'string') return delimited(1, Buffer.from(value));
  if (Number.isInteger(value)) return Buffer.from([24, ...varint(value)]);
  const bytes = Buffer.alloc(9);
  bytes[0] = 33;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const delimited = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([field * 8 + 2, ...varint(bytes.length)]), bytes]);
