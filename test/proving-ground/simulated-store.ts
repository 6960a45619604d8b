import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Insights, openInsights } from '../../src/analysis/insights/insights.ts';
import type { EventAnswerer } from '../../src/analysis/ledger/event-answerer.ts';
import type { PlannedFault } from '../../src/example/simulation/fault-book.ts';
import { simulateCluster } from '../../src/example/simulation/simulate-cluster.ts';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';

/** A Monday at midnight, UTC. */
export const START_MICROS = Date.UTC(2026, 9, 5) * 1_000;
const EMITS_PER_DRAIN = 30_000;
/** Nothing may expire here. */
const KEEP_ALL = { rawDays: 400, rollupDays: 4_000, maxBytes: 1e12 };

/** A real store of a simulated cluster, in a folder of its own. */
export class SimulatedStore {
  readonly #folder = mkdtempSync(join(tmpdir(), 'amicus-proving-'));
  readonly #collector: MetricsCollector;
  readonly #seed: number;
  #days = 0;

  private constructor(seed: number, from?: SimulatedStore) {
    this.#seed = seed;
    if (from !== undefined) {
      cpSync(from.#folder, this.#folder, { recursive: true });
      this.#days = from.#days;
    }
    // Long after all that is simulated, so that no event comes from the future.
    const clock = { nowMicros: () => START_MICROS + 300 * MICROS_PER_DAY, monotonicMillis: () => performance.now() };
    this.#collector = openMetrics({ directory: this.#folder, clock, retention: KEEP_ALL, maxSpoolBytes: 1e9 });
  }

  /** The first days of a cluster in which nothing is wrong. */
  static async quiet(seed: number, days: number): Promise<SimulatedStore> {
    const store = new SimulatedStore(seed);
    await store.#simulateTo(days, []);
    return store;
  }

  /** The same cluster, some days longer, with faults that begin now: what was before is copied, not simulated anew. */
  async continued(
    days: number,
    faults: readonly Pick<PlannedFault, 'kind' | 'strength'>[] = [],
  ): Promise<SimulatedStore> {
    const store = new SimulatedStore(this.#seed, this);
    const toDay = this.#days + days;
    await store.#simulateTo(
      toDay,
      faults.map((fault) => ({ ...fault, fromDay: this.#days, toDay })),
    );
    return store;
  }

  /** What is said at the end of a day, by somebody who knows nothing of what comes after it. */
  insightsAfter(day: number): Promise<Insights> {
    const nowMicros = START_MICROS + day * MICROS_PER_DAY;
    return openInsights(this.asOf(nowMicros), { nowMicros });
  }

  /** What can be asked at a moment: later events are not there yet. */
  asOf(nowMicros: number): EventAnswerer {
    const collector = this.#collector;
    const known = <Question extends { readonly until?: unknown }>(question: Question): Question => {
      const until = typeof question.until === 'number' ? Math.min(question.until, nowMicros / 1e6) : nowMicros / 1e6;
      return { ...question, until };
    };
    return {
      query: (question) => collector.query(known(question)),
      aggregate: (question) => collector.aggregate(known(question)),
      series: (question) => collector.series(known(question)),
      events: (question) => collector.events(known(question)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #simulateTo(days: number, faults: readonly PlannedFault[]): Promise<void> {
    const knownUntil = START_MICROS + this.#days * MICROS_PER_DAY;
    let emitted = 0;
    for (const event of simulateCluster({ seed: this.#seed, fromMicros: START_MICROS, days, faults })) {
      if (event.atMicros <= knownUntil) continue;
      this.#collector.emit(event);
      emitted += 1;
      if (emitted % EMITS_PER_DRAIN === 0) await this.#collector.drain();
    }
    await this.#collector.drain();
    await this.#collector.upkeep();
    const { dropped } = this.#collector.health();
    if (Object.keys(dropped).length > 0) throw new Error(`Simulated events were refused: ${JSON.stringify(dropped)}`);
    this.#days = days;
  }
}
