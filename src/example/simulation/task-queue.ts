import type { SimulatedTask } from './demand.ts';

const ORDER = ['high', 'medium', 'low'];

/** The tasks that nobody has. */
export class TaskQueue {
  #tasks: SimulatedTask[] = [];

  get tasks(): readonly SimulatedTask[] {
    return this.#tasks;
  }

  get size(): number {
    return this.#tasks.length;
  }

  /** When the oldest of them was created; `undefined` where there is none. */
  get oldestMicros(): number | undefined {
    return this.#tasks.reduce<number | undefined>(
      (oldest, { createdMicros }) => Math.min(oldest ?? createdMicros, createdMicros),
      undefined,
    );
  }

  add(task: SimulatedTask): void {
    this.#tasks.push(task);
  }

  /** The most urgent of those that suit, the oldest first. Takes it out. */
  takeBest(suits: (task: SimulatedTask) => boolean): SimulatedTask | undefined {
    const best = this.#tasks
      .filter(suits)
      .reduce<SimulatedTask | undefined>(
        (one, other) => (one === undefined || isBetter(other, one) ? other : one),
        undefined,
      );
    if (best !== undefined) this.#tasks = this.#tasks.filter((task) => task !== best);
    return best;
  }
}

function isBetter(one: SimulatedTask, other: SimulatedTask): boolean {
  const ranks = ORDER.indexOf(one.priority) - ORDER.indexOf(other.priority);
  return ranks < 0 || (ranks === 0 && one.queuedSeconds < other.queuedSeconds);
}
