import type { Clock } from '../../../model/clock.ts';
import type { TopFigures, TopReport } from './top-figures.ts';

/** A report is made again when it has rested for so many times what it cost: each takes at most 4 % of a processor. */
const REST_PER_COST = 24;
/** Where nothing happens, only time passes: ages are counted when they are drawn, and windows move slowly. */
const QUIET_MILLIS = 15_000;

/** What is shown, kept fresh for as little as it is worth. */
export class TopDesk {
  readonly #reports: readonly TopReport[];
  readonly #clock: Clock;
  /** How many events there are: as long as it stays the same, so do the figures. */
  readonly #count: () => Promise<number>;
  readonly #made = new Map<
    TopReport,
    { readonly atMillis: number; readonly restMillis: number; readonly of: number }
  >();
  #figures: TopFigures = {};
  #problem: string | undefined;

  constructor(reports: readonly TopReport[], clock: Clock, count: () => Promise<number>) {
    this.#reports = reports;
    this.#clock = clock;
    this.#count = count;
  }

  get figures(): TopFigures {
    return this.#figures;
  }

  /** Why the last look failed. The figures are then as they were before. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Makes what is due, one report after the other. Never rejects. */
  async refresh(signal: AbortSignal, onChange: () => void): Promise<void> {
    try {
      const events = await this.#count();
      for (const report of this.#reports) {
        if (signal.aborted) return;
        if (!this.#isDue(report, events)) continue;
        const begun = this.#clock.monotonicMillis();
        this.#figures = { ...this.#figures, ...(await report.make()) };
        const atMillis = this.#clock.monotonicMillis();
        const restMillis = Math.max(report.minMillis, (atMillis - begun) * REST_PER_COST);
        this.#made.set(report, { atMillis, restMillis, of: events });
        onChange();
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    onChange();
  }

  #isDue(report: TopReport, events: number): boolean {
    const made = this.#made.get(report);
    if (made === undefined) return true;
    const rested = this.#clock.monotonicMillis() - made.atMillis;
    return rested >= (made.of === events ? Math.max(QUIET_MILLIS, made.restMillis) : made.restMillis);
  }
}
