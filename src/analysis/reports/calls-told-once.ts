import type { AggregateRow } from '../../query/question.ts';
import { toCount } from './distribution.ts';

/**
 * What rows of `tool.called` must be grouped by for the calls to be told once, besides their own groups. The name of the
 * server is none of it: clients and proxies name servers differently.
 */
export const TELLER_FIELDS = ['source', 'client', 'tool'] as const;

/**
 * Rows of the teller that told most, for each client and tool and each other thing that they are grouped by.
 *
 * A call of an MCP tool may be told by the client's telemetry, by its history, by a proxy before the server and by the
 * server. Those that share the call's id are stored once; some clients give servers no id, and then each telling is an
 * event of its own. Who told most missed least; calls that only another saw are left out: too few rather than twice.
 *
 * @param sameCall What makes rows of different tellers tell of the same: everything they are grouped by but the teller
 *   and what tellers may see differently, such as the outcome.
 */
export function callsToldOnce(
  rows: readonly AggregateRow[],
  sameCall: (row: AggregateRow) => readonly unknown[] = () => [],
): readonly AggregateRow[] {
  const byCall = Map.groupBy(rows, (row) =>
    JSON.stringify([
      row.group['client'] ?? null,
      row.group['tool'] ?? null,
      ...sameCall(row).map((part) => part ?? null),
    ]),
  );
  return [...byCall.values()].flatMap((tellings) => {
    const byTeller = Map.groupBy(tellings, ({ group }) => group['source']);
    const count = (some: readonly AggregateRow[]): number => some.reduce((sum, row) => sum + toCount(row), 0);
    return [...byTeller.values()].reduce((most, some) => (count(some) > count(most) ? some : most), []);
  });
}
