import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { Zone } from '../../model/time.ts';
import { NANOS_PER_USD } from '../../pricing/index.ts';
import { MAX_DAYS, type SpendSoFar } from '../forecast/spend-forecast.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { totalTokens } from '../ledger/figures.ts';
import { openLedger } from '../ledger/ledger.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import type { LineField, UsageLine } from '../ledger/usage-line.ts';
import { type BudgetRule, isInScope } from './budget-report.ts';
import { CalendarDays } from './calendar-days.ts';

/** What a forecast is of: whose usage, in which unit. */
export type SpendOf = Pick<BudgetRule, 'unit' | 'scope'>;

/** The last weeks of usage, read once for all forecasts. */
export type SpendHistory = {
  readonly nowMicros: number;
  /** One kind of usage: complete days since any usage was first seen, at most 84, and today. */
  readonly soFar: (of: SpendOf) => SpendSoFar;
  /** What of it was used since a day began, that day and today included. */
  readonly usedSince: (of: SpendOf, fromMicros: number) => number;
};

/**
 * Reads what was used in the last twelve weeks: sums of days from the ledger, each request once; how a day's use is
 * spread over its hours from rollups of the whole cluster, which count nothing and only divide.
 */
export async function readSpendHistory(
  ask: EventAnswerer,
  wanted: readonly SpendOf[],
  nowMicros: number,
  zone: Zone,
  plans: readonly string[],
): Promise<SpendHistory> {
  const calendar = new CalendarDays(nowMicros, MAX_DAYS, zone);
  const since = (calendar.days[0]?.fromMicros ?? 0) / 1e6;
  const span = { since, until: nowMicros / 1e6, timeZone: zone.id };
  const spread = await hourlySpread(ask, span, calendar);
  const roles = wanted.some(({ scope }) => scope.role !== undefined) ? await nodeRoles(ask) : new Map<string, string>();
  const { lines } = await openLedger(ask, span, { fields: fieldsFor(wanted), byDay: true }, plans);
  const runs = wanted.some(({ unit }) => unit === 'runs') ? await hourlyRuns(ask, span) : [];
  const linesByDay = Map.groupBy(lines, ({ hourMicros }) => calendar.placeOf(hourMicros));
  const runsByDay = Map.groupBy(runs, ({ atMicros }) => calendar.placeOf(atMicros));
  const today = calendar.days.length - 1;
  const hoursOf = (day: number, of: SpendOf): readonly number[] => {
    if (of.unit === 'runs') return runHours(runsByDay.get(day) ?? [], of, roles, calendar);
    const own = (linesByDay.get(day) ?? []).filter((line) => isInScope(line, of.scope, roles));
    const total = own.reduce((sum, line) => sum + usedOf(line, of.unit), 0);
    return (spread.get(day) ?? EVEN).map((share) => share * total);
  };
  // The day on which it began is a part of a day.
  const firstWhole = Math.min(today, 1 + Math.min(today, ...linesByDay.keys(), ...runsByDay.keys()));
  return {
    nowMicros,
    soFar: (of) => ({
      days: calendar.days
        .slice(firstWhole, -1)
        .map(({ weekday }, place) => ({ weekday, hours: hoursOf(firstWhole + place, of) })),
      today: { weekday: calendar.days[today]?.weekday ?? 1, used: sumOf(hoursOf(today, of)) },
      elapsedHours: Math.min(24, (nowMicros - (calendar.days[today]?.fromMicros ?? 0)) / MICROS_PER_HOUR),
    }),
    usedSince: (of, fromMicros) =>
      calendar.days.reduce(
        (sum, day, place) => (day.fromMicros < fromMicros ? sum : sum + sumOf(hoursOf(place, of))),
        0,
      ),
  };
}

const EVEN: readonly number[] = Array.from({ length: 24 }, () => 1 / 24);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function fieldsFor(wanted: readonly SpendOf[]): LineField[] {
  const scopes = wanted.map(({ scope }) => scope);
  return [
    ...(scopes.some(({ node, role }) => node !== undefined || role !== undefined) ? (['node_id'] as const) : []),
    ...(scopes.some(({ cluster }) => cluster !== undefined) ? (['cluster'] as const) : []),
  ];
}

/** Dollars are what is billed: flat plans bill nothing. */
function usedOf({ figures }: UsageLine, unit: SpendOf['unit']): number {
  return unit === 'usd' ? Number(figures.costNanos - figures.planNanos) / NANOS_PER_USD : totalTokens(figures);
}

type Span = { readonly since: number; readonly until: number; readonly timeZone: string };

/** For each day the part of its use in each hour of the clock. */
async function hourlySpread(
  ask: EventAnswerer,
  span: Span,
  calendar: CalendarDays,
): Promise<Map<number, readonly number[]>> {
  const { rows } = await ask.aggregate({
    metric: 'tokens.consumed',
    ...span,
    aggregations: ['sum(estimated_cost_usd)', 'sum(reported_cost_usd)', 'sum(output_tokens)'],
    bucket: '1h',
  });
  const spread = new Map<number, number[]>();
  for (const { bucketStart, values } of rows) {
    if (bucketStart === undefined) continue;
    const atMicros = Math.round(bucketStart * 1e6);
    const day = calendar.placeOf(atMicros);
    const hour = calendar.hourOf(atMicros);
    const hours = spread.get(day) ?? Array.from({ length: 24 }, () => 0);
    const figure = (name: string): number => Number(values[name] ?? 0);
    // Output tokens stand in where nothing has a price; beside a price they are a trifle.
    const weight =
      Math.max(figure('sum(estimated_cost_usd)'), figure('sum(reported_cost_usd)')) +
      figure('sum(output_tokens)') * 1e-9;
    hours[hour] = (hours[hour] ?? 0) + weight;
    spread.set(day, hours);
  }
  for (const [day, hours] of spread) {
    const total = sumOf(hours);
    if (total > 0)
      spread.set(
        day,
        hours.map((used) => used / total),
      );
    else spread.delete(day);
  }
  return spread;
}

type Runs = { readonly atMicros: number; readonly node: string; readonly cluster: string; readonly count: number };

async function hourlyRuns(ask: EventAnswerer, span: Span): Promise<Runs[]> {
  const { rows } = await ask.aggregate({
    metric: 'task.claimed',
    ...span,
    aggregations: ['count'],
    groupBy: ['node_id', 'cluster'],
    bucket: '1h',
  });
  return rows.map(({ bucketStart = 0, group, values }) => ({
    atMicros: Math.round(bucketStart * 1e6),
    node: String(group['node_id'] ?? ''),
    cluster: String(group['cluster'] ?? ''),
    count: Number(values['count'] ?? 0),
  }));
}

function runHours(
  runs: readonly Runs[],
  { scope }: SpendOf,
  roles: ReadonlyMap<string, string>,
  calendar: CalendarDays,
): number[] {
  const hours = Array.from({ length: 24 }, () => 0);
  for (const { atMicros, node, cluster, count } of runs) {
    if (scope.node !== undefined && scope.node !== node) continue;
    if (scope.cluster !== undefined && scope.cluster !== cluster) continue;
    if (scope.role !== undefined && scope.role !== roles.get(node)) continue;
    const hour = calendar.hourOf(atMicros);
    hours[hour] = (hours[hour] ?? 0) + count;
  }
  return hours;
}
