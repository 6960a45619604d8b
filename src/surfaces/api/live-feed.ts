import { randomBytes } from 'node:crypto';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { Timers } from '../../sources/source.ts';
import type { ApiContext } from './api-context.ts';

/** Something that happened, as listeners are told. */
export type LiveMessage = {
  /** To go on after it: `<feed>-<number>`. */
  readonly id: string;
  /** `change`: events came. `reset`: what was missed is not known any more, and everything should be asked anew. */
  readonly event: 'change' | 'reset';
  readonly data: string;
};

/** Between two looks at the store. */
const LOOK_MILLIS = 1_000;
/** What is kept for those who come back: two minutes of a busy cluster. */
const MAX_KEPT = 120;
const MAX_LISTENERS = 32;
/** Newest events of one metric that are counted; beyond it there were many, and that is enough to know. */
const MAX_COUNTED = 100;
/** Metrics whose events are told whole: people want to hear of them at once. */
const TOLD_WHOLE: ReadonlySet<string> = new Set(['finding.changed', 'alert.changed']);

/** What came since the look before. */
type Change = {
  readonly atMicros: number;
  /** Events that were stored, as far as counts tell. */
  readonly events: number;
  /** The newest of them by metric; those that came late are in `events` only. At most `MAX_COUNTED` of each. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly findings: readonly object[];
  readonly alerts: readonly object[];
};

/** Looks at the store while somebody listens, and tells what changed. */
export class LiveFeed {
  readonly #context: ApiContext;
  readonly #timers: Timers;
  readonly #name = randomBytes(4).toString('hex');
  readonly #listeners = new Set<(message: LiveMessage) => void>();
  readonly #kept: LiveMessage[] = [];
  readonly #newest = new Map<string, number>();
  #count = 0;
  #events: number | undefined;
  #cancel: (() => void) | undefined;
  #isLooking = false;

  constructor(context: ApiContext, timers: Timers) {
    this.#context = context;
    this.#timers = timers;
  }

  /**
   * Tells a listener what comes from now on, and before that what it missed.
   *
   * @param lastId The last message that it has seen; absent for a new one.
   * @returns What ends it; nothing where too many listen already.
   */
  listen(hear: (message: LiveMessage) => void, lastId: string | undefined): (() => void) | undefined {
    if (this.#listeners.size >= MAX_LISTENERS) return undefined;
    for (const message of this.#missedSince(lastId)) hear(message);
    this.#listeners.add(hear);
    if (this.#cancel === undefined && !this.#isLooking) this.#lookLater();
    return () => {
      this.#listeners.delete(hear);
      if (this.#listeners.size > 0) return;
      this.#cancel?.();
      this.#cancel = undefined;
      // Nobody looks any more, so that the next to come cannot be told what is missed until then.
      this.#kept.length = 0;
      this.#events = undefined;
    };
  }

  #missedSince(lastId: string | undefined): readonly LiveMessage[] {
    const [name, number] = lastId?.split('-') ?? [];
    const isKnown = name === this.#name && Number(number) <= this.#count;
    const missed = isKnown ? this.#kept.filter(({ id }) => Number(id.split('-')[1]) > Number(number)) : [];
    if (
      lastId === undefined ||
      (isKnown && missed.length === this.#count - Number(number) && this.#events !== undefined)
    ) {
      return missed;
    }
    return [{ id: `${this.#name}-${this.#count}`, event: 'reset', data: '{}' }];
  }

  #lookLater(): void {
    this.#cancel = this.#timers.after(LOOK_MILLIS, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#cancel = undefined;
    this.#isLooking = true;
    try {
      const change = await this.#changeSince();
      if (change !== undefined) this.#tell(change);
    } catch {
      // The store cannot be read now; whoever asks for figures is told why.
    }
    this.#isLooking = false;
    if (this.#listeners.size > 0) this.#lookLater();
  }

  async #changeSince(): Promise<Change | undefined> {
    const collector = await this.#context.collector();
    const { events } = await collector.stats();
    const before = this.#events;
    this.#events = events;
    if (before === events) return undefined;
    const metrics: Record<string, number> = {};
    const told: Record<string, readonly object[]> = {};
    for (const { name } of await collector.storedMetrics()) {
      const last = this.#newest.get(name);
      const { events: newest } = await collector.query({
        metric: name,
        order: 'newest_first',
        // What another machine's clock, or the present microsecond, puts after now.
        until: (this.#context.clock.nowMicros() + MICROS_PER_DAY) / 1e6,
        limit: last === undefined || before === undefined ? 1 : MAX_COUNTED,
        ...(last === undefined || before === undefined ? {} : { since: (last + 1) / 1e6 }),
      });
      const first = newest[0];
      if (first === undefined) continue;
      this.#newest.set(name, first.atMicros);
      const fresh = newest.filter(({ atMicros }) => atMicros > (last ?? Number.NEGATIVE_INFINITY));
      if (fresh.length > 0) metrics[name] = fresh.length;
      if (TOLD_WHOLE.has(name)) told[name] = fresh.map(({ data }) => data);
    }
    // The first look only learns what there is.
    if (before === undefined) return undefined;
    return {
      atMicros: this.#context.clock.nowMicros(),
      events: Math.max(0, events - before),
      metrics,
      findings: told['finding.changed'] ?? [],
      alerts: told['alert.changed'] ?? [],
    };
  }

  #tell(change: Change): void {
    this.#count++;
    const message: LiveMessage = { id: `${this.#name}-${this.#count}`, event: 'change', data: JSON.stringify(change) };
    this.#kept.push(message);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    for (const hear of this.#listeners) hear(message);
  }
}
