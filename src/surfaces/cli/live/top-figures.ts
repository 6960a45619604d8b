import { readAlertBook } from '../../../analysis/alerts/alert-book.ts';
import { type AlertStatus, alertStatus } from '../../../analysis/alerts/alert-status.ts';
import { openClock } from '../../../analysis/clock/open-clock.ts';
import { utilisation } from '../../../analysis/clock/utilisation.ts';
import { type Insights, openInsights } from '../../../analysis/insights/insights.ts';
import type { LedgerSum } from '../../../analysis/ledger/ledger.ts';
import { newestEvents } from '../../../analysis/reports/answerer.ts';
import { budgetReport, type BudgetState } from '../../../analysis/reports/budget-report.ts';
import { type ClusterStatus, clusterStatus } from '../../../analysis/reports/cluster-status.ts';
import { costReport } from '../../../analysis/reports/cost-report.ts';
import { taskList, type TaskSummary } from '../../../analysis/reports/task-list.ts';
import type { StoredEvent } from '../../../model/event.ts';
import type { CommandContext } from '../context.ts';
import { insightOptionsOf } from '../insight-options.ts';
import { seenNodes } from '../seen-nodes.ts';
import { configOfRun } from '../settings-of.ts';

/** What `status` counts over too, so that both show the same. */
export const WINDOW_SECONDS = 3_600;
/** Told so often that they would hide everything else. */
const FREQUENT = new Set([
  'cluster.snapshot',
  'message.sent',
  'state.lock',
  'state.read',
  'state.write',
  'tokens.consumed',
  'tool.called',
]);
/** Of each metric, and of all: a screen shows some thirty. */
const MAX_EVENTS = 100;
const MAX_LATEST = 300;

/** What `top` shows. Each part is absent until it was asked for the first time. */
export type TopFigures = {
  readonly status?: ClusterStatus | undefined;
  /** Of each node, the part of its known time in which it worked, in the window. */
  readonly busy?: ReadonlyMap<string, number | undefined> | undefined;
  /** Those that wait and those that somebody works on. */
  readonly tasks?: readonly TaskSummary[] | undefined;
  readonly insights?: Insights | undefined;
  readonly alerts?: readonly AlertStatus[] | undefined;
  readonly budgets?: readonly BudgetState[] | undefined;
  readonly costToday?: LedgerSum | undefined;
  /** What happened, the newest first. */
  readonly events?: readonly StoredEvent[] | undefined;
};

/** One part, and when it is worth making again. */
export type TopReport = {
  readonly part: keyof TopFigures;
  /** It is not made again sooner, however cheap it is. */
  readonly minMillis: number;
  make(): Promise<Partial<TopFigures>>;
};

/** What of a run the reports need. */
type TopContext = Pick<CommandContext, 'clock' | 'timeZone' | 'directory' | 'env' | 'cwd' | 'collector'>;

/** The reports behind the figures, the most wanted first: those of the other commands and of the dashboard. */
export function topReports(context: TopContext): readonly TopReport[] {
  const { clock, timeZone } = context;
  const now = (): number => clock.nowMicros();
  const ask = context.collector;
  return [
    {
      part: 'status',
      minMillis: 1_000,
      make: async () => ({
        status: await clusterStatus(await ask(), {
          nowMicros: now(),
          windowSeconds: WINDOW_SECONDS,
          seen: seenNodes(context),
        }),
      }),
    },
    {
      part: 'tasks',
      minMillis: 1_000,
      make: async () => {
        const { tasks } = await taskList(await ask(), {}, now());
        return { tasks: tasks.filter(({ state }) => state !== 'completed') };
      },
    },
    { part: 'events', minMillis: 1_000, make: async () => ({ events: await latestEvents(context) }) },
    {
      part: 'busy',
      minMillis: 5_000,
      make: async () => {
        const clockOfWindow = await openClock(await ask(), now() - WINDOW_SECONDS * 1e6, now(), now());
        return { busy: new Map(utilisation(clockOfWindow).nodes.map((use) => [use.nodeId ?? '', use.busyShare])) };
      },
    },
    {
      part: 'costToday',
      minMillis: 5_000,
      make: async () => {
        const { flatPlans } = configOfRun(context).settings;
        const { ledger } = await costReport(await ask(), { since: 'today', timeZone }, ['day'], flatPlans);
        return { costToday: ledger.total };
      },
    },
    {
      part: 'budgets',
      minMillis: 5_000,
      make: async () => {
        const { budgets, settings } = configOfRun(context);
        return { budgets: await budgetReport(await ask(), budgets, now(), timeZone, settings.flatPlans) };
      },
    },
    {
      part: 'alerts',
      minMillis: 5_000,
      make: async () => {
        const { alerts } = configOfRun(context);
        return { alerts: await alertStatus(await ask(), alerts, await readAlertBook(await ask(), now()), now()) };
      },
    },
    // Findings are of days: they hardly change while somebody looks.
    {
      part: 'insights',
      minMillis: 60_000,
      make: async () => ({ insights: await openInsights(await ask(), insightOptionsOf(context)) }),
    },
  ];
}

/** The newest of what is worth a line. */
async function latestEvents(context: TopContext): Promise<readonly StoredEvent[]> {
  const collector = await context.collector();
  const all: StoredEvent[] = [];
  for (const { name } of await collector.storedMetrics()) {
    if (!FREQUENT.has(name)) all.push(...(await newestEvents(collector, name, {}, MAX_EVENTS)));
  }
  return all.sort((a, b) => b.atMicros - a.atMicros).slice(0, MAX_LATEST);
}
