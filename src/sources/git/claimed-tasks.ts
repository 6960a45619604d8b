import { isLost } from '../amicus-state/advance-nodes.ts';
import { DEFAULT_LIMITS } from '../amicus-state/fact-list.ts';
import { parseState } from '../amicus-state/parse-state.ts';
import { readStateFile } from '../amicus-state/state-file.ts';

/** A task that somebody works on, as the state file of the cluster has it. */
export type ClaimedTask = {
  readonly taskId: string;
  readonly nodeId: string | undefined;
  /** Absent where the file does not say. */
  readonly claimedMicros: number | undefined;
};

/**
 * The tasks that are worked on now, the first claimed first. None where there is no state file, or one that cannot be
 * read at the moment. One whose node has gone silent is left out: it may never end, and nobody is at it.
 */
export function readClaimedTasks(directory: string, nowMicros: number): ClaimedTask[] {
  const reading = readStateFile(directory, undefined);
  if (reading.kind !== 'read') return [];
  const parsed = parseState({ bytes: reading.bytes, mtimeMicros: reading.mtimeMicros, nowMicros });
  if (!parsed.readable) return [];
  const { tasks, nodes } = parsed.model;
  return [...tasks]
    .flatMap(([taskId, { phase, holder, claimedMicros }]) => {
      const node = holder === undefined ? undefined : nodes.get(holder);
      const isAtIt = node !== undefined && node.status !== 'terminated' && !isLost(node, nowMicros, DEFAULT_LIMITS);
      return phase === 'claimed' && isAtIt ? [{ taskId, nodeId: holder, claimedMicros }] : [];
    })
    .toSorted((a, b) => (a.claimedMicros ?? nowMicros) - (b.claimedMicros ?? nowMicros));
}
