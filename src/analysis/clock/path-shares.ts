import type { CriticalPath, PathSegment } from './critical-path.ts';

/**
 * What the end of a run waited for: a node's work, a node that had the task and did not work, a lock, a free node, another
 * task, a review, a person, a new task.
 */
export type PathResource = {
  readonly kind: 'node' | 'standstill' | 'lock' | 'queue' | 'blocked' | 'review' | 'person' | 'arrival' | 'unknown';
  /** The node, or who held the lock; absent where none is meant or known. */
  readonly id: string | undefined;
};

export type PathShare = PathResource & { readonly micros: number };

const RESOURCES: Readonly<Record<PathSegment['kind'], PathResource['kind']>> = {
  working: 'node',
  testing: 'node',
  abandoned: 'standstill',
  lock_wait: 'lock',
  queued: 'queue',
  blocked: 'blocked',
  in_review: 'review',
  human_wait: 'person',
  arrival: 'arrival',
  unattributed: 'unknown',
};

function resourceOf({ kind, nodeId, holderId }: PathSegment): PathResource {
  const resource = kind === 'unattributed' && nodeId !== undefined ? 'standstill' : RESOURCES[kind];
  const isOfNode = resource === 'node' || resource === 'standstill';
  return { kind: resource, id: isOfNode ? nodeId : resource === 'lock' ? holderId : undefined };
}

/** How long the path lay with each resource, the longest first. They sum up to the run's wall time. */
export function resourceShares({ segments }: CriticalPath): readonly PathShare[] {
  const shares = new Map<string, PathShare>();
  for (const segment of segments) {
    const resource = resourceOf(segment);
    const key = JSON.stringify([resource.kind, resource.id ?? null]);
    const micros = (shares.get(key)?.micros ?? 0) + (segment.toMicros - segment.fromMicros);
    shares.set(key, { ...resource, micros });
  }
  return [...shares.values()].sort((a, b) => b.micros - a.micros);
}

export type TaskShare = { readonly taskId: string | undefined; readonly micros: number };

/** How long the path lay in each task, the longest first; arrivals in none. They sum up to the run's wall time. */
export function taskShares({ segments }: CriticalPath): readonly TaskShare[] {
  const micros = new Map<string | undefined, number>();
  for (const { taskId, fromMicros, toMicros } of segments) {
    micros.set(taskId, (micros.get(taskId) ?? 0) + (toMicros - fromMicros));
  }
  return [...micros].map(([taskId, sum]) => ({ taskId, micros: sum })).sort((a, b) => b.micros - a.micros);
}
