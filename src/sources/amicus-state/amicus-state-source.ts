import type { IncomingEvent } from '../../model/event.ts';
import { clusterKeyOf } from '../cluster-key-of.ts';
import { NoticeCounts } from '../notice-counts.ts';
import { type LiveSource, type SourceContext, type SourcePlace, SYSTEM_TIMERS, type Timers } from '../source.ts';
import {
  type Advance,
  advanceCluster,
  firstMemory,
  snapshotNow,
  watchSilence,
  writeOfUnread,
} from './advance-cluster.ts';
import { BaselineFile } from './baseline-file.ts';
import { emptyMemory } from './cluster-memory.ts';
import { type ClusterModel, hasCluster } from './cluster-model.ts';
import { type ClusterView, viewOf } from './cluster-view.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { type ClusterLimits, DEFAULT_LIMITS, type LookContext } from './fact-list.ts';
import { HeldEvents } from './held-events.ts';
import { KeptMemory } from './kept-memory.ts';
import { parseState } from './parse-state.ts';
import { MAX_STATE_BYTES, readStateFile, STATE_FILE_NAME } from './state-file.ts';

export type AmicusStateOptions = SourcePlace & {
  /** How often to look although nothing was heard: the net under `fs.watch`. 1,000 unless set. */
  readonly pollMillis?: number | undefined;
  /** How often a `cluster.snapshot` is told although nothing changed. 30,000 unless set. */
  readonly snapshotMillis?: number | undefined;
  readonly limits?: ClusterLimits | undefined;
  readonly maxBytes?: number | undefined;
  /** How long an event is held that an instrumented bus may tell first-hand. 1,500 unless set. */
  readonly holdMillis?: number | undefined;
  /** False looks only by the clock; for mounts on which watching does harm, and for tests. */
  readonly watch?: boolean | undefined;
};

/** A file that cannot be parsed is being written in place, or was replaced between two steps: look again soon. */
const RETRY_MILLIS = [20, 50, 100, 250, 500] as const;
/** A kill within this time makes the next watcher tell again what was told; identities let it count once. */
const SAVE_MILLIS = 50;
/** Nothing but signs of life changed. */
const LAZY_SAVE_MILLIS = 1_000;
/** A look that takes longer is followed by a rest as long, so that large files cost at most half of this process. */
const LONG_LOOK_MILLIS = 20;
const MAX_REST_MILLIS = 2_000;

/**
 * Follows the state file of an unmodified Amicus and tells what its nodes and tasks do. Only reads it; its own place
 * is kept in the metrics folder, where other watchers of the same store and the next start find it.
 *
 * Notices: `state_missing`, `state_empty`, `state_not_json`, `state_not_an_object`, `state_not_a_file`,
 * `state_refused`, `state_too_large`, `watch_failed`, `baseline_unwritable`, `look_failed`. Each is given at its 1st,
 * 2nd, 4th, 8th … occurrence.
 */
export class AmicusStateSource implements LiveSource {
  readonly name = 'amicus-state';
  readonly #options: AmicusStateOptions;
  readonly #limits: ClusterLimits;
  readonly #key: string;
  readonly #kept: KeptMemory;
  readonly #held: HeldEvents;
  readonly #watch: DirectoryWatch;
  readonly #notices = new NoticeCounts();
  #context: SourceContext | undefined;
  /** True when versions may have been missed, so that what is found next is concluded. */
  #hasGap = false;
  #signature: string | undefined;
  #failures = 0;
  /** What the last failure was: no file, or one that cannot be read. */
  #isMissing = false;
  #restUntilMillis = 0;
  #snapshotInterval: number | undefined;
  #cancelPoll: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(options: AmicusStateOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    const { directory, metricsDirectory = directory } = options;
    this.#key = clusterKeyOf(directory, metricsDirectory);
    const baseline = new BaselineFile(metricsDirectory, this.#key);
    this.#kept = new KeptMemory(baseline, () => this.#notice('baseline_unwritable'));
    this.#held = new HeldEvents(options.holdMillis, (memory, context) => {
      this.#kept.handedOver(memory, SAVE_MILLIS, context);
    });
    this.#watch = new DirectoryWatch(directory, STATE_FILE_NAME, () => this.#look());
  }

  async start(context: SourceContext): Promise<void> {
    this.#context = context;
    await this.poll();
    this.#pollLater(context);
  }

  async poll(): Promise<void> {
    const context = this.#context;
    if (context === undefined) return;
    if (this.#options.watch !== false && !this.#watch.ensure()) this.#notice('watch_failed');
    this.#look();
    this.#tick(context);
  }

  async stop(): Promise<void> {
    this.#watch.close();
    this.#cancelPoll?.();
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    if (this.#context !== undefined) this.#held.releaseAll(this.#context);
    this.#kept.saveIfDue();
    this.#context = undefined;
  }

  /** The cluster as last seen. Undefined before the first look, and where there is no state file. */
  view(): ClusterView | undefined {
    const model = this.#kept.current?.model;
    if (model === undefined || !hasCluster(model) || this.#context === undefined) return undefined;
    return viewOf(model, this.#context.clock.nowMicros(), this.#limits);
  }

  #pollLater(context: SourceContext): void {
    this.#cancelPoll = timersOf(context).after(this.#options.pollMillis ?? 1_000, () => {
      void this.poll();
      this.#pollLater(context);
    });
  }

  #look(): void {
    const context = this.#context;
    if (context === undefined) return;
    const startMillis = context.clock.monotonicMillis();
    if (startMillis < this.#restUntilMillis) {
      this.#lookLater(context, this.#restUntilMillis - startMillis);
      return;
    }
    try {
      this.#read(context);
    } catch {
      // Nothing is known to throw here. If something does, the next version gets its chance.
      this.#notice('look_failed');
    }
    const tookMillis = context.clock.monotonicMillis() - startMillis;
    if (tookMillis > LONG_LOOK_MILLIS) {
      this.#restUntilMillis = startMillis + tookMillis + Math.min(tookMillis, MAX_REST_MILLIS);
    }
  }

  #lookLater(context: SourceContext, millis: number): void {
    if (this.#cancelLook !== undefined) return;
    this.#cancelLook = timersOf(context).after(millis, () => {
      this.#cancelLook = undefined;
      this.#look();
    });
  }

  #read(context: SourceContext): void {
    const nowMicros = context.clock.nowMicros();
    const { directory, maxBytes = MAX_STATE_BYTES } = this.#options;
    const reading = readStateFile(directory, this.#signature, maxBytes);
    if (reading.kind === 'same') return;
    if (reading.kind === 'missing') {
      // Nobody was there when the watch began: all that comes is new.
      if (this.#kept.current === undefined && !this.#resume()) this.#kept.current = emptyMemory(nowMicros);
      this.#fail(context, 'state_missing', undefined);
      return;
    }
    if (reading.kind === 'unreadable') {
      this.#fail(context, reading.code, undefined);
      return;
    }
    if (reading.kind === 'too_large') {
      this.#signature = reading.signature;
      this.#hasGap = true;
      this.#notice('state_too_large');
      const event = writeOfUnread(reading, this.#lookContext(context, false));
      if (event !== undefined) context.emit(event);
      return;
    }
    const parsed = parseState({ ...reading, nowMicros });
    if (!parsed.readable) {
      this.#fail(context, parsed.code, reading.signature);
      return;
    }
    this.#failures = 0;
    this.#signature = reading.signature;
    this.#advance(context, parsed.model);
  }

  /** Looks again a few times before it counts as a failure; then waits until the file is another. */
  #fail(context: SourceContext, code: string, signature: string | undefined): void {
    const isMissing = code === 'state_missing';
    if (isMissing !== this.#isMissing) this.#failures = 0;
    this.#isMissing = isMissing;
    const retryMillis = RETRY_MILLIS[this.#failures];
    this.#failures += 1;
    if (retryMillis !== undefined) {
      this.#lookLater(context, retryMillis);
      return;
    }
    this.#signature = signature;
    if (!isMissing) this.#hasGap = true;
    this.#notice(code);
  }

  #advance(context: SourceContext, model: ClusterModel): void {
    const kept = this.#kept;
    if (kept.current === undefined && !this.#resume()) {
      const first = firstMemory(model, context.clock.nowMicros());
      kept.current = first;
      kept.handedOver(first, LAZY_SAVE_MILLIS, context);
    }
    kept.settle();
    kept.adopt();
    const before = kept.current;
    if (before === undefined || isSameVersion(before.model, model)) return;
    this.#tell(context, advanceCluster(before, model, this.#lookContext(context, this.#hasGap)));
    this.#hasGap = false;
  }

  #tell(context: SourceContext, { memory, events, shared }: Advance): void {
    this.#kept.current = memory;
    if (shared.size === 0 && this.#held.isEmpty) {
      for (const event of events) context.emit(event);
      this.#kept.handedOver(memory, events.some(isTransition) ? SAVE_MILLIS : LAZY_SAVE_MILLIS, context);
      return;
    }
    // What becomes of nodes and tasks stays in order; where the cluster stands is said at once.
    const atOnce = events.filter(({ metric }) => metric === 'cluster.snapshot' || metric === 'message.sent');
    for (const event of atOnce) context.emit(event);
    this.#held.hold(
      events.filter((event) => !atOnce.includes(event)),
      memory,
      context,
    );
  }

  /** Goes on from where the last watcher stopped: what changed since was not watched. */
  #resume(): boolean {
    this.#hasGap = this.#kept.resume();
    return this.#hasGap;
  }

  #tick(context: SourceContext): void {
    const before = this.#kept.current;
    if (before === undefined) return;
    const look = this.#lookContext(context, false);
    const silence = watchSilence(before, look);
    if (silence.events.length > 0) this.#tell(context, silence);
    const intervalMicros = (this.#options.snapshotMillis ?? 30_000) * 1_000;
    const interval = Math.floor(look.nowMicros / intervalMicros);
    if (interval === this.#snapshotInterval) return;
    const snapshot = snapshotNow(silence.memory, look, intervalMicros);
    if (snapshot === undefined) return;
    this.#snapshotInterval = interval;
    context.emit(snapshot);
  }

  #lookContext(context: SourceContext, gap: boolean): LookContext {
    const nowMicros = context.clock.nowMicros();
    return { key: this.#key, cluster: this.#options.cluster, nowMicros, gap, limits: this.#limits };
  }

  #notice(code: string): void {
    this.#notices.add(code, this.#context);
  }
}

function timersOf(context: SourceContext): Timers {
  return context.timers ?? SYSTEM_TIMERS;
}

function isTransition(event: IncomingEvent): boolean {
  return event.metric !== 'state.write';
}

function isSameVersion(before: ClusterModel, after: ClusterModel): boolean {
  return (
    before.version.contentHash === after.version.contentHash && before.version.mtimeMicros === after.version.mtimeMicros
  );
}
