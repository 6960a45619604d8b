import { type ClusterMemory, MAX_GONE } from './cluster-memory.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { FactList } from './fact-list.ts';

/**
 * Tells which messages are in the list that were not before. The list is pruned now and then, so what is gone means
 * nothing, and a repeated message without id and time is told apart by how often it was seen.
 */
export function advanceMessages(
  memory: ClusterMemory,
  model: ClusterModel,
  facts: FactList,
): ReadonlyMap<string, number> {
  const before = new Map<string, number>();
  for (const { key } of memory.model.messages) before.set(key, (before.get(key) ?? 0) + 1);
  const totals = new Map(memory.messageTotals);
  for (const { key, distinct, sentMicros, nodeId, kind, sizeBytes } of model.messages) {
    const left = before.get(key) ?? 0;
    if (left > 0) {
      before.set(key, left - 1);
      continue;
    }
    // Equal in id or time: the same message, written twice.
    if (distinct && before.has(key)) continue;
    before.set(key, 0);
    const nth = (totals.get(key) ?? 0) + 1;
    if (!distinct) {
      totals.delete(key);
      totals.set(key, nth);
    }
    facts.tell(
      'message.sent',
      { node_id: nodeId, kind, size_bytes: sizeBytes },
      {
        subject: '',
        stamp: distinct ? key : facts.nth(key, nth),
        atMicros: facts.own(sentMicros) ?? facts.writtenMicros,
      },
    );
  }
  for (const key of totals.keys()) {
    if (totals.size <= MAX_GONE) break;
    totals.delete(key);
  }
  return totals;
}
