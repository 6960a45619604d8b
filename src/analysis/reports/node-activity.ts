import type { StoredEvent } from '../../model/event.ts';
import { type Answerer, newestEvents, type ReportSpan, textField } from './answerer.ts';
import { type NodeNow, nodesNow, type SeenNode } from './nodes-now.ts';
import { type NodeShare, nodeSharesIn } from './overview.ts';

/** Status changes read: enough for days of a busy cluster. */
const MAX_EVENTS = 10_000;

/** Seconds spent in each status, by status. */
export type StatusTimes = Readonly<Record<string, number>>;

/** A node as it is now, and what it did in the span. */
export type NodeActivity = NodeNow & {
  readonly share: NodeShare | undefined;
  readonly statusSeconds: StatusTimes;
};

/**
 * How long a node was in each status.
 *
 * The time before its first change in the span counts for the status that this change says was before; the time after
 * its last change counts up to the span's end, except for a node that has terminated.
 *
 * @param changes `node.status` events of one node, oldest first, all within the span.
 */
export function statusTimes(changes: readonly StoredEvent[], fromMicros: number, toMicros: number): StatusTimes {
  const seconds: Record<string, number> = {};
  let status = changes[0] === undefined ? undefined : textField(changes[0], 'previous');
  let since = fromMicros;
  const close = (until: number): void => {
    if (status !== undefined && status !== 'terminated' && until > since) {
      seconds[status] = (seconds[status] ?? 0) + (until - since) / 1e6;
    }
    since = until;
  };
  for (const change of changes) {
    close(change.atMicros);
    status = textField(change, 'status');
  }
  close(toMicros);
  return seconds;
}

/** Every node that is known, the live ones first. */
export async function nodeActivity(
  ask: Answerer,
  span: ReportSpan,
  seen: readonly SeenNode[],
  nowMicros: number,
): Promise<readonly NodeActivity[]> {
  const [nodes, shares, changes] = [
    await nodesNow(ask, seen, nowMicros),
    await nodeSharesIn(ask, span),
    await newestEvents(ask, 'node.status', span, MAX_EVENTS),
  ];
  const shareOf = new Map(shares.nodes.map((share) => [share.nodeId, share]));
  const changesOf = Map.groupBy(changes, (event) => event.node_id);
  return nodes.map((node) => {
    const own = changesOf.get(node.nodeId) ?? [];
    // With the whole history asked for, the span begins at the epoch: a node's own time begins when it was first seen.
    const from = Math.max(shares.fromMicros, node.firstSeenMicros ?? own[0]?.atMicros ?? 0);
    const done = { share: shareOf.get(node.nodeId), statusSeconds: statusTimes(own, from, shares.toMicros) };
    return Object.assign(done, node);
  });
}
