import { SeededRandom } from '../../model/seeded-random.ts';
import { openZone, type Zone, zonedAt } from '../../model/time.ts';
import { type BacklogForecast, forecastBacklog, type Flow } from '../forecast/backlog-forecast.ts';
import type { Forecast } from '../forecast/bands.ts';
import type { Coverage } from '../forecast/replays.ts';
import { forecastSpend, MIN_ACTIVE_DAYS, MIN_DAYS, type SpendForecast } from '../forecast/spend-forecast.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { newestEvents, numberField } from './answerer.ts';
import { type BudgetRule, periodOf } from './budget-report.ts';
import { nodesNow, type SeenNode } from './nodes-now.ts';
import { readSpendHistory, type SpendHistory, type SpendOf } from './spend-history.ts';
import { taskList } from './task-list.ts';

const PERIODS = ['day', 'week', 'month'] as const;
const ALL_SPEND: SpendOf = { unit: 'usd', scope: {} };
/** Of the last day tasks arrive and nodes take them; how long tasks take, the last four weeks tell. */
const ARRIVAL_HOURS = 24;
const WORK_DAYS = 28;
const MAX_WORK_SAMPLES = 500;
/** A snapshot that is older than what happened to tasks by more than this no longer counts them. */
const STALE_MICROS = 60e6;
/** Any will do: the same question at the same moment has the same answer. */
const SEED = 20_261;

/** What will be used by the end of a period. */
export type SpendOutlook = {
  /** Absent: all spend of the cluster, which no budget limits. */
  readonly budget: string | undefined;
  readonly unit: BudgetRule['unit'];
  readonly per: BudgetRule['per'];
  readonly untilMicros: number;
  readonly used: number;
  readonly limit: number | undefined;
} & (
  | {
      readonly state: 'ready';
      /** At the end of the period, with what is used already. */
      readonly total: Forecast;
      /** How likely the limit is passed; absent without one. */
      readonly overLimit: number | undefined;
      readonly coverage: readonly Coverage[];
      readonly trust: SpendForecast['trust'];
    }
  | {
      readonly state: 'learning';
      readonly days: number;
      readonly activeDays: number;
      readonly neededDays: number;
      readonly neededActiveDays: number;
    }
  | { readonly state: 'no_data' }
);

export type ForecastReport = {
  readonly atMicros: number;
  readonly spend: readonly SpendOutlook[];
  readonly backlog: BacklogForecast;
  /** What the backlog's forecast starts from. */
  readonly queue: {
    readonly waiting: number;
    readonly working: number;
    readonly nodes: number;
    readonly arrivedPerHour: number;
  };
};

export type ForecastSettings = {
  readonly nowMicros: number;
  readonly timeZone: string;
  readonly budgets: readonly BudgetRule[];
  /** Clients on a flat plan, which bill nothing. */
  readonly plans: readonly string[];
  /** What the state file shows now. */
  readonly seen: readonly SeenNode[];
};

/** What will be spent by the ends of the day, the week and the month, and when nothing waits any more. */
export async function forecastReport(ask: EventAnswerer, settings: ForecastSettings): Promise<ForecastReport> {
  const { nowMicros, budgets } = settings;
  const zone = await openZone(settings.timeZone);
  const history = await readSpendHistory(ask, [ALL_SPEND, ...budgets], nowMicros, zone, settings.plans);
  const wanted: Wanted[] = [
    ...PERIODS.map((per) => ({ of: ALL_SPEND, per, budget: undefined })),
    ...budgets.map((budget) => ({ of: budget, per: budget.per, budget })),
  ];
  // What is the same usage has the same forecast: it is drawn once.
  const alike = Map.groupBy(wanted, ({ of: { unit, scope } }) => JSON.stringify([unit, Object.entries(scope)]));
  const found = new Map([...alike.values()].flatMap((group) => outlooks(history, group, zone)));
  const spend = wanted.flatMap((one) => found.get(one) ?? []);
  const flow = await flowNow(ask, settings);
  return {
    atMicros: nowMicros,
    spend,
    backlog: forecastBacklog(flow, new SeededRandom(SEED)),
    queue: {
      waiting: flow.waiting,
      working: flow.atWorkHours.length,
      nodes: flow.nodes,
      arrivedPerHour: flow.arrivals.count / flow.arrivals.hours,
    },
  };
}

type Wanted = { readonly of: SpendOf; readonly per: BudgetRule['per']; readonly budget: BudgetRule | undefined };

/** One kind of usage to the ends of some periods. */
function outlooks(history: SpendHistory, group: readonly Wanted[], zone: Zone): [Wanted, SpendOutlook][] {
  const of = group[0]?.of ?? ALL_SPEND;
  const soFar = history.soFar(of);
  const activeDays = soFar.days.filter(({ hours }) => hours.some((used) => used > 0)).length;
  const periods = group.map((wanted) => {
    const { fromMicros, untilMicros } = periodOf(wanted.per, history.nowMicros, zone);
    return { wanted, fromMicros, untilMicros, daysAhead: daysUntil(history.nowMicros, untilMicros, zone) };
  });
  const horizons = [...new Set(periods.map(({ daysAhead }) => daysAhead))].sort((a, b) => a - b);
  const found = forecastSpend(soFar, horizons, new SeededRandom(SEED));
  return periods.map(({ wanted, fromMicros, untilMicros, daysAhead }): [Wanted, SpendOutlook] => {
    const { per, budget } = wanted;
    const used = history.usedSince(of, fromMicros);
    const head = { budget: budget?.name, unit: of.unit, per, untilMicros, used, limit: budget?.limit };
    const one = found?.[horizons.indexOf(daysAhead)];
    if (one !== undefined) return [wanted, { ...head, ...readyOutlook(one, used, budget?.limit) }];
    if (activeDays === 0 && used === 0) return [wanted, { ...head, state: 'no_data' }];
    const needed = { neededDays: MIN_DAYS, neededActiveDays: MIN_ACTIVE_DAYS };
    return [wanted, { ...head, state: 'learning', days: soFar.days.length, activeDays, ...needed }];
  });
}

function readyOutlook({ forecast, draws, coverage, trust }: SpendForecast, used: number, limit: number | undefined) {
  const over = limit === undefined ? undefined : draws.filter((draw) => used + draw > limit).length / draws.length;
  return {
    state: 'ready' as const,
    total: {
      middle: used + forecast.middle,
      bands: forecast.bands.map(({ level, low, high }) => ({ level, low: used + low, high: used + high })),
    },
    overLimit: over,
    coverage,
    trust,
  };
}

/** Whole days between today and the day before the end. */
function daysUntil(nowMicros: number, untilMicros: number, zone: Zone): number {
  const today = zonedAt(nowMicros, zone).toPlainDate();
  return today.until(zonedAt(untilMicros, zone).toPlainDate(), { largestUnit: 'days' }).days - 1;
}

/** The queue and what goes through it, from the tasks of the last weeks. */
async function flowNow(ask: EventAnswerer, { nowMicros, seen }: ForecastSettings): Promise<Flow> {
  const since = nowMicros / 1e6 - WORK_DAYS * 86_400;
  const { tasks } = await taskList(ask, { since, until: nowMicros / 1e6 }, nowMicros);
  const takers = new Set(tasks.flatMap(({ nodeId }) => nodeId ?? []));
  const live = (await nodesNow(ask, seen, nowMicros)).filter(
    ({ status, nodeId }) => status !== 'terminated' && status !== 'silent' && (takers.size === 0 || takers.has(nodeId)),
  );
  const working = live.filter(({ taskId }) => taskId !== undefined);
  const [snapshot] = await newestEvents(ask, 'cluster.snapshot', {}, 1);
  const counted =
    snapshot !== undefined && snapshot.atMicros + STALE_MICROS >= Math.max(...tasks.map((task) => task.lastMicros));
  const pending = tasks.filter(({ state }) => state === 'pending' || state === 'released').length;
  const arrived = tasks.flatMap(({ createdMicros }) => createdMicros ?? []);
  const watchedFrom = Math.max(nowMicros - ARRIVAL_HOURS * 3.6e9, Math.min(...arrived, nowMicros));
  return {
    // A task that was dropped without a word waits for ever in events; a count of the state file knows better.
    waiting: (counted ? numberField(snapshot, 'pending_tasks') : undefined) ?? pending,
    atWorkHours: working.map(({ taskSinceMicros }) => (nowMicros - (taskSinceMicros ?? nowMicros)) / 3.6e9),
    nodes: live.length,
    arrivals: {
      count: arrived.filter((at) => at >= watchedFrom).length,
      hours: Math.max(1, (nowMicros - watchedFrom) / 3.6e9),
    },
    workHours: tasks
      .filter(({ state }) => state === 'completed')
      .flatMap(({ workSeconds }) => (workSeconds === undefined ? [] : workSeconds / 3_600))
      .slice(0, MAX_WORK_SAMPLES),
  };
}
