import type { TimeRange } from '../../model/range.ts';
import type { ClusterClock, LockWait, TaskLife, TaskState } from './cluster-clock.ts';
import { joined, lastWhere } from './in-order.ts';

/** What the end of a run waited for, at one time. `arrival`: for a task that nobody had created yet. */
export type PathSegment = TimeRange & {
  readonly kind: TaskState | 'arrival';
  /** Absent for an arrival. */
  readonly taskId: string | undefined;
  /** Who had the task. */
  readonly nodeId: string | undefined;
  /** Who held the lock that was waited for, where that is known. */
  readonly holderId: string | undefined;
};

/** How a run came to end when it did. */
export type CriticalPath = TimeRange & {
  /** Oldest first. They touch, and cover the run. */
  readonly segments: readonly PathSegment[];
};

type Ended = { readonly atMicros: number; readonly life: TaskLife };

/**
 * The critical path of the last run in a clock: from the last completion back to when there was no open task, or to the
 * begin of the span.
 *
 * Amicus knows of no dependencies between tasks, so the path is derived from the end backwards in time. At each step it
 * lies in one task. While a node had the task, the time is that node's (or the lock's, a review's, a person's). While it
 * was queued, it waited for the node that took it: the path goes on in the task that this node had before, as from its
 * end; where the node had none, the waiting itself is on the path. While it was blocked, the path goes on in the task that
 * ended last before the blocking ended. Where a task was created, it is taken to follow from the task that ended last
 * before; the time between is an arrival. Each moment of the run is in one segment.
 *
 * @returns `undefined` when no task ended in the span.
 */
export function criticalPath(clock: ClusterClock): CriticalPath | undefined {
  const ended = clock.tasks
    .filter((life) => !life.open && life.intervals.length > 0)
    .map((life) => ({ atMicros: life.toMicros, life }))
    .sort((a, b) => a.atMicros - b.atMicros);
  const last = ended.at(-1);
  if (last === undefined) return undefined;
  const run = joined(clock.tasks).find((stretch) => last.atMicros <= stretch.toMicros);
  const fromMicros = run?.fromMicros ?? clock.fromMicros;
  const segments = new PathWalk(clock, ended, fromMicros).walk(last);
  return { fromMicros, toMicros: last.atMicros, segments: segments.reverse() };
}

/** Walks backwards in time; each step leads to an earlier moment, or to another task at the same one. */
class PathWalk {
  readonly #ended: readonly Ended[];
  readonly #turnsByNode: ReadonlyMap<string, readonly Ended[]>;
  readonly #locksByNode: ReadonlyMap<string | undefined, readonly LockWait[]>;
  readonly #beginMicros: number;
  readonly #segments: PathSegment[] = [];
  /** Tasks that the walk was in at the present moment, so that two that ended at once do not send it to and fro. */
  readonly #here = new Set<TaskLife>();

  constructor(clock: ClusterClock, ended: readonly Ended[], beginMicros: number) {
    this.#ended = ended;
    this.#beginMicros = beginMicros;
    this.#turnsByNode = turnEnds(clock.tasks);
    this.#locksByNode = Map.groupBy(clock.lockWaits, ({ nodeId }) => nodeId);
  }

  walk(last: Ended): PathSegment[] {
    let { atMicros, life } = last;
    while (atMicros > this.#beginMicros) {
      this.#here.add(life);
      const { cause, fromMicros } = this.#before(life, atMicros);
      if (fromMicros < atMicros) this.#here.clear();
      atMicros = fromMicros;
      life = cause ?? life;
    }
    return this.#segments;
  }

  /** Adds what a task waited for just before a moment; tells in which task and at which moment the walk goes on. */
  #before(life: TaskLife, atMicros: number): { readonly cause: TaskLife | undefined; readonly fromMicros: number } {
    const index = life.intervals.findLastIndex((interval) => interval.fromMicros < atMicros);
    const interval = life.intervals[index];
    if (interval === undefined) {
      const earlier = this.#lastEnd(this.#ended, atMicros, -Infinity);
      return this.#add('arrival', undefined, earlier, this.#beginMicros, atMicros);
    }
    const { state, fromMicros } = interval;
    const taker = life.intervals[index + 1]?.nodeId;
    const causes =
      state === 'blocked' ? this.#ended : state === 'queued' && taker !== undefined ? this.#turnsByNode.get(taker) : [];
    const cause = this.#lastEnd(causes ?? [], atMicros, fromMicros, life);
    return this.#add(state, { life, nodeId: interval.nodeId }, cause, fromMicros, atMicros);
  }

  /** The last of some ends that lies after one moment and not after another. */
  #lastEnd(ends: readonly Ended[], upTo: number, after: number, except?: TaskLife): Ended | undefined {
    const found = lastWhere(
      ends,
      upTo,
      ({ atMicros, life }) => life !== except && !(atMicros === upTo && this.#here.has(life)),
    );
    return found !== undefined && found.atMicros > after ? found : undefined;
  }

  #add(
    kind: PathSegment['kind'],
    task: { readonly life: TaskLife; readonly nodeId: string | undefined } | undefined,
    cause: Ended | undefined,
    beginMicros: number,
    toMicros: number,
  ): { readonly cause: TaskLife | undefined; readonly fromMicros: number } {
    const fromMicros = Math.max(cause?.atMicros ?? beginMicros, this.#beginMicros);
    const nodeId = task?.nodeId;
    const holderId = kind === 'lock_wait' ? this.#holder(nodeId, fromMicros, toMicros) : undefined;
    if (fromMicros < toMicros) {
      this.#segments.push({ fromMicros, toMicros, kind, taskId: task?.life.taskId, nodeId, holderId });
    }
    return { cause: cause?.life, fromMicros };
  }

  #holder(nodeId: string | undefined, fromMicros: number, toMicros: number): string | undefined {
    const waits = this.#locksByNode.get(nodeId) ?? [];
    return waits.find((wait) => wait.fromMicros < toMicros && wait.toMicros > fromMicros)?.holderId;
  }
}

/** When each node stopped having a task, in order of time. */
function turnEnds(tasks: readonly TaskLife[]): ReadonlyMap<string, readonly Ended[]> {
  const ends = tasks.flatMap((life) =>
    life.intervals.flatMap(({ nodeId, toMicros }, index) =>
      nodeId === undefined || life.intervals[index + 1]?.nodeId === nodeId
        ? []
        : [{ nodeId, atMicros: toMicros, life }],
    ),
  );
  ends.sort((a, b) => a.atMicros - b.atMicros);
  return Map.groupBy(ends, ({ nodeId }) => nodeId);
}
