import type { AggregateRow } from '../../query/question.ts';
import { type Answerer, definedSpan, type ReportSpan } from './answerer.ts';
import { callsToldOnce, TELLER_FIELDS } from './calls-told-once.ts';
import { type Distribution, distributionOf, NO_DISTRIBUTION, toCount, toDistribution } from './distribution.ts';
import { compareNames } from './nodes-now.ts';
import { stateLatency, type StateLatency } from './state-latency.ts';

/** Ended attempts by outcome. Outcomes that did not occur are absent. */
export type OutcomeCounts = Readonly<Record<string, number>>;

/** What one node did with its tasks. */
export type NodeShare = {
  /** Absent for attempts whose node is unknown. */
  readonly nodeId: string | undefined;
  readonly claimed: number;
  /** Ended attempts, well or not. */
  readonly completed: number;
  readonly outcomes: OutcomeCounts;
  readonly durationSeconds: Distribution;
};

/** What a cluster did in a span of time. */
export type Overview = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly created: number;
  readonly claimed: number;
  readonly completed: number;
  readonly released: number;
  readonly outcomes: OutcomeCounts;
  /** From the claim to the end, waiting included. */
  readonly durationSeconds: Distribution;
  /** From creation, or the last release, to the claim. */
  readonly queueSeconds: Distribution;
  /** Most completed first. */
  readonly nodes: readonly NodeShare[];
  readonly state: StateLatency;
  readonly tools: { readonly calls: number; readonly errors: number; readonly durationMs: Distribution };
};

const byNode = (rows: readonly AggregateRow[]): ReadonlyMap<string, AggregateRow> =>
  new Map(rows.map((row) => [nodeKey(row), row]));

const nodeKey = (row: AggregateRow): string => String(row.group['node_id'] ?? '');

/** Outcome counts of all rows that have the same node, or of all rows. */
export function countOutcomes(rows: readonly AggregateRow[], node?: string): OutcomeCounts {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    if (node !== undefined && nodeKey(row) !== node) continue;
    const outcome = String(row.group['outcome'] ?? 'unknown');
    counts[outcome] = (counts[outcome] ?? 0) + toCount(row);
  }
  return counts;
}

/** Joins what the answers say of each node. */
function nodeShares(
  claims: readonly AggregateRow[],
  durations: readonly AggregateRow[],
  outcomes: readonly AggregateRow[],
): NodeShare[] {
  const claimed = byNode(claims);
  const completed = byNode(durations);
  const shares = [...new Set([...claimed.keys(), ...completed.keys()])].map((node): NodeShare => {
    const row = completed.get(node);
    return {
      nodeId: node === '' ? undefined : node,
      claimed: toCount(claimed.get(node)),
      completed: toCount(row),
      outcomes: countOutcomes(outcomes, node),
      durationSeconds: row === undefined ? NO_DISTRIBUTION : toDistribution(row, 'duration_seconds'),
    };
  });
  return shares.sort((a, b) => b.completed - a.completed || compareNames(a.nodeId ?? '~', b.nodeId ?? '~'));
}

/** What each node did with its tasks in a span of time. */
export type NodeShares = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly outcomes: OutcomeCounts;
  /** Most completed first. */
  readonly nodes: readonly NodeShare[];
};

/** Claims, ended attempts and durations by node. */
export async function nodeSharesIn(ask: Answerer, span: ReportSpan): Promise<NodeShares> {
  const grouped = async (metric: string, aggregations: readonly string[], groupBy: readonly string[]) =>
    ask.aggregate({ metric, ...definedSpan(span), aggregations, groupBy });
  const perNode = await grouped('task.completed', ['count', ...distributionOf('duration_seconds')], ['node_id']);
  const perOutcome = await grouped('task.completed', ['count'], ['node_id', 'outcome']);
  const claims = await grouped('task.claimed', ['count'], ['node_id']);
  return {
    fromMicros: Math.round(perNode.plan.from * 1e6),
    toMicros: Math.round(perNode.plan.to * 1e6),
    outcomes: countOutcomes(perOutcome.rows),
    nodes: nodeShares(claims.rows, perNode.rows, perOutcome.rows),
  };
}

/** Tasks, nodes, queue, state file and tools in a span of time. */
export async function overview(ask: Answerer, span: ReportSpan): Promise<Overview> {
  const rowsOf = async (metric: string, aggregations: readonly string[], groupBy: readonly string[] = []) =>
    (await ask.aggregate({ metric, ...definedSpan(span), aggregations, groupBy })).rows;
  const { fromMicros, toMicros, outcomes, nodes } = await nodeSharesIn(ask, span);
  const [completed] = await rowsOf('task.completed', ['count', ...distributionOf('duration_seconds')]);
  const [claimed] = await rowsOf('task.claimed', ['count', ...distributionOf('queue_seconds')]);
  const [created] = await rowsOf('task.created', ['count']);
  const [released] = await rowsOf('task.released', ['count']);
  // Tellings of one call have the same length, so that they move no percentile.
  const [tools] = await rowsOf('tool.called', distributionOf('duration_ms'));
  const calls = callsToldOnce(await rowsOf('tool.called', ['count'], [...TELLER_FIELDS, 'outcome']));
  const toolOutcomes = countOutcomes(calls);
  return {
    fromMicros,
    toMicros,
    created: toCount(created),
    claimed: toCount(claimed),
    completed: toCount(completed),
    released: toCount(released),
    outcomes,
    durationSeconds: toDistribution(completed, 'duration_seconds'),
    queueSeconds: toDistribution(claimed, 'queue_seconds'),
    nodes,
    state: await stateLatency(ask, span),
    tools: {
      calls: calls.reduce((sum, row) => sum + toCount(row), 0),
      errors: toolOutcomes['error'] ?? 0,
      durationMs: toDistribution(tools, 'duration_ms'),
    },
  };
}
