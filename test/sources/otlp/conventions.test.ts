import { describe, expect, it } from 'vitest';
import { CumulativeSeries } from '../../../src/sources/otlp/cumulative-series.ts';
import type { Signal } from '../../../src/sources/otlp/telemetry.ts';
import { ATTRIBUTES_READ } from '../../../src/sources/otlp/mappings.ts';
import { isPrivateAttribute } from '../../../src/sources/otlp/attribute-filter.ts';
import { openOtlpStore, usageTotals } from '../../support/otlp-store.ts';

type Values = Readonly<Record<string, string | number | boolean>>;

const START = '1795339454000000000';
const END = '1795339455500000000';

function pairs(values: Values): unknown[] {
  return Object.entries(values).map(([key, value]) => {
    const kind = typeof value === 'string' ? 'stringValue' : typeof value === 'boolean' ? 'boolValue' : 'doubleValue';
    return { key, value: { [kind]: value } };
  });
}

function push(signal: Signal, service: string, records: readonly unknown[]) {
  const names = { logs: ['Logs', 'logRecords'], metrics: ['Metrics', 'metrics'], traces: ['Spans', 'spans'] } as const;
  const [word, list] = names[signal];
  const resource = { attributes: pairs({ 'service.name': service }) };
  const body = { [`resource${word}`]: [{ resource, [`scope${word}`]: [{ scope: { name: 'own' }, [list]: records }] }] };
  return { signal, encoding: 'json', bytes: Buffer.from(JSON.stringify(body)), node: undefined } as const;
}

const span = (spanId: string, values: Values, more: object = {}) => ({
  traceId: 'aa'.repeat(16),
  spanId,
  name: 'chat m',
  kind: 3,
  startTimeUnixNano: START,
  endTimeUnixNano: END,
  attributes: pairs(values),
  ...more,
});

const counter = (name: string, value: number, values: Values, more: object = {}) => ({
  name,
  sum: {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [
      { startTimeUnixNano: START, timeUnixNano: END, asInt: String(value), attributes: pairs(values), ...more },
    ],
  },
});

describe('the GenAI conventions', () => {
  it('are understood by their present and their earlier names, which tell the same', async () => {
    const { translator, collector } = openOtlpStore();
    const present = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.model': 'm',
      'gen_ai.conversation.id': 's',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.cache_write.input_tokens': 30,
      'gen_ai.usage.reasoning.output_tokens': 5,
    };
    const earlier = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.prompt_tokens': 100,
      'gen_ai.usage.completion_tokens': 20,
      'gen_ai.usage.cache_read_input_tokens': 60,
      'gen_ai.usage.cache_creation.input_tokens': 30,
      'gen_ai.usage.reasoning_tokens': 5,
    };
    translator.receive(push('traces', 'mine', [span('01', present), span('02', earlier)]));
    translator.receive(push('traces', 'mine', [span('01', present)]));
    expect(await usageTotals(collector)).toEqual({
      'mine spans': {
        requests: 2,
        input_tokens: 20,
        output_tokens: 40,
        cached_tokens: 120,
        cache_write_5m_tokens: 60,
        reasoning_tokens: 10,
      },
    });
    await collector.close();
  });

  it('count the histogram of earlier versions only where there are no counters', async () => {
    const { translator, collector } = openOtlpStore();
    const old = (type: string, sum: number) => ({
      name: 'gen_ai.client.token.usage',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            startTimeUnixNano: START,
            timeUnixNano: END,
            count: '3',
            sum,
            attributes: pairs({ 'gen_ai.token.type': type, 'gen_ai.request.model': 'm' }),
          },
        ],
      },
    });
    const tokens = [old('input', 100), old('output', 20)];
    const counters = [
      counter('gen_ai.client.inference.usage.input_tokens', 100, { 'gen_ai.response.model': 'm' }),
      counter('gen_ai.client.inference.usage.output_tokens', 20, { 'gen_ai.response.model': 'm' }),
    ];
    translator.receive(push('metrics', 'old', tokens));
    translator.receive(push('metrics', 'both', [...tokens, ...counters]));
    expect(await usageTotals(collector)).toEqual({
      'old metrics': { input_tokens: 100, output_tokens: 20 },
      'both metrics': { input_tokens: 100, output_tokens: 20 },
    });
    await collector.close();
  });

  it('never add the totals of an agent to what its requests tell, and tell failures by class', async () => {
    const { translator, collector } = openOtlpStore();
    const usage = { 'gen_ai.usage.input_tokens': 10, 'gen_ai.conversation.id': 's', 'gen_ai.request.model': 'm' };
    translator.receive(
      push('traces', 'mine', [
        span('01', { ...usage, 'gen_ai.operation.name': 'invoke_agent' }),
        span('02', { ...usage, 'gen_ai.operation.name': 'chat', 'error.type': '429' }, { status: { code: 2 } }),
        span('03', { ...usage, 'gen_ai.operation.name': 'chat' }),
        span('04', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'grep' }),
      ]),
    );
    expect(await usageTotals(collector)).toEqual({ 'mine spans': { requests: 1, input_tokens: 10 } });
    const failed = await collector.query({ metric: 'api.failed' });
    expect(failed.events[0]?.data).toMatchObject({ failure: 'rate_limited', status: '429', client: 'mine' });
    const called = await collector.query({ metric: 'tool.called' });
    expect(called.events[0]?.data).toMatchObject({ tool: 'grep', outcome: 'success', duration_ms: 1_500 });
    await collector.close();
  });

  it('tell an inference once, whether its event or its span comes first', async () => {
    const { translator, collector } = openOtlpStore();
    const usage = { 'gen_ai.usage.input_tokens': 10, 'gen_ai.request.model': 'm', 'gen_ai.response.id': 'r1' };
    const event = {
      timeUnixNano: END,
      eventName: 'gen_ai.client.inference.operation.details',
      attributes: pairs(usage),
    };
    translator.receive(push('logs', 'mine', [event]));
    translator.receive(push('traces', 'mine', [span('01', { ...usage, 'gen_ai.operation.name': 'chat' })]));
    const { rows } = await collector.aggregate({ metric: 'tokens.consumed', aggregations: ['sum(requests)'] });
    expect(rows[0]?.values).toEqual({ 'sum(requests)': 1 });
    await collector.close();
  });
});

describe('the MCP conventions', () => {
  it('count a call once that client and server both tell', async () => {
    const { translator, collector } = openOtlpStore();
    const call = { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'ping', 'error.type': 'tool_error' };
    translator.receive(push('traces', 'agent', [span('c1', call, { kind: 3 })]));
    translator.receive(
      push('traces', 'server', [
        span('d1', call, { kind: 'SPAN_KIND_SERVER', parentSpanId: 'C1' }),
        span('d2', { 'mcp.method.name': 'tools/list' }, { kind: 2 }),
      ]),
    );
    const { events } = await collector.query({ metric: 'tool.called' });
    expect(events.map(({ data }) => [data['tool'], data['outcome']])).toEqual([['ping', 'error']]);
    await collector.close();
  });
});

describe('OpenCode', () => {
  it('is read from the spans of single requests, not from their totals', async () => {
    const { translator, collector } = openOtlpStore();
    const usage = { 'ai.usage.inputTokens': 100, 'ai.usage.cachedInputTokens': 60, 'ai.usage.outputTokens': 9 };
    translator.receive(
      push('traces', 'opencode', [
        span('01', { ...usage, 'ai.model.id': 'm', 'session.id': 's' }, { name: 'ai.streamText.doStream' }),
        span('02', { ...usage, 'ai.model.id': 'm' }, { name: 'ai.streamText' }),
        span('03', { 'ai.toolCall.name': 'bash', 'ai.toolCall.id': 'c' }, { name: 'ai.toolCall' }),
        span('04', {}, { name: 'sql.execute' }),
      ]),
    );
    expect(await usageTotals(collector)).toEqual({
      'opencode spans': { requests: 1, input_tokens: 40, output_tokens: 9, cached_tokens: 60 },
    });
    expect((await collector.query({ metric: 'tool.called' })).events).toHaveLength(1);
    await collector.close();
  });
});

/** What a point added; undefined for one that was told before. */
const addedBy = (series: CumulativeSeries, point: Parameters<CumulativeSeries['add']>): number | undefined =>
  series.add(...point).at(-1)?.value;

describe('counters that only rise', () => {
  it('add differences, start anew after a fall, and pass over what is late or told again', () => {
    const series = new CumulativeSeries();
    const added = [
      [10, 100],
      [20, 130],
      [20, 130],
      [15, 120],
      [30, 130],
      [40, 7],
      [50, 9],
    ].map(([at = 0, value = 0]) => addedBy(series, ['k', 1, at, value]));
    expect(added).toEqual([100, 30, undefined, undefined, 0, 7, 2]);
  });

  it('begin with nothing where the sender does not know since when it counts', () => {
    const series = new CumulativeSeries();
    expect([addedBy(series, ['k', 0, 10, 500]), addedBy(series, ['k', 0, 20, 530])]).toEqual([0, 30]);
  });

  it('go on after a restart, and forget those that are silent longest when there are too many', () => {
    const first = new CumulativeSeries();
    for (let i = 0; i < 20_002; i += 1) first.add(`k${i}`, 1, 10, 5);
    first.spooled(first.begin());
    const second = new CumulativeSeries(first.kept());
    expect([addedBy(second, ['k20001', 1, 20, 6]), addedBy(second, ['k0', 1, 20, 6]), first.kept().length]).toEqual([
      1, 6, 20_000,
    ]);
  });
});

describe('what may be read', () => {
  it('is nothing that holds content or persons', () => {
    expect([...ATTRIBUTES_READ].filter(isPrivateAttribute)).toEqual([]);
  });
});
