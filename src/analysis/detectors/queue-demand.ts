import type { ClusterClock, TaskLife } from '../clock/cluster-clock.ts';
import { type CountStep, countsOver } from './counts-over-time.ts';

/** One stretch in which a task wanted a node, had one, or both. A task that is given back has another one after it. */
export type Turn = {
  readonly taskId: string;
  readonly priority: string | undefined;
  /** Who had it; absent while it waits, or where nobody knows. */
  readonly nodeId: string | undefined;
  /** Since when it could be taken, within the span: it was neither held nor blocked. */
  readonly readyMicros: number;
  /** Absent while it waits. */
  readonly takenMicros: number | undefined;
  /** How long it waited until it was taken, or has waited yet, also before the span. Absent when it did not come from the queue. */
  readonly waitSeconds: number | undefined;
  /** How long it bound its holder within the span. Time in which its holder did nothing any more is left out. */
  readonly heldSeconds: number;
};

/** Waits for a node and work of every task in a clock's span, in order of when it could be taken. */
export function turnsOf(clock: ClusterClock): readonly Turn[] {
  return clock.tasks.flatMap(turnsOfTask).sort((a, b) => a.readyMicros - b.readyMicros);
}

function turnsOfTask(life: TaskLife): readonly Turn[] {
  const { taskId, priority } = life;
  const turns: Turn[] = [];
  let open: Turn | undefined;
  let readyMicros: number | undefined;
  const close = (): void => {
    if (open !== undefined) turns.push(open);
    open = undefined;
  };
  for (const { state, fromMicros, toMicros, nodeId } of life.intervals) {
    if (nodeId === undefined) {
      close();
      // What is blocked, or of which nothing is known, is in nobody's way; the wait begins anew after it.
      readyMicros = state === 'queued' ? (readyMicros ?? fromMicros) : undefined;
      continue;
    }
    if (open?.nodeId !== nodeId) {
      close();
      const waitSeconds = waitUntil(life, readyMicros, fromMicros);
      const takenMicros = fromMicros;
      open = {
        taskId,
        priority,
        nodeId,
        readyMicros: readyMicros ?? fromMicros,
        takenMicros,
        waitSeconds,
        heldSeconds: 0,
      };
      readyMicros = undefined;
    }
    const seconds = state === 'abandoned' ? 0 : (toMicros - fromMicros) / 1e6;
    open = { ...open, heldSeconds: open.heldSeconds + seconds };
  }
  close();
  if (readyMicros !== undefined && life.open) {
    const waitSeconds = waitUntil(life, readyMicros, life.toMicros);
    turns.push({
      taskId,
      priority,
      nodeId: undefined,
      readyMicros,
      takenMicros: undefined,
      waitSeconds,
      heldSeconds: 0,
    });
  }
  return turns;
}

/** How long it waited: from the moment it was ready, or from before the span where that cut the wait. */
function waitUntil(life: TaskLife, readyMicros: number | undefined, untilMicros: number): number | undefined {
  const { waits } = life.history;
  const cut = waits.find(
    ({ fromMicros, toMicros }) => fromMicros < life.fromMicros && (toMicros ?? Infinity) >= life.fromMicros,
  );
  if (readyMicros === life.fromMicros && cut !== undefined) return (untilMicros - cut.fromMicros) / 1e6;
  if (readyMicros !== undefined) return (untilMicros - readyMicros) / 1e6;
  return waits.some(({ toMicros }) => toMicros === untilMicros) ? 0 : undefined;
}

const MANAGER_ROLE = 'bootstrap_manager';

/** Nodes that take tasks: all but managers that never had one. */
export function isWorker(clock: ClusterClock): (node: { nodeId: string; role: string | undefined }) => boolean {
  const holders = new Set(clock.tasks.flatMap(({ history }) => history.attempts.map(({ nodeId }) => nodeId)));
  return ({ nodeId, role }) => role !== MANAGER_ROLE || holders.has(nodeId);
}

/** How many workers there are over time: those that are alive, whatever they do. */
export function fleetOf(clock: ClusterClock): readonly CountStep[] {
  const alive = clock.nodes
    .filter(isWorker(clock))
    .flatMap(({ intervals }) => intervals.filter(({ state }) => state !== 'dead'));
  return countsOver(alive);
}

/** How long each task waited for a node that was then found, or still waits; in seconds. */
export function waitsOf(turns: readonly Turn[]): readonly number[] {
  return turns.flatMap(({ waitSeconds }) => waitSeconds ?? []);
}
