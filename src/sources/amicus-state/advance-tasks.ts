import { momentStamp } from '../../model/identity.ts';
import { isLost } from './advance-nodes.ts';
import { type Attempt, type ClusterMemory, type TaskTrack, withoutOldest } from './cluster-memory.ts';
import type { ClusterModel, TaskState } from './cluster-model.ts';
import { type FactList, isAnother, isLater, secondsBetween } from './fact-list.ts';

const NEW_TASK: TaskTrack = { stay: '', stays: 0, attempts: 0 };

/** Tells which tasks were created, claimed, released, completed or removed between two versions of the file. */
export function advanceTasks(
  memory: ClusterMemory,
  model: ClusterModel,
  facts: FactList,
): ReadonlyMap<string, TaskTrack> {
  const tracks = new Map(memory.tasks);
  for (const [taskId, task] of model.tasks) {
    const move = new TaskMove(taskId, tracks.get(taskId) ?? NEW_TASK, memory, model, facts);
    move.to(task, memory.model.tasks.get(taskId));
    tracks.set(taskId, move.track);
  }
  for (const [taskId, task] of memory.model.tasks) {
    if (model.tasks.has(taskId)) continue;
    const move = new TaskMove(taskId, tracks.get(taskId) ?? NEW_TASK, memory, model, facts);
    move.vanish(task);
    // Goes to the end of the map, because the oldest of the gone are dropped first.
    tracks.delete(taskId);
    tracks.set(taskId, move.track);
  }
  return withoutOldest(tracks, (taskId) => model.tasks.has(taskId), model.tasks.size);
}

type ReleaseReason = 'released' | 'handed_over' | 'node_lost' | 'blocked' | 'removed' | 'unknown';

/** One task between two versions. Tells what happened to it, and keeps its track in step. */
class TaskMove {
  track: TaskTrack;
  readonly #taskId: string;
  readonly #memory: ClusterMemory;
  readonly #model: ClusterModel;
  readonly #facts: FactList;

  constructor(taskId: string, track: TaskTrack, memory: ClusterMemory, model: ClusterModel, facts: FactList) {
    this.#taskId = taskId;
    this.track = track;
    this.#memory = memory;
    this.#model = model;
    this.#facts = facts;
  }

  to(task: TaskState, before: TaskState | undefined): void {
    const was = before?.phase ?? 'absent';
    const is = task.phase;
    const wasOpen = was === 'queued' || was === 'claimed';
    // The file's time of a claim moved: another attempt than the one that was seen last.
    const again = isAnother(before?.claimedMicros, task.claimedMicros);
    if (was === 'ended' && is === 'ended' && !again) return;

    // A transition that skips a phase tells all of it, and says that it was concluded.
    const skips = is === 'ended' ? was !== 'claimed' || again : is === 'claimed' && !wasOpen;
    if (!wasOpen) this.#enter(task, skips);
    if (was === 'claimed') {
      const { attempt } = this.track;
      const moved = task.holder !== undefined && attempt?.holder !== undefined && task.holder !== attempt.holder;
      if (is === 'claimed' && !moved && !again) {
        // Who holds it may become known only later.
        this.track = { ...this.track, attempt: attempt && { ...attempt, holder: attempt.holder ?? task.holder } };
        return;
      }
      if (is === 'ended' && !again) {
        this.#complete(task, false);
        return;
      }
      this.#release(task, again && !moved);
    }
    if (is === 'queued') return;
    if (task.word === 'abandoned' && wasOpen && was === 'queued' && task.claimedMicros === undefined) {
      this.#remove();
      return;
    }
    this.#claim(task, skips);
    if (is === 'ended') this.#complete(task, true);
  }

  vanish(before: TaskState): void {
    if (before.phase === 'queued') this.#remove();
    if (before.phase !== 'claimed') return;
    const holder = this.track.attempt?.holder;
    const node = holder === undefined ? undefined : this.#model.nodes.get(holder);
    const isStillOnIt = node?.status !== 'idle' && node?.taskId === this.#taskId;
    // Completed tasks are archived now and then; one whose holder has turned to something else was most likely done.
    if (isStillOnIt || this.#isGone(holder)) this.#remove();
    else this.#complete({ ...before, endedMicros: undefined, outcome: 'unknown' }, true);
  }

  #enter(task: TaskState, inferred: boolean): void {
    const { createdMicros } = task;
    const stays = this.track.stays + 1;
    const isNew = isLater(createdMicros, this.track.createdMicros);
    const stay = isNew ? momentStamp(createdMicros) : this.#facts.nth('created', stays);
    const atMicros =
      (isNew ? this.#facts.own(createdMicros) : undefined) ??
      this.#facts.own(task.claimedMicros) ??
      (task.phase === 'ended' ? this.#facts.own(task.endedMicros) : undefined) ??
      this.#facts.writtenMicros;
    this.#facts.tell(
      'task.created',
      { task_id: this.#taskId, priority: task.priority },
      { subject: this.#taskId, stamp: stay, atMicros, inferred },
    );
    this.track = {
      ...this.track,
      stay,
      stays,
      createdMicros: isNew ? createdMicros : this.track.createdMicros,
      queuedSinceMicros: isNew ? createdMicros : inferred || this.#facts.gap ? undefined : atMicros,
      attempt: undefined,
    };
  }

  #claim(task: TaskState, inferred: boolean): void {
    const { claimedMicros, holder } = task;
    const attempts = this.track.attempts + 1;
    const isNew = isLater(claimedMicros, this.track.claimedMicros);
    const stamp = isNew ? momentStamp(claimedMicros) : this.#facts.nth('claim', attempts);
    const writtenMicros = isNew ? claimedMicros : undefined;
    const ownMicros = this.#facts.own(writtenMicros);
    const endedMicros = task.phase === 'ended' ? this.#facts.own(task.endedMicros) : undefined;
    const atMicros = ownMicros ?? endedMicros ?? this.#facts.writtenMicros;
    // Of a claim that nobody saw, only the file can know the moment; one that was seen was not long before.
    const startedMicros = ownMicros ?? (inferred || this.#facts.gap ? writtenMicros : atMicros);
    const queueSeconds = secondsBetween(this.track.queuedSinceMicros, startedMicros);
    this.#facts.tell(
      'task.claimed',
      { task_id: this.#taskId, node_id: holder, priority: task.priority, queue_seconds: queueSeconds },
      { subject: this.#taskId, stamp, atMicros, inferred, isShared: isNew },
    );
    const attempt: Attempt = { stamp, startedMicros, holder, isShared: isNew };
    this.track = { ...this.track, attempts, attempt, claimedMicros: isNew ? claimedMicros : this.track.claimedMicros };
  }

  #release(task: TaskState, inferred: boolean): void {
    const { attempt } = this.track;
    const isHandedOver = task.phase !== 'queued';
    const ownMicros = this.#facts.own(isHandedOver ? task.claimedMicros : task.releasedMicros);
    const toNodeId = isHandedOver && task.holder !== attempt?.holder ? task.holder : undefined;
    const reason: ReleaseReason = this.#isGone(attempt?.holder)
      ? 'node_lost'
      : toNodeId !== undefined
        ? 'handed_over'
        : isHandedOver
          ? 'unknown'
          : task.word === 'blocked'
            ? 'blocked'
            : 'released';
    this.#tellRelease(reason, ownMicros, inferred, toNodeId);
    this.track = { ...this.track, attempt: undefined, queuedSinceMicros: this.#known(ownMicros) };
  }

  /** It left the queue without being completed. One that nobody held has no `held_seconds`. */
  #remove(): void {
    this.#tellRelease('removed', undefined, true);
    this.track = { ...this.track, attempt: undefined, queuedSinceMicros: undefined };
  }

  #tellRelease(reason: ReleaseReason, ownMicros: number | undefined, inferred: boolean, toNodeId?: string): void {
    const { attempt, stay } = this.track;
    const atMicros = ownMicros ?? this.#facts.writtenMicros;
    this.#facts.tell(
      'task.released',
      {
        task_id: this.#taskId,
        node_id: attempt?.holder,
        reason,
        to_node_id: toNodeId,
        held_seconds: secondsBetween(attempt?.startedMicros, this.#known(ownMicros)),
      },
      { subject: this.#taskId, stamp: attempt?.stamp ?? `left${stay}`, atMicros, inferred },
    );
  }

  #complete(task: TaskState, inferred: boolean): void {
    const { attempt } = this.track;
    const ownMicros = this.#facts.own(task.endedMicros);
    const atMicros = ownMicros ?? this.#facts.writtenMicros;
    const byWord = task.word === 'failed' ? 'failure' : task.word === 'abandoned' ? 'abandoned' : 'unknown';
    this.#facts.tell(
      'task.completed',
      {
        task_id: this.#taskId,
        node_id: task.holder ?? attempt?.holder,
        duration_seconds: secondsBetween(attempt?.startedMicros, this.#known(ownMicros)),
        outcome: task.outcome ?? byWord,
        files_modified: task.filesModified,
        tests_passed: task.testsPassed,
        tests_failed: task.testsFailed,
      },
      {
        subject: this.#taskId,
        stamp: attempt?.stamp ?? this.track.stay,
        atMicros,
        inferred,
        isShared: attempt?.isShared ?? false,
      },
    );
    this.track = { ...this.track, attempt: undefined, queuedSinceMicros: undefined };
  }

  /** The moment of a change: the file's own, else that of the write; unknown after a gap, when it may have been any. */
  #known(ownMicros: number | undefined): number | undefined {
    return ownMicros ?? (this.#facts.gap ? undefined : this.#facts.writtenMicros);
  }

  /** The node has left, was removed, or was given up. */
  #isGone(nodeId: string | undefined): boolean {
    if (nodeId === undefined) return false;
    const node = this.#model.nodes.get(nodeId);
    if (node === undefined) return this.#memory.model.nodes.has(nodeId);
    return node.status === 'terminated' || isLost(node, this.#facts.writtenMicros, this.#facts.limits);
  }
}
