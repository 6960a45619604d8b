import type { NodeState, TaskLife } from '../clock/cluster-clock.ts';
import { openClock } from '../clock/open-clock.ts';
import { type Utilisation, utilisation } from '../clock/utilisation.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import type { ReportSpan } from './answerer.ts';
import { rangeOfReport } from './report-range.ts';

/** A stretch of a node's time in one state. */
export type NodeStretch = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly state: NodeState;
  readonly concluded: boolean;
};

/** A node's turn at a task, cut to the span. */
export type NodeTurn = {
  readonly taskId: string;
  readonly priority: string | undefined;
  readonly fromMicros: number;
  readonly toMicros: number;
  /** True while it goes on. */
  readonly open: boolean;
  readonly ended: 'completed' | 'released' | undefined;
  readonly outcome: string | undefined;
  readonly reason: string | undefined;
};

/** What one node did in a span, one thing after the other. */
export type NodeDetail = {
  readonly nodeId: string;
  readonly fromMicros: number;
  readonly toMicros: number;
  /** False when single events of the span have expired or were too many. */
  readonly complete: boolean;
  readonly use: Utilisation;
  readonly stretches: readonly NodeStretch[];
  /** Newest first. */
  readonly turns: readonly NodeTurn[];
};

/**
 * One node's time and turns in a span.
 *
 * @returns `undefined` when the node was not seen in it.
 */
export async function nodeDetail(
  ask: EventAnswerer,
  nodeId: string,
  span: ReportSpan & { readonly since: NonNullable<ReportSpan['since']> },
  nowMicros: number,
): Promise<NodeDetail | undefined> {
  const range = await rangeOfReport(span, nowMicros);
  const clock = await openClock(ask, range.fromMicros, range.toMicros, nowMicros);
  const stays = clock.nodes.filter((life) => life.nodeId === nodeId);
  const [use] = utilisation({ ...clock, nodes: stays }).nodes;
  if (use === undefined) return undefined;
  const stretches = stays
    .flatMap(({ intervals }) => intervals)
    .map(({ fromMicros, toMicros, state, concluded }) => ({ fromMicros, toMicros, state, concluded }));
  const turns = clock.tasks.flatMap((life) => turnsOf(life, nodeId, clock.fromMicros, clock.toMicros));
  return {
    nodeId,
    fromMicros: clock.fromMicros,
    toMicros: clock.toMicros,
    complete: clock.complete,
    use,
    stretches: stretches.sort((a, b) => a.fromMicros - b.fromMicros),
    turns: turns.sort((a, b) => b.fromMicros - a.fromMicros),
  };
}

function turnsOf({ taskId, history }: TaskLife, nodeId: string, fromMicros: number, toMicros: number): NodeTurn[] {
  return history.attempts
    .filter((turn) => turn.nodeId === nodeId && turn.fromMicros < toMicros && (turn.toMicros ?? toMicros) > fromMicros)
    .map((turn) => ({
      taskId,
      priority: history.priority,
      fromMicros: Math.max(turn.fromMicros, fromMicros),
      toMicros: Math.min(turn.toMicros ?? toMicros, toMicros),
      open: turn.toMicros === undefined || turn.toMicros > toMicros,
      ended: turn.ended,
      outcome: turn.outcome,
      reason: turn.reason,
    }));
}
