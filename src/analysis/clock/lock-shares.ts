import type { AggregateRow, FilterBook } from '../../query/question.ts';
import { type Answerer, definedSpan, type ReportSpan } from '../reports/answerer.ts';
import { asNumber, toCount } from '../reports/distribution.ts';

/** Who waited for whom. Absent names were not told. */
export type LockPair = {
  readonly waiterId: string | undefined;
  readonly holderId: string | undefined;
  readonly waits: number;
  readonly waitSeconds: number;
  readonly maxWaitMs: number | undefined;
};

/** How long one node held the lock. */
export type LockHolder = {
  readonly nodeId: string | undefined;
  readonly holds: number;
  /** Absent where no length was told. */
  readonly holdSeconds: number | undefined;
  readonly maxHoldMs: number | undefined;
};

/** The lock of the state file: all waits and holds, the short ones included. */
export type LockShares = {
  /** The longest together first. Only waits of which the holder is known. */
  readonly pairs: readonly LockPair[];
  readonly holders: readonly LockHolder[];
  /** All waits together, also those of which the holder is not known; absent when none was told. */
  readonly waitSeconds: number | undefined;
};

const secondsOf = (row: AggregateRow | undefined, field: string): number | undefined => {
  const millis = asNumber(row?.values[`sum(${field})`]);
  return millis === undefined ? undefined : millis / 1e3;
};
const nameOf = (row: AggregateRow, field: string): string | undefined => {
  const name = row.group[field];
  return typeof name === 'string' ? name : undefined;
};

/**
 * Waits for the lock by waiter and holder, and holds by holder.
 *
 * @param nodeId Only where this node waited or held.
 */
export async function lockShares(ask: Answerer, span: ReportSpan, nodeId?: string): Promise<LockShares> {
  const rowsOf = async (aggregations: readonly string[], groupBy: readonly string[], filters: FilterBook) =>
    (await ask.aggregate({ metric: 'state.lock', ...definedSpan(span), aggregations, groupBy, filters })).rows;
  const own: FilterBook = nodeId === undefined ? {} : { node_id: nodeId };
  const pairRows = await rowsOf(['count', 'sum(wait_ms)', 'max(wait_ms)'], ['node_id', 'waited_for_node_id'], {
    waited_for_node_id: { present: true },
  });
  const pairs = pairRows
    .map((row) => ({
      waiterId: nameOf(row, 'node_id'),
      holderId: nameOf(row, 'waited_for_node_id'),
      waits: toCount(row),
      waitSeconds: secondsOf(row, 'wait_ms') ?? 0,
      maxWaitMs: asNumber(row.values['max(wait_ms)']),
    }))
    .filter(({ waiterId, holderId }) => nodeId === undefined || waiterId === nodeId || holderId === nodeId);
  const holders = (await rowsOf(['count', 'sum(hold_ms)', 'max(hold_ms)'], ['node_id'], own)).map((row) => ({
    nodeId: nameOf(row, 'node_id'),
    holds: toCount(row),
    holdSeconds: secondsOf(row, 'hold_ms'),
    maxHoldMs: asNumber(row.values['max(hold_ms)']),
  }));
  const [all] = await rowsOf(['sum(wait_ms)'], [], own);
  return {
    pairs: pairs.sort((a, b) => b.waitSeconds - a.waitSeconds),
    holders: holders.sort((a, b) => (b.holdSeconds ?? 0) - (a.holdSeconds ?? 0)),
    waitSeconds: secondsOf(all, 'wait_ms'),
  };
}
