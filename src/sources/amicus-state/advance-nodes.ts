import { momentStamp } from '../../model/identity.ts';
import { type ClusterMemory, type NodeTrack, type ToldStatus, withoutOldest } from './cluster-memory.ts';
import { type ClusterModel, lastSeenMicros, type NodeState } from './cluster-model.ts';
import { type ClusterLimits, type FactList, isAnother, isLater, secondsBetween } from './fact-list.ts';

const NEW_NODE: NodeTrack = { live: false, stay: '', registrations: 0, statusChanges: 0 };

/** Tells which nodes joined, left, were given up or changed their status between two versions of the file. */
export function advanceNodes(
  memory: ClusterMemory,
  model: ClusterModel,
  facts: FactList,
): ReadonlyMap<string, NodeTrack> {
  const tracks = new Map(memory.nodes);
  for (const [nodeId, node] of model.nodes) {
    const again = isAnother(memory.model.nodes.get(nodeId)?.registeredMicros, node.registeredMicros);
    const moved = moveNode(nodeId, node, { before: tracks.get(nodeId), again }, facts);
    tracks.set(nodeId, moved.live || node.status === 'terminated' ? tellStatus(nodeId, node, moved, facts) : moved);
  }
  for (const [nodeId, node] of memory.model.nodes) {
    const track = tracks.get(nodeId);
    if (model.nodes.has(nodeId) || track === undefined) continue;
    if (track.live) leave(nodeId, node, track, { reason: 'removed', atMicros: facts.writtenMicros }, facts);
    // Goes to the end of the map, because the oldest of the gone are dropped first.
    tracks.delete(nodeId);
    tracks.set(nodeId, { ...track, live: false, told: undefined });
  }
  return withoutOldest(tracks, (nodeId) => model.nodes.has(nodeId), model.nodes.size);
}

/**
 * A node is given up when others wrote the file long after its last sign of life. Judged by the file alone, not by
 * our clock: a file that nobody writes (tracking switched off, the machine asleep) says nothing about its nodes.
 */
export function isLost(node: NodeState, writtenMicros: number, limits: ClusterLimits): boolean {
  const seen = lastSeenMicros(node);
  return node.status !== 'terminated' && seen !== undefined && writtenMicros - seen > limits.lostAfterMicros;
}

/** What a node is at a moment: what it says, unless its last sign of life is too old. */
export function statusAt(node: NodeState, atMicros: number, limits: ClusterLimits): ToldStatus | undefined {
  if (node.status === 'terminated') return 'terminated';
  const seen = lastSeenMicros(node);
  return seen !== undefined && atMicros - seen > limits.silentAfterMicros ? 'silent' : node.status;
}

function moveNode(
  nodeId: string,
  node: NodeState,
  known: {
    readonly before: NodeTrack | undefined;
    /** The file's time of its registration moved: another stay than the one that was seen last. */
    readonly again: boolean;
  },
  facts: FactList,
): NodeTrack {
  const { before, again } = known;
  const track = before ?? NEW_NODE;
  const isLive = node.status !== 'terminated' && !isLost(node, facts.writtenMicros, facts.limits);
  if (track.live && isLive && !again) return track;
  if (!track.live && !isLive && !again && before !== undefined) return track;
  // Both ends of a stay between two looks, or the end of one stay and the begin of the next.
  const skipped = track.live === isLive;
  let next = track;
  if (track.live) {
    next = leave(nodeId, node, track, skipped ? { reason: 'unknown' } : endOf(node, facts), facts);
    if (!skipped) return next;
  }
  next = join(nodeId, node, next, skipped, facts);
  return isLive ? next : leave(nodeId, node, next, { ...endOf(node, facts), inferred: true }, facts);
}

function join(nodeId: string, node: NodeState, track: NodeTrack, inferred: boolean, facts: FactList): NodeTrack {
  const { registeredMicros, role, model } = node;
  const registrations = track.registrations + 1;
  const isNew = isLater(registeredMicros, track.registeredMicros);
  const stay = isNew ? momentStamp(registeredMicros) : facts.nth('joined', registrations);
  const atMicros = facts.own(registeredMicros) ?? facts.own(node.heartbeatMicros) ?? facts.writtenMicros;
  facts.tell(
    'node.registered',
    { node_id: nodeId, role, model },
    { subject: nodeId, stamp: stay, atMicros, inferred, isShared: isNew },
  );
  return {
    ...track,
    live: true,
    stay,
    registrations,
    registeredMicros: isNew ? registeredMicros : track.registeredMicros,
    startedMicros: isNew ? registeredMicros : atMicros,
    told: undefined,
    silentSinceMicros: undefined,
  };
}

type End = {
  readonly reason: 'graceful' | 'idle_timeout' | 'heartbeat_timeout' | 'removed' | 'unknown';
  readonly atMicros?: number;
  /** Up to when it was there, where that is not the moment of the event. */
  readonly untilMicros?: number | undefined;
  readonly inferred?: boolean;
};

function endOf(node: NodeState, facts: FactList): End {
  const { lostAfterMicros, idleTimeoutMicros } = facts.limits;
  const seen = lastSeenMicros(node);
  if (node.status !== 'terminated' && seen !== undefined) {
    return { reason: 'heartbeat_timeout', atMicros: seen + lostAfterMicros, untilMicros: seen, inferred: true };
  }
  const atMicros = facts.own(node.statusSinceMicros) ?? facts.own(node.activityMicros) ?? facts.writtenMicros;
  const idleFor = node.idleSinceMicros === undefined ? 0 : atMicros - node.idleSinceMicros;
  return { reason: idleFor >= idleTimeoutMicros ? 'idle_timeout' : 'graceful', atMicros };
}

function leave(nodeId: string, node: NodeState, track: NodeTrack, end: End, facts: FactList): NodeTrack {
  const { reason } = end;
  const atMicros = end.atMicros ?? facts.own(node.registeredMicros) ?? facts.writtenMicros;
  facts.tell(
    'node.terminated',
    { node_id: nodeId, reason, uptime_seconds: secondsBetween(track.startedMicros, end.untilMicros ?? atMicros) },
    {
      subject: nodeId,
      stamp: track.stay,
      atMicros,
      inferred: end.inferred ?? (reason === 'removed' || reason === 'unknown'),
    },
  );
  return { ...track, live: false };
}

function tellStatus(nodeId: string, node: NodeState, track: NodeTrack, facts: FactList): NodeTrack {
  const status = statusAt(node, facts.writtenMicros, facts.limits);
  return status === undefined ? track : changeStatus(nodeId, node, track, status, facts);
}

/** Tells a new status, if it is one. */
export function changeStatus(
  nodeId: string,
  node: NodeState,
  track: NodeTrack,
  status: ToldStatus,
  facts: FactList,
): NodeTrack {
  if (status === track.told) return track;
  const statusChanges = track.statusChanges + 1;
  const seen = lastSeenMicros(node) ?? facts.writtenMicros;
  const isSilent = status === 'silent';
  const written = node.statusSinceMicros ?? (status === 'idle' ? node.idleSinceMicros : undefined);
  // A stamp must be new: a writer that does not know the field leaves the time of an earlier status, and a node that
  // was silent comes back with the time of a status that was told before.
  const since = !isSilent && isLater(written, track.sinceMicros) ? written : undefined;
  const stamp = isSilent
    ? `silent${momentStamp(seen)}`
    : track.silentSinceMicros !== undefined
      ? `back${momentStamp(track.silentSinceMicros)}`
      : since !== undefined
        ? momentStamp(since)
        : facts.nth('status', statusChanges);
  facts.tell(
    'node.status',
    { node_id: nodeId, status, previous: track.told, task_id: isSilent ? undefined : node.taskId },
    {
      subject: nodeId,
      stamp,
      atMicros: isSilent
        ? seen + facts.limits.silentAfterMicros
        : (facts.own(since) ?? facts.own(node.activityMicros) ?? facts.writtenMicros),
      inferred: isSilent,
    },
  );
  return {
    ...track,
    statusChanges,
    told: status,
    sinceMicros: since ?? track.sinceMicros,
    silentSinceMicros: isSilent ? seen : undefined,
  };
}
