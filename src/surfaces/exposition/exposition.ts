import { budgetReport } from '../../analysis/reports/budget-report.ts';
import type { MetricsCollector } from '../../metrics-collector.ts';
import type { CommandContext } from '../cli/context.ts';
import { packageVersion } from '../cli/package-version.ts';
import { seenNodes } from '../cli/seen-nodes.ts';
import { configOfRun } from '../cli/settings-of.ts';
import { catalogueFamilies, type ExemplarBook, readExemplars } from './catalogue-families.ts';
import { CatalogueTotals } from './catalogue-totals.ts';
import { clusterFamilies, judgementFamilies, ownFamily } from './cluster-families.ts';
import { collectorFamilies } from './collector-families.ts';
import type { Totals } from './closed-days.ts';
import { CounterBook } from './counter-book.ts';
import type { Family } from './family.ts';
import { OWN_FAMILIES } from './own-families.ts';
import { type FamilyPlan, planFamilies } from './planned-families.ts';
import { Refreshed } from './refreshed.ts';
import { readUsageTotals, usageFamilies } from './usage-families.ts';

/** What of a run figures are put together from. */
export type ExpositionContext = Pick<CommandContext, 'directory' | 'env' | 'cwd' | 'clock' | 'timeZone' | 'collector'>;

/** Several scrapers at once get the same figures. */
const MIN_AGE_MILLIS = 1_000;
/** What the ledger and remembered judgements say changes slowly and costs more; exemplars need not be the very newest. */
const SLOW_MILLIS = 30_000;

type Slow = { readonly usage: Totals; readonly judgements: readonly Family[]; readonly exemplars: ExemplarBook };

/**
 * All figures that leave for other programs, put together when somebody asks: totals of the catalogue's metrics, usage,
 * the cluster as it is now, and the collector's own account. Counters never fall, also over restarts.
 *
 * @example
 * const exposition = new Exposition(context);
 * openMetricsText(await exposition.families());
 */
export class Exposition {
  readonly #context: ExpositionContext;
  readonly #fast: Refreshed<readonly Family[]>;
  readonly #slow: Refreshed<Slow>;
  #plan: FamilyPlan | undefined;
  #totals: CatalogueTotals | undefined;
  #book: CounterBook | undefined;

  constructor(context: ExpositionContext) {
    this.#context = context;
    const nowMillis = (): number => context.clock.monotonicMillis();
    this.#fast = new Refreshed(MIN_AGE_MILLIS, nowMillis, () => this.#collect());
    this.#slow = new Refreshed(SLOW_MILLIS, nowMillis, () => this.#collectSlow());
  }

  /** @throws StoreError when there is no store, or it cannot be read. */
  families(): Promise<readonly Family[]> {
    return this.#fast.get();
  }

  /** When counters were begun, for programs that want to know since when they count. */
  get sinceMicros(): number {
    return this.#openBook().sinceMicros;
  }

  async #collect(): Promise<readonly Family[]> {
    const { clock } = this.#context;
    const before = clock.monotonicMillis();
    const collector = await this.#context.collector();
    const book = this.#openBook();
    const health = await collectorFamilies(collector, clock, book);
    const { plan, totals } = this.#planned(collector);
    const { settings } = configOfRun(this.#context);
    const counted = await totals.read(collector, {
      nowMicros: clock.nowMicros(),
      nowMillis: clock.monotonicMillis(),
      keptDays: Math.max(settings.rollupDays, settings.rawDays),
    });
    const cluster = await clusterFamilies(collector, seenNodes(this.#context), clock.nowMicros());
    const { usage, judgements, exemplars } = await this.#slow.get();
    const catalogue = catalogueFamilies(plan.families, counted, exemplars, book);
    const used = usageFamilies(usage, book);
    book.save();
    const overflowed = [...catalogue.overflowed, ...used.overflowed].map(([family, value]) => ({
      labels: { family },
      value,
    }));
    const seconds = (clock.monotonicMillis() - before) / 1_000;
    const all = [
      ownFamily(OWN_FAMILIES.build, [{ labels: { version: packageVersion() }, value: 1 }]),
      ...cluster,
      ...judgements,
      ...used.families,
      ...catalogue.families,
      ...health,
      ownFamily(OWN_FAMILIES.overflowed, overflowed),
      ownFamily(OWN_FAMILIES.leftOut, [{ labels: {}, value: plan.leftOut.length }]),
      ownFamily(OWN_FAMILIES.collectSeconds, [{ labels: {}, value: seconds }]),
    ];
    return all.filter(({ points }) => points.length > 0);
  }

  async #collectSlow(): Promise<Slow> {
    const { clock, timeZone } = this.#context;
    const collector = await this.#context.collector();
    const { budgets, settings } = configOfRun(this.#context);
    const nowMicros = clock.nowMicros();
    const usage = await readUsageTotals(collector, this.#openBook(), settings.flatPlans, nowMicros);
    const states = await budgetReport(collector, budgets, nowMicros, timeZone, settings.flatPlans);
    const exemplars = await readExemplars(collector, this.#planned(collector).plan.families);
    return { usage, exemplars, judgements: await judgementFamilies(collector, states, nowMicros) };
  }

  #openBook(): CounterBook {
    this.#book ??= CounterBook.open(this.#context.directory, this.#context.clock.nowMicros());
    return this.#book;
  }

  #planned({ catalogue }: MetricsCollector): { readonly plan: FamilyPlan; readonly totals: CatalogueTotals } {
    this.#plan ??= planFamilies(catalogue);
    this.#totals ??= new CatalogueTotals(this.#plan.families, this.#openBook());
    return { plan: this.#plan, totals: this.#totals };
  }
}
