import { describe, expect, it, onTestFinished } from 'vitest';

import { AttributeFilter } from '../../../src/sources/otlp/attribute-filter.ts';
import { decodeProtobuf } from '../../../src/sources/otlp/decode-protobuf.ts';
import { metricsUrl } from '../../../src/surfaces/cli/live/push-otlp.ts';
import { OtlpPush, type OtlpTarget } from '../../../src/surfaces/otlp-out/otlp-push.ts';
import { type Exposed, exposed, letPass } from '../../support/exposed.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { otlpCollector } from '../../support/otlp-collector.ts';
import { decodeToJson } from '../../support/otlp-schema.ts';

type Point = {
  startTimeUnixNano?: string;
  timeUnixNano: string;
  asInt?: string;
  asDouble?: number;
  count?: string;
  sum?: number;
  bucketCounts?: string[];
  explicitBounds?: number[];
  exemplars?: { asDouble: number; filteredAttributes: Attribute[] }[];
  attributes?: Attribute[];
};
type Attribute = { key: string; value: { stringValue: string } };
type Data = { dataPoints: Point[]; aggregationTemporality?: number; isMonotonic?: boolean };
type Told = { name: string; unit: string; description: string; sum?: Data; gauge?: Data; histogram?: Data };
type Request = {
  resourceMetrics: [
    { resource: { attributes: Attribute[] }; scopeMetrics: [{ scope: { name: string }; metrics: Told[] }] },
  ];
};

/** As an implementation of the protocol reads it that is not ours. */
const decoded = (body: Buffer): Request => JSON.parse(decodeToJson('metrics', body).toString()) as Request;
const metricsOf = (body: Buffer): readonly Told[] => decoded(body).resourceMetrics[0].scopeMetrics[0].metrics;
const named = (body: Buffer, name: string): Told | undefined => metricsOf(body).find((metric) => metric.name === name);
const namesIn = ({ attributes = [] }: Point): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

function record({ collector, clock }: Exposed): void {
  const timestamp = clock.nowMicros() / 1e6 - 1;
  collector.record('task.completed', { task_id: 'task-7', outcome: 'success', duration_seconds: 42 }, { timestamp });
  collector.record('tool.called', { tool: 'shell', outcome: 'error', duration_ms: 12.5 }, { timestamp });
  collector.record(
    'tokens.consumed',
    {
      client: 'codex',
      model: 'm-1',
      feed: 'events',
      input_tokens: 7,
      output_tokens: 3,
      requests: 1,
      duration_ms: 900,
      estimated_cost_usd: 0.000_001,
    },
    { timestamp },
  );
}

function pushing(url: string, world: Exposed, more: Partial<OtlpTarget> = {}) {
  const time = new ManualTime();
  const problems: (string | undefined)[] = [];
  const push = new OtlpPush(
    { url: `${url}/v1/metrics`, headers: {}, intervalMillis: 60_000, resource: {}, ...more },
    {
      exposition: world.exposition,
      clock: world.clock,
      timers: time,
      random: () => 0.5,
      onChange: (problem) => problems.push(problem),
    },
  );
  onTestFinished(() => push.close());
  return { push, time, problems };
}

describe('figures pushed by OTLP', () => {
  it('arrive as cumulative sums, gauges and histograms, named by the conventions where these have names', async () => {
    const collector = await otlpCollector();
    const world = exposed();
    record(world);
    const { push } = pushing(collector.url, world, {
      headers: { authorization: 'Bearer k' },
      resource: { 'amicus.cluster': 'c1' },
    });
    push.start();
    await collector.came(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: Buffer.alloc(0) }] = collector.taken;
    expect(path).toBe('/v1/metrics');
    expect(headers).toMatchObject({
      authorization: 'Bearer k',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    });
    const { resource, scopeMetrics } = decoded(body).resourceMetrics[0];
    expect(namesIn({ timeUnixNano: '', attributes: resource.attributes })).toMatchObject({
      'service.name': 'amicus-metrics',
      'amicus.cluster': 'c1',
    });
    expect(scopeMetrics[0].scope.name).toBe('amicus-metrics');

    const done = named(body, 'amicus.task.completed');
    expect(done).toMatchObject({ unit: '1', sum: { aggregationTemporality: 2, isMonotonic: true } });
    const success = done?.sum?.dataPoints.find((point) => namesIn(point)['amicus.outcome'] === 'success');
    expect(success?.asInt).toBe('1');
    expect(BigInt(success?.timeUnixNano ?? 0)).toBe(BigInt(world.clock.nowMicros()) * 1_000n);
    expect(BigInt(success?.startTimeUnixNano ?? 0)).toBeLessThanOrEqual(BigInt(success?.timeUnixNano ?? 0));

    const lasted = named(body, 'amicus.task.completed.duration')?.histogram;
    expect(lasted).toMatchObject({ aggregationTemporality: 2, dataPoints: [{ count: '1', sum: 42 }] });
    const [point] = lasted?.dataPoints ?? [];
    expect(point?.bucketCounts).toHaveLength((point?.explicitBounds?.length ?? 0) + 1);
    expect(point?.explicitBounds?.[point.bucketCounts?.indexOf('1') ?? -1]).toBe(60);
    expect(point?.exemplars?.[0]).toMatchObject({
      asDouble: 42,
      filteredAttributes: [{ key: 'amicus.task_id', value: { stringValue: 'task-7' } }],
    });

    const tokens = named(body, 'amicus.usage.tokens')?.sum?.dataPoints ?? [];
    expect(tokens.map((one) => [namesIn(one), one.asInt])).toContainEqual([
      { 'amicus.client': 'codex', 'gen_ai.response.model': 'm-1', 'gen_ai.token.type': 'input' },
      '7',
    ]);
    expect(named(body, 'gen_ai.client.operation.duration')).toMatchObject({
      unit: 's',
      histogram: { dataPoints: [{ sum: 0.9 }] },
    });
    expect(named(body, 'gen_ai.execute_tool.duration')?.histogram?.dataPoints[0]?.sum).toBe(0.0125);
    expect(named(body, 'amicus.usage.cost')).toMatchObject({
      unit: 'USD',
      sum: { dataPoints: [{ asDouble: 0.000_001 }] },
    });
    expect(named(body, 'amicus.collector.spool')).toMatchObject({ unit: 'By' });
    expect(named(body, 'amicus.collector.spool')?.gauge?.dataPoints[0]?.startTimeUnixNano ?? '0').toBe('0');
  });

  it('are read by our own receiver too', async () => {
    const collector = await otlpCollector();
    const world = exposed();
    record(world);
    const { push } = pushing(collector.url, world);
    push.start();
    await collector.came(1);
    const tree = decodeProtobuf(
      collector.taken[0]?.body ?? Buffer.alloc(0),
      'metrics',
      new AttributeFilter(() => true),
    );
    const text = JSON.stringify(tree, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).toContain('"amicus.task.completed"');
    expect(text).toContain('"isMonotonic":true');
  });

  it('are pushed at each interval, and a last time at the end', async () => {
    const collector = await otlpCollector();
    const world = exposed();
    record(world);
    const { push, time } = pushing(collector.url, world);
    push.start();
    await collector.came(1);
    await push.settled();
    time.pass(59_999);
    expect(collector.taken).toHaveLength(1);
    letPass(world.clock, 60);
    record(world);
    time.pass(1);
    await collector.came(2);
    await push.settled();
    const value = (body: Buffer | undefined) =>
      named(body ?? Buffer.alloc(0), 'amicus.tool.called')?.sum?.dataPoints.map(({ asInt }) => asInt);
    expect(collector.taken.map(({ body }) => value(body))).toEqual([['1'], ['2']]);
    await push.close();
    expect(collector.taken).toHaveLength(3);
    time.pass(600_000);
    expect(collector.taken).toHaveLength(3);
  });

  it('are pushed again after ever longer waits while a collector fails, and what then arrives is all of it', async () => {
    const collector = await otlpCollector();
    collector.answers.push(
      { status: 503 },
      { status: 503 },
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 200 },
    );
    const world = exposed();
    record(world);
    const { push, time, problems } = pushing(collector.url, world);
    push.start();
    // Half of the chance: three quarters of one second, of two, then what was asked for.
    for (const [count, waitMillis] of [
      [1, 750],
      [2, 1_500],
      [3, 7_000],
    ] as const) {
      await collector.came(count);
      await push.settled();
      time.pass(waitMillis - 1);
      expect(collector.taken).toHaveLength(count);
      time.pass(1);
    }
    await collector.came(4);
    await push.settled();
    expect(problems).toEqual(['it answered 503', 'it answered 429', undefined]);
    expect(named(collector.taken[3]?.body ?? Buffer.alloc(0), 'amicus.task.completed')).toBeDefined();
  });

  it('are not pushed in a hurry to a collector that refuses them, and never follow a redirect with their keys', async () => {
    const collector = await otlpCollector();
    collector.answers.push({ status: 401 }, { status: 307, headers: { location: '/elsewhere' } });
    const world = exposed();
    record(world);
    const { push, time, problems } = pushing(collector.url, world, { headers: { 'x-key': 'k' } });
    push.start();
    await collector.came(1);
    await push.settled();
    time.pass(60_000);
    await collector.came(2);
    await push.settled();
    expect(problems).toEqual(['it answered 401', 'it answered 307']);
    expect(collector.taken.map(({ path }) => path)).toEqual(['/v1/metrics', '/v1/metrics']);
  });

  it('fail in a sentence where nobody listens, or the store cannot be read', async () => {
    const world = exposed();
    const { push, problems } = pushing('http://127.0.0.1:9', world);
    push.start();
    await push.settled();
    expect(problems).toEqual(['it cannot be reached']);
    await world.collector.close();
    letPass(world.clock, 60);
    await push.close();
    expect(problems[1]).toMatch(/closed/);
  });

  it('go to /v1/metrics of an address, wherever that already is', () => {
    expect(metricsUrl('http://127.0.0.1:4320')).toBe('http://127.0.0.1:4320/v1/metrics');
    expect(metricsUrl('https://otlp.example.com/otlp/')).toBe('https://otlp.example.com/otlp/v1/metrics');
    expect(metricsUrl('http://127.0.0.1:9090/api/v1/otlp/v1/metrics')).toBe(
      'http://127.0.0.1:9090/api/v1/otlp/v1/metrics',
    );
  });
});
