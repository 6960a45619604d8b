import type { MetricData } from '../../metrics/index.ts';
import type { ClusterMemory, TaskTrack } from './cluster-memory.ts';
import type { ClusterModel, TaskState, TaskWord } from './cluster-model.ts';
import type { FactList } from './fact-list.ts';

type TaskStatus = NonNullable<MetricData<'task.status'>['status']>;

const STATUSES: Readonly<Record<TaskWord, TaskStatus>> = {
  pending: 'pending',
  blocked: 'blocked',
  in_progress: 'in_progress',
  in_review: 'in_review',
  human_wait: 'human_wait',
  completed: 'completed',
  failed: 'completed',
  abandoned: 'completed',
  other: 'other',
};

/** Claims, releases and ends tell these already. */
const TOLD_OTHERWISE: readonly TaskStatus[] = ['pending', 'in_progress', 'completed'];

/**
 * Tells tasks whose status changed to or from a word that says more than claims, releases and ends do.
 *
 * @param tracks What is remembered of each task after those were told.
 */
export function advanceStatuses(
  memory: ClusterMemory,
  model: ClusterModel,
  tracks: ReadonlyMap<string, TaskTrack>,
  facts: FactList,
): ReadonlyMap<string, TaskTrack> {
  let changed: Map<string, TaskTrack> | undefined;
  for (const [taskId, task] of model.tasks) {
    const before = memory.model.tasks.get(taskId);
    const previous = before === undefined ? undefined : STATUSES[before.word];
    const status = STATUSES[task.word];
    const track = tracks.get(taskId);
    const isPlain = TOLD_OTHERWISE.includes(status) && (previous === undefined || TOLD_OTHERWISE.includes(previous));
    if (status === previous || isPlain || track === undefined) continue;
    const statusChanges = (track.statusChanges ?? 0) + 1;
    facts.tell(
      'task.status',
      { task_id: taskId, status, previous },
      { subject: taskId, stamp: facts.nth('word', statusChanges), atMicros: sinceMicros(task, before, facts) },
    );
    changed ??= new Map(tracks);
    changed.set(taskId, { ...track, statusChanges });
  }
  return changed ?? tracks;
}

/** The file has no time of a status: that of the claim, release, end or creation it came with, else of the write. */
function sinceMicros(task: TaskState, before: TaskState | undefined, facts: FactList): number {
  const own =
    before === undefined
      ? (task.claimedMicros ?? task.createdMicros)
      : task.phase === 'ended'
        ? task.endedMicros
        : task.phase === 'claimed' && task.claimedMicros !== before.claimedMicros
          ? task.claimedMicros
          : task.phase === 'queued' && task.releasedMicros !== before.releasedMicros
            ? task.releasedMicros
            : undefined;
  return facts.own(own) ?? facts.writtenMicros;
}
