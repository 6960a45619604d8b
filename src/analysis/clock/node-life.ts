import type { NodeFacts } from './clock-facts.ts';
import type { Interval, NodeLife, NodeState, TaskState } from './cluster-clock.ts';
import { firstAfter, nextChange } from './in-order.ts';
import { type Mark, partition } from './partition.ts';

/**
 * Which fact wins where several hold at once. Work at a task that is known beats everything: it was not concluded from
 * words. Silence beats what a node said before it; what it said beats what follows from its having no task.
 */
const RANK = { lock_wait: 6, working: 5, waiting: 4, dead: 3, told: 2, stay: 1 } as const;

/** What a task's state says of the node that has it. The others (`abandoned`, `unattributed`) say nothing. */
const BY_TASK: Readonly<Partial<Record<TaskState, { readonly state: NodeState; readonly rank: number }>>> = {
  working: { state: 'working', rank: RANK.working },
  testing: { state: 'working', rank: RANK.working },
  lock_wait: { state: 'waiting', rank: RANK.lock_wait },
  blocked: { state: 'waiting', rank: RANK.waiting },
  in_review: { state: 'waiting', rank: RANK.waiting },
  human_wait: { state: 'waiting', rank: RANK.waiting },
};

/** What a status says. The others (`other`) say nothing. */
const BY_STATUS: Readonly<Record<string, NodeState>> = {
  registered: 'idle',
  working: 'working',
  idle: 'idle',
  waiting: 'waiting',
  silent: 'dead',
  other: 'unattributed',
};

type Stay = { readonly fromMicros: number; readonly toMicros: number };

/**
 * A node's lives within a span: one for each stay in the cluster, so that the time between two stays is nobody's.
 *
 * A stay begins with the first sign of the node and ends when it is told to have left; where it held a task, when that
 * was taken from it. Of a node of which nothing but its turns is known, the stay ends with the last turn.
 *
 * @param held The intervals of tasks that it had, in any order.
 */
export function nodeLives(
  nodeId: string,
  node: NodeFacts | undefined,
  held: readonly Interval<TaskState>[],
  fromMicros: number,
  toMicros: number,
): readonly NodeLife[] {
  const marks = [...heldMarks(held), ...(node === undefined ? [] : toldMarks(node))];
  return staysOf(node, held, toMicros).flatMap((stay) => {
    const life = { fromMicros: Math.max(stay.fromMicros, fromMicros), toMicros: Math.min(stay.toMicros, toMicros) };
    if (life.fromMicros >= life.toMicros) return [];
    return [
      { nodeId, role: node?.role, model: node?.model, ...life, intervals: partition(life, marks, 'unattributed') },
    ];
  });
}

function heldMarks(held: readonly Interval<TaskState>[]): readonly Mark<NodeState>[] {
  const marks: Mark<NodeState>[] = [];
  for (const { state, fromMicros, toMicros, concluded } of held) {
    const told = BY_TASK[state];
    if (told === undefined) continue;
    marks.push({ fromMicros, toMicros, state: told.state, nodeId: undefined, concluded, rank: told.rank });
  }
  return marks;
}

function toldMarks(node: NodeFacts): readonly Mark<NodeState>[] {
  const told = node.changes.flatMap(({ atMicros, status }, index) => {
    // Also a node that has left with a task in hand is dead until the task is taken from it; later it has no life.
    const state = status === 'terminated' ? 'dead' : BY_STATUS[status];
    const toMicros = node.changes[index + 1]?.atMicros ?? Infinity;
    const concluded = status === 'registered' || status === 'silent';
    const rank = status === 'registered' ? RANK.stay : RANK.told;
    return state === undefined ? [] : [{ fromMicros: atMicros, toMicros, state, rank, nodeId: undefined, concluded }];
  });
  const silences = node.silences.map(({ fromMicros, toMicros, left }) => ({
    fromMicros,
    toMicros,
    state: 'dead' as const,
    rank: RANK.dead,
    nodeId: undefined,
    concluded: !left,
  }));
  return [...told, ...silences];
}

function staysOf(
  node: NodeFacts | undefined,
  held: readonly Interval<TaskState>[],
  nowMicros: number,
): readonly Stay[] {
  const { changes = [], signs = [] } = node ?? {};
  const firstMoment = (after: number): number => {
    const told = Math.min(firstAfter(signs, after) ?? Infinity, nextChange(changes, after)?.atMicros ?? Infinity);
    return held.reduce((first, { fromMicros }) => (fromMicros > after ? Math.min(first, fromMicros) : first), told);
  };
  const ends = changes.filter(({ status }) => status === 'terminated').map(({ atMicros }) => atMicros);
  const stays: Stay[] = [];
  for (let from = firstMoment(-Infinity); from <= nowMicros;) {
    const fromMicros = from;
    const end = ends.find((moment) => moment >= fromMicros);
    if (end === undefined) {
      stays.push({ fromMicros, toMicros: changes.length > 0 ? nowMicros : lastEnd(held, fromMicros) });
      break;
    }
    from = firstMoment(end);
    const inHand = held.filter((one) => one.fromMicros <= end && end < one.toMicros);
    stays.push({ fromMicros, toMicros: Math.min(lastEnd(inHand, end), from) });
  }
  return stays;
}

const lastEnd = (held: readonly Interval<TaskState>[], moment: number): number =>
  held.reduce((latest, { toMicros }) => Math.max(latest, toMicros), moment);
