import { describe, expect, it } from 'vitest';

import { audit } from '../../../src/analysis/ledger/audit.ts';
import { readClaimBook } from '../../../src/analysis/ledger/claim-book.ts';
import { attribute } from '../../../src/analysis/ledger/conclusions.ts';
import { openLedger } from '../../../src/analysis/ledger/ledger.ts';
import { reprice } from '../../../src/analysis/ledger/reprice.ts';
import { readSessionBook } from '../../../src/analysis/ledger/session-book.ts';
import { fieldsOf } from '../../../src/analysis/ledger/usage-line.ts';
import { costReport, type CostDimension } from '../../../src/analysis/reports/cost-report.ts';
import type { MetricsCollector } from '../../../src/metrics-collector.ts';
import { rateOf, ratesOf } from '../../../src/pricing/model-price.ts';
import type { Prices } from '../../../src/pricing/index.ts';
import { openUsage, recordRequests, type Request, USAGE_NOW_MICROS } from '../../support/recorded-usage.ts';

const START = USAGE_NOW_MICROS / 1e6 - 7_200;

/** A request of one dollar, so many seconds after the start. */
const request = (second: number, more: Partial<Request> = {}): Request => ({
  at: START + second,
  client: 'codex',
  session_id: 's1',
  feed: 'transcript',
  model: 'gpt-5.5',
  input_tokens: 10,
  requests: 1,
  reported_cost_usd: 1,
  ...more,
});

/** A collector, and what happens in it by seconds after the start. */
function open() {
  const { metrics } = openUsage();
  const at = (second: number) => ({ timestamp: START + second });
  return {
    metrics,
    spend: (...requests: Request[]) => recordRequests(metrics, requests),
    start: (second: number, session: string, data: { node_id?: string; task_id?: string }) =>
      metrics.record('session.started', { client: 'codex', session_id: session, ...data }, at(second)),
    call: (second: number, session: string, node: string) =>
      metrics.record('tool.called', { client: 'codex', session_id: session, node_id: node, tool: 'x' }, at(second)),
    claim: (second: number, task: string, node: string) =>
      metrics.record('task.claimed', { task_id: task, node_id: node }, at(second)),
    complete: (second: number, task: string, node: string, seconds?: number) =>
      metrics.record('task.completed', { task_id: task, node_id: node, duration_seconds: seconds }, at(second)),
    release: (second: number, task: string, node: string, to?: string) =>
      metrics.record('task.released', { task_id: task, node_id: node, to_node_id: to }, at(second)),
  };
}

/** Dollars by name, and by how the name became known. */
async function costs(metrics: MetricsCollector, by: 'node' | 'task', since?: number) {
  const span = since === undefined ? {} : { since: START + since };
  const { groups, ledger } = await costReport(metrics, span, [by], []);
  const usd = (nanos: bigint): number => Number(nanos) / 1e9;
  return {
    usd: Object.fromEntries(groups.map(({ key, figures }) => [key[by] ?? 'nobody', usd(figures.costNanos)])),
    ways: Object.fromEntries(ledger.ways[by].map(({ key, figures }) => [key['way'] ?? 'none', usd(figures.costNanos)])),
    concluded: usd(ledger.total.concludedNanos),
  };
}

describe('usage that names no node', () => {
  it('is of the node that the start of its session names, whenever that was', async () => {
    const { metrics, spend, start } = open();
    spend(request(1), request(2, { node_id: 'Node-2' }), request(3, { session_id: 's2' }));
    start(-5_000, 's1', { node_id: 'Node-1' });
    expect(await costs(metrics, 'node')).toEqual({
      usd: { 'Node-1': 1, 'Node-2': 1, nobody: 1 },
      ways: { told: 1, session: 1, none: 1 },
      concluded: 1,
    });
    expect((await costs(metrics, 'node', 0)).usd).toEqual({ 'Node-1': 1, 'Node-2': 1, nobody: 1 });
  });

  it('is of the node of its tool calls, and of the last one told where there were several', async () => {
    const { metrics, spend, call } = open();
    spend(request(1), request(10), request(15), request(20), request(21, { session_id: 's2' }));
    call(9, 's1', 'Node-1');
    call(11, 's1', 'Node-1');
    call(20, 's1', 'Node-2');
    call(90, 's2', 'Node-3');
    expect((await costs(metrics, 'node')).usd).toEqual({ 'Node-1': 3, 'Node-2': 1, 'Node-3': 1 });
  });

  it('is not of a node that another client has a session of the same name with', async () => {
    const { metrics, spend, start } = open();
    spend(request(1, { client: 'opencode', feed: 'database' }), request(2, { session_id: undefined }));
    start(0, 's1', { node_id: 'Node-1' });
    expect((await costs(metrics, 'node')).usd).toEqual({ nobody: 2 });
  });

  it('is found where feeds compete, too', async () => {
    const { metrics, spend, start } = open();
    spend(request(1), request(1, { feed: 'events' }), request(2, { session_id: 's2', feed: 'events' }));
    start(0, 's1', { node_id: 'Node-1' });
    expect((await costs(metrics, 'node')).usd).toEqual({ 'Node-1': 1, nobody: 1 });
  });
});

describe('usage that names no task', () => {
  const of = (second: number, node = 'Node-1') => request(second, { node_id: node, session_id: undefined });

  it('is for the task that its node held then: from the claim on, to the end of it', async () => {
    const { metrics, spend, claim, complete, release } = open();
    claim(10, 'task-1', 'Node-1');
    complete(20, 'task-1', 'Node-1');
    claim(30, 'task-2', 'Node-1');
    release(40, 'task-2', 'Node-1', 'Node-2');
    spend(of(9), of(10), of(19), of(20), of(35), of(45), of(45, 'Node-2'), of(12, 'Node-2'));
    expect(await costs(metrics, 'task')).toEqual({
      usd: { 'task-1': 2, 'task-2': 2, nobody: 4 },
      ways: { claim: 4, none: 4 },
      concluded: 4,
    });
    expect((await costs(metrics, 'task', 36)).usd).toEqual({ 'task-2': 1, nobody: 1 });
  });

  it('is for no task while its node held two, since a split would be a guess', async () => {
    const { metrics, spend, claim, complete } = open();
    claim(10, 'task-1', 'Node-1');
    claim(20, 'task-2', 'Node-1');
    complete(30, 'task-1', 'Node-1');
    spend(of(15), of(25), of(35));
    expect((await costs(metrics, 'task')).usd).toEqual({ 'task-1': 1, 'task-2': 1, nobody: 1 });
  });

  it('finds the beginning of a claim that nobody saw from the duration that its end names', async () => {
    const { metrics, spend, complete } = open();
    complete(100, 'task-1', 'Node-1', 60);
    spend(of(39), of(41));
    expect((await costs(metrics, 'task')).usd).toEqual({ 'task-1': 1, nobody: 1 });
  });

  it('is joined over the session to the node and from there to the task', async () => {
    const { metrics, spend, start, claim } = open();
    start(0, 's1', { node_id: 'Node-1' });
    claim(10, 'task-1', 'Node-1');
    spend(request(5), request(15), request(16, { task_id: 'task-9' }));
    expect(await costs(metrics, 'task')).toMatchObject({
      usd: { 'task-1': 1, 'task-9': 1, nobody: 1 },
      ways: { claim: 1, told: 1, none: 1 },
    });
  });

  it('is for the task that its session was started for, before any claim', async () => {
    const { metrics, spend, start, claim } = open();
    start(0, 's1', { node_id: 'Node-1', task_id: 'task-7' });
    claim(10, 'task-1', 'Node-1');
    spend(request(15));
    expect(await costs(metrics, 'task')).toMatchObject({ usd: { 'task-7': 1 }, ways: { session: 1 } });
  });

  it('takes its corrections along, and stays as it was stored', async () => {
    const { metrics, spend, claim, complete } = open();
    claim(10, 'task-1', 'Node-1');
    complete(20, 'task-1', 'Node-1');
    const unpriced = { ...of(15), reported_cost_usd: undefined, input_tokens: 1_000_000 };
    spend(unpriced, { ...unpriced, at: START + 25 });
    await metrics.drain();
    const stored = await metrics.query({ metric: 'tokens.consumed' });
    const standard = ratesOf({ input: rateOf(2), output: rateOf(2) });
    const book: Prices = {
      version: 'v2',
      priceAt: () => ({ pricedModel: 'gpt-5.5', source: 'override', standard }),
    };
    await reprice(metrics, {}, book, ({ atMicros, data, identity }) => {
      metrics.emit({ metric: 'cost.repriced', atMicros, data, identity, source: 'library', inferred: false });
    });
    expect((await costs(metrics, 'task')).usd).toEqual({ 'task-1': 2, nobody: 2 });
    expect(await metrics.query({ metric: 'tokens.consumed' })).toEqual(stored);
  });
});

describe('lines', () => {
  /** Usage of every kind: with and without node, task, agent, session and each of the two costs, in several hours and days. */
  function fill(metrics: MetricsCollector): Request[] {
    const requests = Array.from({ length: 400 }, (_, i): Request => {
      const when = (every: number, value: string): string | undefined => (i % every === 0 ? value : undefined);
      return {
        at: START - i * 700.123_457,
        client: i % 7 === 0 ? undefined : ['claude-code', 'codex', 'opencode'][i % 3],
        // codex has feeds that compete, the others have not.
        feed: i % 3 === 1 ? (i % 5 === 0 ? 'events' : 'transcript') : i % 3 === 0 ? 'events' : 'database',
        session_id: i % 11 === 0 ? undefined : `s${i % 13}`,
        agent_id: when(4, `agent-${i % 3}`),
        node_id: when(2, `Node-${i % 5}`),
        task_id: when(6, `task-${i % 4}`),
        model: `m${i % 3}`,
        input_tokens: i,
        output_tokens: 2 * i,
        requests: 1,
        reported_cost_usd: i % 3 === 0 ? (i * 7 + 1) / 1e9 : undefined,
        estimated_cost_usd: i % 5 === 0 ? undefined : (i * 13 + 1) / 1e9,
        price_version: i % 5 === 0 ? undefined : 'v1',
      };
    });
    recordRequests(metrics, requests);
    return requests;
  }

  it('sum to the same total to the nano-dollar, whatever they are told apart by and wherever they are read from', async () => {
    const { metrics, start, claim, complete, call } = open();
    const requests = fill(metrics);
    for (let i = 0; i < 13; i++) start(-90_000, `s${i}`, i % 2 === 0 ? {} : { node_id: `Node-${i % 5}` });
    for (let i = 0; i < 50; i++) call(-i * 3_000, 's4', `Node-${i % 2}`);
    for (let i = 0; i < 20; i++) {
      claim(-i * 14_000, `task-${i}`, `Node-${i % 3}`);
      complete(-i * 14_000 + 9_000, `task-${i}`, `Node-${i % 3}`);
    }
    await metrics.upkeep();
    const whole = await openLedger(metrics, {});
    const nanos = (usd: number | undefined): bigint => BigInt(Math.round((usd ?? 0) * 1e9));
    const certain = requests.filter(({ client }) => client !== 'codex');
    const cost = certain.reduce((sum, one) => sum + nanos(one.reported_cost_usd ?? one.estimated_cost_usd), 0n);
    const ofOthers = whole.lines.filter(({ fields }) => fields.client !== 'codex');
    expect(ofOthers.reduce((sum, { figures }) => sum + figures.costNanos, 0n)).toBe(cost);
    const dimensions: CostDimension[][] = [
      ['model'],
      ['client', 'day'],
      ['node'],
      ['role'],
      ['task'],
      ['session'],
      ['agent'],
      ['cluster'],
      ['feed', 'node', 'day'],
    ];
    for (const timeZone of ['UTC', 'Asia/Kathmandu']) {
      for (const by of dimensions) {
        const { groups, ledger } = await costReport(metrics, { timeZone }, by, ['claude-code']);
        expect(ledger.total.figures).toEqual({ ...whole.total.figures, planNanos: expect.any(BigInt) });
        expect(ledger.total.own.costNanos).toBe(whole.total.own.costNanos);
        expect(groups.reduce((sum, { figures }) => sum + figures.costNanos, 0n)).toBe(ledger.total.figures.costNanos);
      }
    }
    const expected = new Map<string, bigint>();
    const [sessions, claims] = [await readSessionBook(metrics), await readClaimBook(metrics)];
    for await (const batch of metrics.events({ metric: 'tokens.consumed' })) {
      for (const event of batch) {
        if (event.data['client'] === 'codex') continue;
        const { fields, attribution } = attribute(fieldsOf(event), event.atMicros, sessions, claims);
        const key = [fields.node_id, attribution.node, fields.task_id, attribution.task].join();
        const usd = event.data['reported_cost_usd'] ?? event.data['estimated_cost_usd'];
        expected.set(key, (expected.get(key) ?? 0n) + nanos(typeof usd === 'number' ? usd : undefined));
      }
    }
    const joined = new Map<string, bigint>();
    for (const { fields, attribution, figures } of ofOthers) {
      const key = [fields.node_id, attribution.node, fields.task_id, attribution.task].join();
      joined.set(key, (joined.get(key) ?? 0n) + figures.costNanos);
    }
    expect(joined).toEqual(expected);
    const { ways } = whole;
    expect(ways.node.map(({ key }) => key['way'])).toEqual(expect.arrayContaining(['told', 'session', undefined]));
    expect(ways.task.map(({ key }) => key['way'])).toEqual(expect.arrayContaining(['told', 'claim', undefined]));
    expect((await audit(metrics, USAGE_NOW_MICROS)).filter(({ holds }) => !holds)).toEqual([]);
  });
});
