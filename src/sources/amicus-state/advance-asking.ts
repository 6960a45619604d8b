import type { AskTrack, ClusterMemory } from './cluster-memory.ts';
import type { ClusterModel } from './cluster-model.ts';
import { type FactList, secondsBetween } from './fact-list.ts';

/**
 * Tells that the cluster asks for a person, or asks no more. The flag is the cluster's, not a node's.
 *
 * @param nodeId Who changed it, where only one node wrote.
 */
export function advanceAsking(
  memory: ClusterMemory,
  model: ClusterModel,
  nodeId: string | undefined,
  facts: FactList,
): AskTrack {
  const waiting = model.askUser;
  if (waiting === memory.model.askUser) return memory.asking;
  const changes = memory.asking.changes + 1;
  const atMicros = facts.writtenMicros;
  facts.tell(
    'human.asked',
    {
      node_id: nodeId,
      waiting,
      waited_seconds: waiting || facts.gap ? undefined : secondsBetween(memory.asking.sinceMicros, atMicros),
    },
    { subject: '', stamp: facts.nth('asked', changes), atMicros },
  );
  return { changes, sinceMicros: waiting && !facts.gap ? atMicros : undefined };
}
