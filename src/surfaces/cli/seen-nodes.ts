import type { SeenNode } from '../../analysis/reports/nodes-now.ts';
import { readClusterNow } from '../../sources/amicus-state/cluster-view.ts';
import type { CommandContext } from './context.ts';

/** The nodes that the state file of the context folder shows now; none where there is none, or none can be read. */
export function seenNodes({ directory, clock }: Pick<CommandContext, 'directory' | 'clock'>): readonly SeenNode[] {
  const now = readClusterNow(directory, clock);
  return now.found ? now.view.nodes : [];
}
