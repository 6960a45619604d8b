/** Something that happens over time: does a step, and yields how many seconds pass until the next. */
export type Process = Generator<number, void, void>;

type Entry = { readonly atSeconds: number; readonly order: number; running: Running | undefined };

/** A process that was started. */
export type Running = { readonly process: Process; entry: Entry | undefined };

/** Runs processes in simulated time. Of steps at the same moment, the one that was planned first comes first. */
export class Schedule {
  readonly #heap: Entry[] = [];
  #planned = 0;
  /** Seconds since the simulation began. */
  now = 0;

  start(process: Process, afterSeconds = 0): Running {
    const running: Running = { process, entry: undefined };
    this.#plan(running, this.now + afterSeconds);
    return running;
  }

  /** Lets a process that waits go on earlier than it wanted to. */
  hasten(running: Running, afterSeconds: number): void {
    const atSeconds = this.now + afterSeconds;
    if (running.entry === undefined || running.entry.atSeconds <= atSeconds) return;
    running.entry.running = undefined;
    this.#plan(running, atSeconds);
  }

  /** Does the next step, unless that lies after `untilSeconds`. Returns whether there was one. */
  step(untilSeconds: number): boolean {
    const entry = this.#heap[0];
    if (entry === undefined || entry.atSeconds > untilSeconds) return false;
    this.#removeFirst();
    const { running } = entry;
    if (running === undefined) return true;
    this.now = entry.atSeconds;
    running.entry = undefined;
    const { done, value } = running.process.next();
    if (done !== true) this.#plan(running, this.now + value);
    return true;
  }

  #plan(running: Running, atSeconds: number): void {
    const entry = { atSeconds, order: this.#planned, running };
    this.#planned += 1;
    running.entry = entry;
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const isLeft = other === undefined || isBefore(one, other);
      const below = isLeft ? one : other;
      if (isBefore(last, below)) break;
      heap[at] = below;
      at = isLeft ? left : left + 1;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.atSeconds < b.atSeconds || (a.atSeconds === b.atSeconds && a.order < b.order);
