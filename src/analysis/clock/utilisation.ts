import { compareNames } from '../reports/nodes-now.ts';
import type { ClusterClock, NodeState } from './cluster-clock.ts';
import { type StateTimes, stateTimes } from './state-times.ts';

/** How well a node, or all of them, was used. */
export type Utilisation = {
  /** Absent for the cluster. */
  readonly nodeId: string | undefined;
  readonly role: string | undefined;
  readonly model: string | undefined;
  readonly times: StateTimes<NodeState>;
  /** Working, idle or waiting: the time in which it was alive and its state is known. What `busyShare` is a part of. */
  readonly knownMicros: number;
  /** Part of `knownMicros` in which it worked, 0 to 1; absent where that is 0. */
  readonly busyShare: number | undefined;
};

/** Of the cluster, and of each node, the busiest first. */
export function utilisation(clock: ClusterClock): {
  readonly cluster: Utilisation;
  readonly nodes: readonly Utilisation[];
} {
  const byNode = Map.groupBy(clock.nodes, ({ nodeId }) => nodeId);
  const nodes = [...byNode].map(([nodeId, stays]) =>
    utilisationOf(stateTimes(stays), nodeId, stays.at(-1)?.role, stays.at(-1)?.model),
  );
  nodes.sort((a, b) => workingOf(b.times) - workingOf(a.times) || compareNames(a.nodeId ?? '', b.nodeId ?? ''));
  return { cluster: utilisationOf(stateTimes(clock.nodes)), nodes };
}

const workingOf = (times: StateTimes<NodeState>): number => times.get('working') ?? 0;

function utilisationOf(times: StateTimes<NodeState>, nodeId?: string, role?: string, model?: string): Utilisation {
  const working = workingOf(times);
  const knownMicros = working + (times.get('idle') ?? 0) + (times.get('waiting') ?? 0);
  return { nodeId, role, model, times, knownMicros, busyShare: knownMicros === 0 ? undefined : working / knownMicros };
}
