import type { StoredEvent } from '../../model/event.ts';
import { taskHistory } from '../reports/task-history.ts';
import type { EventAnswerer } from './event-answerer.ts';

const CLAIM_METRICS = ['task.claimed', 'task.completed', 'task.released'] as const;

/** From `fromMicros` on, until the next stretch, a node holds this task. Absent: none, or several. */
type Stretch = { readonly fromMicros: number; readonly task: string | undefined };
type Turn = { readonly task: string; readonly fromMicros: number; readonly toMicros: number };

/** Which task each node held when. */
export class ClaimBook {
  readonly #stretches: ReadonlyMap<string, readonly Stretch[]>;

  constructor(turns: ReadonlyMap<string, readonly Turn[]>) {
    this.#stretches = new Map(Array.from(turns, ([node, all]) => [node, stretchesOf(all)]));
  }

  /** Nodes that ever held a task. */
  get nodes(): string[] {
    return [...this.#stretches.keys()];
  }

  /** The task that a node held at a moment: from the claim on, the end not included. Absent when it held none or several. */
  taskAt(node: string, atMicros: number): string | undefined {
    const stretches = this.#stretches.get(node) ?? [];
    let [low, high] = [0, stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((stretches[middle]?.fromMicros ?? 0) <= atMicros) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1]?.task;
  }
}

/** Reads all claims there are: whose task it was must not depend on the span that is asked for. */
export async function readClaimBook(ask: EventAnswerer): Promise<ClaimBook> {
  // Clusters that share a store may each have a task-1.
  const byCluster = new Map<string | undefined, Map<string, StoredEvent[]>>();
  for (const metric of CLAIM_METRICS) {
    for await (const batch of ask.events({ metric })) {
      for (const event of batch) {
        let byTask = byCluster.get(event.cluster);
        if (byTask === undefined) byCluster.set(event.cluster, (byTask = new Map()));
        const task = String(event.data['task_id']);
        const known = byTask.get(task);
        if (known === undefined) byTask.set(task, [event]);
        else known.push(event);
      }
    }
  }
  const turns = new Map<string, Turn[]>();
  for (const byTask of byCluster.values()) {
    for (const [task, events] of byTask) addTurns(turns, task, events);
  }
  return new ClaimBook(turns);
}

function addTurns(turns: Map<string, Turn[]>, task: string, events: readonly StoredEvent[]): void {
  for (const { nodeId, fromMicros, toMicros = Number.POSITIVE_INFINITY } of taskHistory(task, events).attempts) {
    if (nodeId === undefined || toMicros <= fromMicros) continue;
    const known = turns.get(nodeId) ?? [];
    turns.set(nodeId, known);
    known.push({ task, fromMicros, toMicros });
  }
}

function stretchesOf(turns: readonly Turn[]): Stretch[] {
  const moves = turns
    .flatMap(({ task, fromMicros, toMicros }) => [
      { atMicros: fromMicros, task, by: 1 },
      { atMicros: toMicros, task, by: -1 },
    ])
    .sort((a, b) => a.atMicros - b.atMicros);
  const held = new Map<string, number>();
  const stretches: Stretch[] = [];
  for (const { atMicros, task, by } of moves) {
    const times = (held.get(task) ?? 0) + by;
    if (times === 0) held.delete(task);
    else held.set(task, times);
    const [only] = held.size === 1 ? held.keys() : [];
    // Of several moves at one moment the last says what holds.
    if (stretches.at(-1)?.fromMicros === atMicros) stretches.pop();
    stretches.push({ fromMicros: atMicros, task: only });
  }
  return stretches;
}
