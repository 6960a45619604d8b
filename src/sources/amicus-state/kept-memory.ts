import type { SourceContext, Timers } from '../source.ts';
import { SYSTEM_TIMERS } from '../source.ts';
import type { BaselineFile } from './baseline-file.ts';
import type { ClusterMemory } from './cluster-memory.ts';

/**
 * The memory of one watcher, kept in step with the baseline that all watchers of a store share.
 *
 * It is written in a later turn than the events it follows from, so that it is never ahead of what is recorded: a kill
 * in between makes the next watcher tell again what was told, under the same identities.
 */
export class KeptMemory {
  readonly #baseline: BaselineFile;
  readonly #onUnwritable: () => void;
  #memory: ClusterMemory | undefined;
  /** The memory after the last events that were handed over; what may be written. */
  #handedOver: ClusterMemory | undefined;
  /** True once the memory descends from the shared baseline. */
  #isSettled = false;
  #save: { readonly dueMillis: number; readonly cancel: () => void } | undefined;

  constructor(baseline: BaselineFile, onUnwritable: () => void) {
    this.#baseline = baseline;
    this.#onUnwritable = onUnwritable;
  }

  get current(): ClusterMemory | undefined {
    return this.#memory;
  }

  /** What is known after a look whose events are not all handed over yet. */
  set current(memory: ClusterMemory) {
    this.#memory = memory;
  }

  /** All events that led to this memory were handed over: it may be written, after so many milliseconds. */
  handedOver(memory: ClusterMemory, millis: number, context: SourceContext): void {
    if (this.#handedOver === undefined || !isAhead(this.#handedOver, memory)) this.#handedOver = memory;
    this.#saveWithin(millis, context);
  }

  /** Goes on from the baseline, if there is one that can be understood. */
  resume(): boolean {
    const found = this.#baseline.read();
    if (found === undefined) return false;
    this.#memory = found;
    this.#handedOver = found;
    this.#isSettled = true;
    return true;
  }

  /**
   * Before anything is told: makes this memory the shared one, or takes over what another watcher made first. So
   * that all of them count on from one moment.
   */
  settle(): void {
    if (this.#isSettled || this.#memory === undefined) return;
    if (this.#baseline.create(this.#memory)) {
      this.#isSettled = true;
    } else if (!this.resume()) {
      // A baseline that cannot be understood is replaced; a folder that cannot be written is tried again.
      this.#isSettled = this.#baseline.save(this.#memory);
      if (!this.#isSettled) this.#onUnwritable();
    }
  }

  /** Goes on from where another watcher is, if it is ahead. */
  adopt(): boolean {
    const foreign = this.#baseline.readForeign();
    if (foreign === undefined || this.#memory === undefined || !isAhead(foreign, this.#memory)) return false;
    this.#memory = foreign;
    this.#handedOver = foreign;
    return true;
  }

  /** Writes the memory after so many milliseconds, or earlier if that was asked for before. */
  #saveWithin(millis: number, context: SourceContext): void {
    const timers: Timers = context.timers ?? SYSTEM_TIMERS;
    const dueMillis = context.clock.monotonicMillis() + millis;
    if (this.#save !== undefined && this.#save.dueMillis <= dueMillis) return;
    this.#save?.cancel();
    this.#save = { dueMillis, cancel: timers.after(millis, () => this.saveIfDue()) };
  }

  /** Writes what is waiting to be written. */
  saveIfDue(): void {
    if (this.#save === undefined) return;
    this.#save.cancel();
    this.#save = undefined;
    const memory = this.#handedOver;
    const foreign = this.#baseline.readForeign();
    // What another watcher wrote is not replaced by something older; the next look goes on from it.
    if (memory === undefined || (foreign !== undefined && isAhead(foreign, memory))) return;
    if (!this.#baseline.save(memory)) this.#onUnwritable();
  }
}

/** Of memories of one descent, the one that told more knows more, whatever its file's time; of two descents, the older. */
function isAhead(other: ClusterMemory, mine: ClusterMemory): boolean {
  return other.epochMicros === mine.epochMicros ? other.told > mine.told : other.epochMicros < mine.epochMicros;
}
