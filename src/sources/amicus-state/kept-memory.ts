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

  set current(memory: ClusterMemory) {
    this.#memory = memory;
  }

  /** Goes on from the baseline, if there is one that can be understood. */
  resume(): boolean {
    const found = this.#baseline.read();
    if (found === undefined) return false;
    this.#memory = found;
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
    const foreign = this.#baseline.readIfForeign();
    if (foreign === undefined || this.#memory === undefined || !isAhead(foreign, this.#memory)) return false;
    this.#memory = foreign;
    return true;
  }

  /** Writes the memory after so many milliseconds, or earlier if that was asked for before. */
  saveWithin(millis: number, context: SourceContext): void {
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
    if (this.#memory === undefined || this.adopt()) return;
    if (!this.#baseline.save(this.#memory)) this.#onUnwritable();
  }
}

/** Of memories of one descent, the one of the later version; of two descents, the older one. */
function isAhead(other: ClusterMemory, mine: ClusterMemory): boolean {
  if (other.epochMicros !== mine.epochMicros) return other.epochMicros < mine.epochMicros;
  const later = other.model.version.mtimeMicros - mine.model.version.mtimeMicros;
  return later > 0 || (later === 0 && other.told > mine.told);
}
