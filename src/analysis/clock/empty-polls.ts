import type { FilterBook } from '../../query/question.ts';
import { type Answerer, definedSpan, type ReportSpan } from '../reports/answerer.ts';
import { toCount } from '../reports/distribution.ts';

/** How often one node asked for a task, and how often it got none. */
export type EmptyPolls = {
  /** Absent where the caller is not known. */
  readonly nodeId: string | undefined;
  readonly calls: number;
  /** Calls that no claim came of. */
  readonly empty: number;
};

const CLAIM_TOOLS = ['claim_best_task', 'claim_task'];

/**
 * Calls for a task that were answered without one, by node, the most first; none where no calls are told of.
 *
 * No event says that an answer held no task, since answers are not kept: it is the calls of a node less its claims. A
 * claim that a node wrote into the state file itself hides an empty call, so the figure is a lower bound.
 *
 * @param nodeId Only those of this node.
 */
export async function emptyPolls(ask: Answerer, span: ReportSpan, nodeId?: string): Promise<readonly EmptyPolls[]> {
  const own: FilterBook = nodeId === undefined ? {} : { node_id: nodeId };
  const countsOf = async (metric: string, filters: FilterBook): Promise<ReadonlyMap<string | undefined, number>> => {
    const question = { metric, ...definedSpan(span), aggregations: ['count'], groupBy: ['node_id'] };
    const { rows } = await ask.aggregate({ ...question, filters: { ...filters, ...own } });
    return new Map(
      rows.map((row) => {
        const node = row.group['node_id'];
        return [typeof node === 'string' ? node : undefined, toCount(row)];
      }),
    );
  };
  const calls = await countsOf('tool.called', { tool: CLAIM_TOOLS });
  if (calls.size === 0) return [];
  const claims = await countsOf('task.claimed', {});
  return [...calls]
    .map(([node, count]) => ({ nodeId: node, calls: count, empty: Math.max(0, count - (claims.get(node) ?? 0)) }))
    .sort((a, b) => b.empty - a.empty);
}
