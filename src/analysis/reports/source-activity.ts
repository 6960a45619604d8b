import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { readUsage } from '../ledger/read-usage.ts';
import { type Answerer, definedSpan, type ReportSpan } from './answerer.ts';

/** What came from one kind of source. */
export type SourceActivity = {
  readonly source: string;
  readonly events: number;
  readonly lastMicros: number | undefined;
};

/** What one client told, through one of its outlets where it was usage of a model. */
export type ClientActivity = {
  readonly client: string;
  /** The outlet of usage; `other` for tool calls, failures, sessions and changes of code. */
  readonly feed: string;
  readonly events: number;
  /** Requests to a model; absent where the outlet does not tell. */
  readonly requests: number | undefined;
  /** Of `events`, those that name a node or a task. */
  readonly withNode: number;
  readonly withTask: number;
  /** Of the others, those whose node or task is concluded, by what. Of usage of models only; else 0. */
  readonly nodeBySession: number;
  readonly taskBySession: number;
  readonly taskByClaim: number;
  readonly lastMicros: number | undefined;
};

export type SourceReport = {
  readonly sources: readonly SourceActivity[];
  readonly clients: readonly ClientActivity[];
};

/** Metrics that clients of agents tell. */
const CLIENT_METRICS = [
  'tokens.consumed',
  'tool.called',
  'api.failed',
  'code.changed',
  'session.started',
  'session.ended',
] as const;

/**
 * Which sources told what, and how much of it is known to belong to a node and to a task.
 *
 * @param metrics The metrics that the store has events of.
 */
export async function sourceReport(
  ask: EventAnswerer,
  metrics: readonly string[],
  span: ReportSpan,
): Promise<SourceReport> {
  const sources = new Map<string, SourceActivity>();
  for (const metric of metrics) {
    const { rows } = await ask.aggregate({
      metric,
      ...definedSpan(span),
      aggregations: ['count'],
      groupBy: ['source'],
    });
    for (const { group, values } of rows) {
      const source = String(group['source']);
      const known = sources.get(source);
      sources.set(source, {
        source,
        events: (known?.events ?? 0) + Number(values['count'] ?? 0),
        lastMicros: later(known?.lastMicros, await lastMicros(ask, metric, span, { source })),
      });
    }
  }
  const clients = new Map<string, ClientActivity>();
  for (const metric of CLIENT_METRICS.filter((name) => metrics.includes(name))) {
    for (const told of await clientActivity(ask, metric, span)) {
      const key = clientKey(told);
      clients.set(key, joined(clients.get(key), told));
    }
  }
  if (metrics.includes('tokens.consumed')) await addConcluded(ask, span, clients);
  return {
    sources: [...sources.values()].sort((a, b) => b.events - a.events),
    clients: [...clients.values()].sort((a, b) => compare(a.client, b.client) || rank(a.feed) - rank(b.feed)),
  };
}

const NOTHING_CONCLUDED = { nodeBySession: 0, taskBySession: 0, taskByClaim: 0 } as const;

const clientKey = ({ client, feed }: Pick<ClientActivity, 'client' | 'feed'>): string => JSON.stringify([client, feed]);

/** Adds what the ledger's joins know, of all usage, whether it counts there or not. */
async function addConcluded(ask: EventAnswerer, span: ReportSpan, clients: Map<string, ClientActivity>): Promise<void> {
  const { lines } = await readUsage(ask, span, { fields: ['node_id', 'task_id'], byDay: false });
  for (const { fields, attribution, figures } of lines) {
    const { client, feed = 'unknown' } = fields;
    const key = client === undefined ? '' : clientKey({ client, feed });
    const known = clients.get(key);
    if (known === undefined) continue;
    const when = (holds: boolean): number => (holds ? figures.events : 0);
    clients.set(key, {
      ...known,
      nodeBySession: known.nodeBySession + when(attribution.node === 'session'),
      taskBySession: known.taskBySession + when(attribution.task === 'session'),
      taskByClaim: known.taskByClaim + when(attribution.task === 'claim'),
    });
  }
}

async function clientActivity(ask: Answerer, metric: string, span: ReportSpan): Promise<ClientActivity[]> {
  const isUsage = metric === 'tokens.consumed';
  const { rows } = await ask.aggregate({
    metric,
    ...definedSpan(span),
    filters: { client: { present: true } },
    aggregations: ['count', 'count(node_id)', 'count(task_id)', ...(isUsage ? ['sum(requests)'] : [])],
    groupBy: isUsage ? ['client', 'feed'] : ['client'],
  });
  const activities: ClientActivity[] = [];
  for (const { group, values } of rows) {
    const client = String(group['client']);
    const feed = isUsage ? String(group['feed'] ?? 'unknown') : 'other';
    const filters = isUsage && group['feed'] !== undefined ? { client, feed } : { client };
    const requests = values['sum(requests)'];
    activities.push({
      client,
      feed,
      events: Number(values['count'] ?? 0),
      requests: typeof requests === 'number' ? requests : undefined,
      withNode: Number(values['count(node_id)'] ?? 0),
      withTask: Number(values['count(task_id)'] ?? 0),
      ...NOTHING_CONCLUDED,
      lastMicros: await lastMicros(ask, metric, span, filters),
    });
  }
  return activities;
}

function joined(known: ClientActivity | undefined, told: ClientActivity): ClientActivity {
  if (known === undefined) return told;
  return {
    ...known,
    events: known.events + told.events,
    withNode: known.withNode + told.withNode,
    withTask: known.withTask + told.withTask,
    lastMicros: later(known.lastMicros, told.lastMicros),
  };
}

async function lastMicros(
  ask: Answerer,
  metric: string,
  span: ReportSpan,
  filters: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const { events } = await ask.query({ metric, ...definedSpan(span), filters, order: 'newest_first', limit: 1 });
  return events[0]?.atMicros;
}

const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const rank = (feed: string): number => (feed === 'other' ? 1 : 0);
