import type { Clock } from '../../model/clock.ts';
import { statusAt } from './advance-nodes.ts';
import type { ToldStatus } from './cluster-memory.ts';
import { type ClusterModel, lastSeenMicros, type Workload } from './cluster-model.ts';
import { type ClusterCounts, countCluster, snapshotAt } from './count-cluster.ts';
import { type ClusterLimits, DEFAULT_LIMITS, secondsBetween } from './fact-list.ts';
import { parseState, type UnreadableCode } from './parse-state.ts';
import { readStateFile } from './state-file.ts';

/** A node, for the screen. Ages are seconds; absent where the file gives no time. */
export type NodeView = {
  readonly nodeId: string;
  readonly role?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: ToldStatus | undefined;
  readonly taskId?: string | undefined;
  /** Since its last sign of life. */
  readonly seenSecondsAgo?: number | undefined;
  readonly idleSeconds?: number | undefined;
};

/** A cluster at one moment, for the screen. Holds no content. */
export type ClusterView = {
  readonly atMicros: number;
  /** Since the file was last written. */
  readonly writtenSecondsAgo: number;
  /** In the file's order, those that have left included. */
  readonly nodes: readonly NodeView[];
  readonly counts: ClusterCounts;
  readonly oldestQueuedSeconds?: number | undefined;
  /** What Amicus itself computed when it last assessed. */
  readonly workload: Workload;
  readonly messages: number;
  readonly activeFiles: number;
  readonly askUser: boolean;
  readonly agreementReached: boolean;
};

/** The view of a model at a moment, which decides who counts as silent. Pure. */
export function viewOf(model: ClusterModel, atMicros: number, limits: ClusterLimits = DEFAULT_LIMITS): ClusterView {
  const nodes = [...model.nodes].map(([nodeId, node]): NodeView => ({
    nodeId,
    role: node.role,
    model: node.model,
    status: statusAt(node, atMicros, limits),
    taskId: node.taskId,
    seenSecondsAgo: secondsBetween(lastSeenMicros(node), atMicros),
    idleSeconds: secondsBetween(node.idleSinceMicros, atMicros),
  }));
  return {
    atMicros,
    writtenSecondsAgo: secondsBetween(model.version.mtimeMicros, atMicros) ?? 0,
    nodes,
    counts: countCluster(model, atMicros, limits),
    oldestQueuedSeconds: snapshotAt({ model, tasks: new Map() }, atMicros, limits).oldest_pending_seconds,
    workload: model.workload,
    messages: model.messages.length,
    activeFiles: model.activeFiles,
    askUser: model.askUser,
    agreementReached: model.agreementReached,
  };
}

export type ClusterNow =
  | { readonly found: true; readonly view: ClusterView }
  | {
      readonly found: false;
      readonly why: 'state_missing' | 'state_too_large' | 'state_refused' | 'state_not_a_file' | UnreadableCode;
    };

/** Reads the state file once, now, and touches nothing. A writer in the middle of its work may make it unreadable. */
export function readClusterNow(directory: string, clock: Clock, limits: ClusterLimits = DEFAULT_LIMITS): ClusterNow {
  const reading = readStateFile(directory, undefined);
  if (reading.kind === 'too_large') return { found: false, why: 'state_too_large' };
  if (reading.kind === 'unreadable') return { found: false, why: reading.code };
  if (reading.kind !== 'read') return { found: false, why: 'state_missing' };
  const nowMicros = clock.nowMicros();
  const parsed = parseState({ ...reading, nowMicros });
  if (!parsed.readable) return { found: false, why: parsed.code };
  return { found: true, view: viewOf(parsed.model, nowMicros, limits) };
}
