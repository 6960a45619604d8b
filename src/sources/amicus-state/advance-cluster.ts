import type { IncomingEvent } from '../../model/event.ts';
import { momentStamp } from '../../model/identity.ts';
import { advanceAsking } from './advance-asking.ts';
import { advanceMessages } from './advance-messages.ts';
import { advanceNodes, changeStatus, statusAt } from './advance-nodes.ts';
import { advanceStatuses } from './advance-statuses.ts';
import { advanceTasks } from './advance-tasks.ts';
import { type ClusterMemory, emptyMemory } from './cluster-memory.ts';
import { type ClusterModel, hasCluster } from './cluster-model.ts';
import { snapshotAt } from './count-cluster.ts';
import { DEFAULT_LIMITS, FactList, type LookContext } from './fact-list.ts';

/** What a look made of what was known: the events it tells, and what is known now. */
export type Advance = {
  readonly memory: ClusterMemory;
  readonly events: readonly IncomingEvent[];
  /** Those of the events that a bus may tell first-hand, under the same identity and with more detail. */
  readonly shared: ReadonlySet<IncomingEvent>;
};

/**
 * Tells what happened between the version of the file that is remembered and the next one. Pure.
 *
 * Deterministic in memory and model: two watchers that remember the same and see the same tell the same events under
 * the same identities. A watcher that missed versions counts fewer transitions and gives identities that are taken,
 * so what it tells too much of is dropped; it never gives a new identity to something already told.
 */
export function advanceCluster(memory: ClusterMemory, model: ClusterModel, context: LookContext): Advance {
  const { epochMicros } = memory;
  const writtenMicros = model.version.mtimeMicros;
  const facts = new FactList(context, { beforeMicros: memory.model.version.mtimeMicros, writtenMicros, epochMicros });
  tellWrite(memory.model, model, facts);
  const nodes = advanceNodes(memory, model, facts);
  const tasks = advanceStatuses(memory, model, advanceTasks(memory, model, facts), facts);
  const asking = advanceAsking(memory, model, soleMover(memory.model, model), facts);
  const messageTotals = advanceMessages(memory, model, facts);
  tellSnapshot(memory, { model, tasks }, facts);
  const { events, shared } = facts;
  return {
    memory: { epochMicros, told: memory.told + events.length, model, nodes, tasks, messageTotals, asking },
    events,
    shared,
  };
}

/**
 * What is known of a cluster that was there before anybody looked. Its nodes and tasks are "already there": nothing
 * is told of them, and of what is under way only what the file itself says is known.
 */
export function firstMemory(model: ClusterModel, epochMicros: number): ClusterMemory {
  const { mtimeMicros } = model.version;
  const context = { key: '', cluster: undefined, nowMicros: mtimeMicros, gap: true, limits: DEFAULT_LIMITS };
  const { memory } = advanceCluster(emptyMemory(epochMicros), model, context);
  return { ...memory, told: 0 };
}

/** Tells nodes that have become silent by now, without any change of the file. */
export function watchSilence(memory: ClusterMemory, context: LookContext): Advance {
  const { epochMicros, model } = memory;
  const { mtimeMicros } = model.version;
  const facts = new FactList(context, { beforeMicros: mtimeMicros, writtenMicros: mtimeMicros, epochMicros });
  const nodes = new Map(memory.nodes);
  for (const [nodeId, node] of model.nodes) {
    const track = nodes.get(nodeId);
    if (track?.live !== true || statusAt(node, context.nowMicros, context.limits) !== 'silent') continue;
    nodes.set(nodeId, changeStatus(nodeId, node, track, 'silent', facts));
  }
  const { events, shared } = facts;
  const after = events.length === 0 ? memory : { ...memory, nodes, told: memory.told + events.length };
  return { memory: after, events, shared };
}

/** The cluster as it stands now, told once for each interval by however many watch. Undefined where there is none. */
export function snapshotNow(
  memory: ClusterMemory,
  context: LookContext,
  intervalMicros: number,
): IncomingEvent | undefined {
  if (!hasCluster(memory.model)) return undefined;
  const { epochMicros } = memory;
  const { nowMicros, limits } = context;
  const facts = new FactList(context, { beforeMicros: nowMicros, writtenMicros: nowMicros, epochMicros });
  const stamp = `each${intervalMicros}#${Math.floor(nowMicros / intervalMicros)}`;
  facts.tell('cluster.snapshot', snapshotAt(memory, nowMicros, limits), { subject: '', stamp, atMicros: nowMicros });
  return facts.events[0];
}

/** A version of the file that is too large to be read: only that it was written, and how large it is. */
export function writeOfUnread(
  version: { readonly mtimeMicros: number; readonly sizeBytes: number },
  context: LookContext,
): IncomingEvent | undefined {
  const { mtimeMicros, sizeBytes } = version;
  const facts = new FactList(context, { beforeMicros: mtimeMicros, writtenMicros: mtimeMicros, epochMicros: 0 });
  const stamp = versionStamp(mtimeMicros, `${sizeBytes}`);
  facts.tell('state.write', { file_size_bytes: sizeBytes }, { subject: '', stamp, atMicros: mtimeMicros });
  return facts.events[0];
}

/** One event for each version seen. Its writer is guessed when a single node's entry changed. */
function tellWrite(before: ClusterModel, model: ClusterModel, facts: FactList): void {
  const { mtimeMicros, sizeBytes, contentHash, writtenMicros } = model.version;
  const isFresh = writtenMicros !== undefined && writtenMicros !== before.version.writtenMicros;
  facts.tell(
    'state.write',
    { node_id: soleMover(before, model), file_size_bytes: sizeBytes },
    {
      subject: '',
      stamp: isFresh ? momentStamp(writtenMicros) : versionStamp(mtimeMicros, contentHash),
      atMicros: mtimeMicros,
      isShared: isFresh,
    },
  );
}

function versionStamp(mtimeMicros: number, contentHash: string): string {
  return `${momentStamp(mtimeMicros)}/${contentHash}`;
}

function soleMover(before: ClusterModel, model: ClusterModel): string | undefined {
  const movers = [...model.nodes].filter(([nodeId, node]) => {
    const was = before.nodes.get(nodeId);
    return (
      was === undefined ||
      was.heartbeatMicros !== node.heartbeatMicros ||
      was.activityMicros !== node.activityMicros ||
      was.status !== node.status
    );
  });
  return movers.length === 1 ? movers[0]?.[0] : undefined;
}

/** Told when a count or Amicus's own judgement changed; ages alone are no change. */
function tellSnapshot(
  before: Pick<ClusterMemory, 'model' | 'tasks'>,
  after: Pick<ClusterMemory, 'model' | 'tasks'>,
  facts: FactList,
): void {
  const { mtimeMicros, contentHash } = after.model.version;
  const data = snapshotAt(after, mtimeMicros, facts.limits);
  const known = snapshotAt(before, before.model.version.mtimeMicros, facts.limits);
  const isSame =
    hasCluster(before.model) &&
    known.active_nodes === data.active_nodes &&
    known.idle_nodes === data.idle_nodes &&
    known.pending_tasks === data.pending_tasks &&
    known.in_progress_tasks === data.in_progress_tasks &&
    known.max_nodes === data.max_nodes &&
    known.workload_status === data.workload_status &&
    known.spawn_recommendation === data.spawn_recommendation;
  if (isSame) return;
  facts.tell('cluster.snapshot', data, {
    subject: '',
    stamp: versionStamp(mtimeMicros, contentHash),
    atMicros: mtimeMicros,
  });
}
