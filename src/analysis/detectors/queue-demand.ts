import type { ClusterClock, TaskLife } from '../clock/cluster-clock.ts';
import { type CountStep, countsOver } from './counts-over-time.ts';

/** One stretch in which a task wanted a node, had one, or both. A task that is given back has another one after it. */
export type Turn = {
  readonly taskId: string;
  readonly priority: string | undefined;
  /** Who had it; absent while it waits, or where nobody knows. */
  readonly nodeId: string | undefined;
  /** Since when it could be taken: it was neither held nor blocked. */
  readonly readyMicros: number;
  /** False when it was ready, or held, before the clock's span began: how long it waited is then not known. */
  readonly readyKnown: boolean;
  /** Absent while it waits. */
  readonly takenMicros: number | undefined;
  /** How long it bound its holder within the span. Time in which its holder did nothing any more is left out. */
  readonly heldSeconds: number;
};

/** Waits for a node and work of every task in a clock's span, in order of when it could be taken. */
export function turnsOf(clock: ClusterClock): readonly Turn[] {
  return clock.tasks
    .flatMap((life) => turnsOfTask(life, clock.fromMicros))
    .sort((a, b) => a.readyMicros - b.readyMicros);
}

function turnsOfTask(life: TaskLife, spanFromMicros: number): readonly Turn[] {
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
      const ready = readyMicros ?? fromMicros;
      const readyKnown = ready > spanFromMicros;
      open = { taskId, priority, nodeId, readyMicros: ready, readyKnown, takenMicros: fromMicros, heldSeconds: 0 };
      readyMicros = undefined;
    }
    const seconds = state === 'abandoned' ? 0 : (toMicros - fromMicros) / 1e6;
    open = { ...open, heldSeconds: open.heldSeconds + seconds };
  }
  close();
  if (readyMicros !== undefined && life.open) {
    const readyKnown = readyMicros > spanFromMicros;
    turns.push({
      taskId,
      priority,
      nodeId: undefined,
      readyMicros,
      readyKnown,
      takenMicros: undefined,
      heldSeconds: 0,
    });
  }
  return turns;
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
