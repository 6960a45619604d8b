import { type ClusterModel, NO_CLUSTER } from './cluster-model.ts';
import type { MetricData } from '../../metrics/index.ts';

/** The status of a node as it was last told; `silent` is concluded from a missing heartbeat. */
export type ToldStatus = NonNullable<MetricData<'node.status'>['status']>;

/** What is remembered of a node besides its entry. */
export type NodeTrack = {
  /** It has joined and has neither left nor been given up. */
  readonly live: boolean;
  /** Stamp of its present or last stay. */
  readonly stay: string;
  readonly startedMicros?: number | undefined;
  /** The file's own time of a registration, last used as a stamp. */
  readonly registeredMicros?: number | undefined;
  readonly registrations: number;
  readonly statusChanges: number;
  readonly told?: ToldStatus | undefined;
  /** The file's own time of a status, last used as a stamp. */
  readonly sinceMicros?: number | undefined;
  /** Its last sign of life when it was told to be silent. */
  readonly silentSinceMicros?: number | undefined;
};

/** A claim that has not ended. */
export type Attempt = {
  readonly stamp: string;
  /** When it was claimed; undefined when nobody saw it and the file does not say. */
  readonly startedMicros?: number | undefined;
  readonly holder?: string | undefined;
  /** The stamp is a time of the file, so that a bus may tell the same attempt. */
  readonly isShared: boolean;
};

/** What is remembered of a task besides its entry. */
export type TaskTrack = {
  /** Stamp of its present or last stay in the queue. */
  readonly stay: string;
  readonly stays: number;
  readonly attempts: number;
  readonly attempt?: Attempt | undefined;
  /** Since when it waits: created, or last released. */
  readonly queuedSinceMicros?: number | undefined;
  /** The file's own times of creation and claim that were last used as stamps. */
  readonly createdMicros?: number | undefined;
  readonly claimedMicros?: number | undefined;
  /** How many `task.status` were told of it. */
  readonly statusChanges?: number | undefined;
};

/** What is remembered of asking for a person, besides whether one is asked for now. */
export type AskTrack = {
  readonly changes: number;
  /** Since when one is asked for, where the beginning was seen. */
  readonly sinceMicros?: number | undefined;
};

/** Before anybody asked. */
export const NEVER_ASKED: AskTrack = { changes: 0 };

/**
 * All that is known of a cluster after a look: the model it showed, and what that model alone does not say. Tracks of
 * nodes and tasks that are gone are kept for a while, so that one that comes back is not taken for a new one.
 */
export type ClusterMemory = {
  /** When the counting of transitions began; part of every stamp that is a count. */
  readonly epochMicros: number;
  /** Events told since then. Of two memories of one version, the one that told more knows more. */
  readonly told: number;
  readonly model: ClusterModel;
  readonly nodes: ReadonlyMap<string, NodeTrack>;
  readonly tasks: ReadonlyMap<string, TaskTrack>;
  /** How often a message was seen that has neither id nor time. */
  readonly messageTotals: ReadonlyMap<string, number>;
  readonly asking: AskTrack;
};

/** A memory of nothing: what is seen next is new. */
export function emptyMemory(epochMicros: number): ClusterMemory {
  return {
    epochMicros,
    told: 0,
    model: NO_CLUSTER,
    nodes: new Map(),
    tasks: new Map(),
    messageTotals: new Map(),
    asking: NEVER_ASKED,
  };
}

/** How many tracks of gone nodes, tasks and repeated messages are kept, each; the oldest go first. */
export const MAX_GONE = 2_000;

/** Drops the tracks of what is long gone. Cheap unless far too many are there. */
export function withoutOldest<Track>(
  tracks: ReadonlyMap<string, Track>,
  isPresent: (key: string) => boolean,
  presentCount: number,
): ReadonlyMap<string, Track> {
  let surplus = tracks.size - presentCount - MAX_GONE;
  if (surplus <= 0) return tracks;
  return new Map([...tracks].filter(([key]) => isPresent(key) || surplus-- <= 0));
}
