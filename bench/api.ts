import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { MetricsCollector } from '../src/metrics-collector.ts';
import { type BenchContext, type BenchOutcome, quantile } from './harness.ts';
import { startUp } from './running-up.ts';

const CLIENTS = 16;
const PER_SECOND = 500;
const WARM_SECONDS = 15;
const MEASURED_SECONDS = 45;
/** How often a page of the dashboard asks again while something happens. */
const REFRESH_MILLIS = 2_000;

/** What pages of the dashboard ask. Each client looks at one of them, the next one at the next. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  overview: ['overview', 'status', 'budgets', 'insights', 'series?metric=task.completed&since=24h'],
  tasks: ['tasks?since=24h'],
  clock: ['clock?since=24h'],
  nodes: ['nodes?since=24h', 'status'],
  cost: ['costs?by=model&since=7d', 'costs?by=day&since=30d', 'forecast', 'budgets'],
  quality: ['quality?since=7d'],
  explore: [
    'metrics',
    'series?metric=state.read&aggregation=p95(duration_ms)&since=7d',
    'aggregate?metric=task.completed&aggregations=p95(duration_seconds)&by=node_id&since=30d',
    'events?metric=task.completed&limit=100',
  ],
  health: ['health', 'sources', 'alerts'],
};

type Asked = { readonly question: string; readonly millis: number; readonly status: number };

/** What 16 open dashboards wait for while a cluster is recorded, asked of `up` as people run it. */
export async function benchApi({ stores, tell }: BenchContext): Promise<BenchOutcome> {
  const collector = await stores.ours();
  const up = await startUp(stores.oursDirectory);
  const { port, token } = up;
  try {
    tell('api: each question once');
    const first = new Map<string, number>();
    for (const question of new Set(Object.values(PAGES).flat())) {
      first.set(question, (await ask(port, token, question)).millis);
    }
    tell(`api: ${CLIENTS} clients beside ${PER_SECOND} events a second, for ${MEASURED_SECONDS} s`);
    const recorder = record(collector);
    await clients(port, token, WARM_SECONDS);
    const asked = await clients(port, token, MEASURED_SECONDS);
    recorder.stop();
    return outcomeOf(asked, first, stores.events);
  } finally {
    await up.stop();
  }
}

function outcomeOf(asked: readonly Asked[], first: ReadonlyMap<string, number>, events: number): BenchOutcome {
  const wrong = asked.filter(({ status }) => status !== 200 && status !== 304);
  if (wrong.length > 0)
    throw new Error(`${wrong.length} of ${asked.length} answers failed: ${JSON.stringify(wrong[0])}`);
  const all = asked.map(({ millis }) => millis);
  const rowOf = (question: string, values: readonly number[]) => ({
    question,
    asked: values.length,
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    most: Math.max(...values),
    first: first.get(question),
  });
  const byQuestion = Map.groupBy(asked, ({ question }) => question);
  return {
    tables: [
      {
        title: `HTTP API on ${events.toLocaleString('en-US')} events, ${CLIENTS} clients, ${PER_SECOND} events a second`,
        columns: [
          { key: 'question', label: 'question' },
          { key: 'asked', label: 'asked' },
          { key: 'p50', label: 'p50, ms', digits: 3 },
          { key: 'p99', label: 'p99, ms', digits: 3 },
          { key: 'most', label: 'most, ms', digits: 3 },
          { key: 'first', label: 'first answer, ms', digits: 3 },
        ],
        rows: [
          rowOf('all', all),
          ...[...byQuestion].map(([question, own]) =>
            rowOf(
              question,
              own.map(({ millis }) => millis),
            ),
          ),
        ],
        notes: [
          `Each client is a page of the dashboard that asks all its questions every ${REFRESH_MILLIS / 1_000} s; after ${WARM_SECONDS} s of the same.`,
          'Clients, the recording process and the server share the machine.',
        ],
      },
    ],
    figures: { 'API p99 of 16 dashboards, ms': quantile(all, 0.99) },
  };
}

const AGENT = new Agent({ keepAlive: true, maxSockets: CLIENTS * 6 });

function ask(port: number, token: string, question: string): Promise<Asked> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
    const options = { host: '127.0.0.1', port, path: `/api/v1/${question}`, headers, agent: AGENT };
    get(options, (answer) => {
      answer.resume();
      answer.once('end', () =>
        resolve({ question, millis: performance.now() - begun, status: answer.statusCode ?? 0 }),
      );
      answer.once('error', reject);
    }).once('error', reject);
  });
}

/** All clients for a while: begun at different moments, as pages are. */
async function clients(port: number, token: string, seconds: number): Promise<readonly Asked[]> {
  const pages = Object.values(PAGES);
  const end = performance.now() + seconds * 1_000;
  const one = async (client: number): Promise<Asked[]> => {
    const asked: Asked[] = [];
    await sleep((client * REFRESH_MILLIS) / CLIENTS);
    while (performance.now() < end) {
      const begun = performance.now();
      const questions = pages[client % pages.length] ?? [];
      asked.push(...(await Promise.all(questions.map((question) => ask(port, token, question)))));
      await sleep(Math.max(0, REFRESH_MILLIS - (performance.now() - begun)));
    }
    return asked;
  };
  return (await Promise.all(Array.from({ length: CLIENTS }, (_, client) => one(client)))).flat();
}

/** Events of a busy cluster, as evenly as timers allow. */
function record(collector: MetricsCollector): { stop(): void } {
  let count = 0;
  const begun = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1_000) * PER_SECOND;
    for (; count < due; count++) {
      const node = `Node-B${count % 24}`;
      if (count % 20 === 0) collector.record('task.created', { task_id: `bench-${count}` });
      else if (count % 20 === 1) collector.record('task.claimed', { task_id: `bench-${count - 1}`, node_id: node });
      else collector.record('state.read', { node_id: node, duration_ms: 3 + (count % 17), file_size_bytes: 40_000 });
    }
  }, 10);
  return { stop: () => clearInterval(timer) };
}
