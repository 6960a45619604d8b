import { MICROS_PER_DAY } from '../../model/range.ts';
import { microsOf, type Zone, zonedAt } from '../../model/time.ts';
import { NANOS_PER_USD } from '../../pricing/index.ts';
import { MAX_DAYS, type SpendSoFar } from '../forecast/spend-forecast.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { totalTokens } from '../ledger/figures.ts';
import { openLedger } from '../ledger/ledger.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import type { LineField, UsageLine } from '../ledger/usage-line.ts';
import { type BudgetRule, isInScope } from './budget-report.ts';

/** What a forecast is of: whose usage, in which unit. */
export type SpendOf = Pick<BudgetRule, 'unit' | 'scope'>;

type Day = { readonly date: string; readonly weekday: number; readonly fromMicros: number };

/** The last weeks of usage, read once for all forecasts. */
export type SpendHistory = {
  /** Complete days since usage was first seen, at most 84, oldest first; then today. */
  readonly days: readonly Day[];
  readonly nowMicros: number;
  /** One kind of usage: days cut into hours. */
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
  const today = zonedAt(nowMicros, zone).startOfDay();
  const since = microsOf(today.subtract({ days: MAX_DAYS })) / 1e6;
  const span = { since, until: nowMicros / 1e6, timeZone: zone.id };
  const spread = await hourlySpread(ask, span, zone);
  const roles = wanted.some(({ scope }) => scope.role !== undefined) ? await nodeRoles(ask) : new Map<string, string>();
  const { lines } = await openLedger(ask, span, { fields: fieldsFor(wanted), byDay: true }, plans);
  const runs = wanted.some(({ unit }) => unit === 'runs') ? await hourlyRuns(ask, span) : [];
  const dateOf = (atMicros: number): string => zonedAt(atMicros, zone).toPlainDate().toString();
  const byDate = Map.groupBy(lines, ({ hourMicros }) => dateOf(hourMicros));
  const runsByDate = Map.groupBy(runs, ({ atMicros }) => dateOf(atMicros));
  const first = [...byDate.keys(), ...runsByDate.keys()].sort()[0];
  const days: Day[] = [];
  for (let back = MAX_DAYS; back >= 0; back--) {
    const start = today.subtract({ days: back });
    const date = start.toPlainDate().toString();
    // The day on which it began is a part of a day.
    if (back > 0 && (first === undefined || date <= first)) continue;
    days.push({ date, weekday: start.dayOfWeek, fromMicros: microsOf(start) });
  }
  const hoursOf = (day: Day, of: SpendOf): number[] => {
    if (of.unit === 'runs') return runHours(runsByDate.get(day.date) ?? [], of, roles, zone);
    const own = (byDate.get(day.date) ?? []).filter((line) => isInScope(line, of.scope, roles));
    const total = own.reduce((sum, line) => sum + usedOf(line, of.unit), 0);
    const shares = spread.get(day.date) ?? EVEN;
    return shares.map((share) => share * total);
  };
  return {
    days,
    nowMicros,
    soFar: (of) => {
      const last = days.at(-1);
      return {
        days: days.slice(0, -1).map((day) => ({ weekday: day.weekday, hours: hoursOf(day, of) })),
        today: { weekday: today.dayOfWeek, used: last === undefined ? 0 : sumOf(hoursOf(last, of)) },
        elapsedHours: Math.min(24, ((nowMicros - microsOf(today)) / MICROS_PER_DAY) * 24),
      };
    },
    // The first day is not among the days of the past, and belongs to its month all the same.
    usedSince: (of, fromMicros) => {
      const counted = [...new Set([...byDate.keys(), ...runsByDate.keys()])].filter(
        (date) => date >= dateOf(fromMicros),
      );
      return sumOf(counted.flatMap((date) => hoursOf({ date, weekday: 1, fromMicros }, of)));
    },
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

/** For each date the part of its use in each hour of the clock. */
async function hourlySpread(ask: EventAnswerer, span: Span, zone: Zone): Promise<Map<string, readonly number[]>> {
  const { rows } = await ask.aggregate({
    metric: 'tokens.consumed',
    ...span,
    aggregations: ['sum(estimated_cost_usd)', 'sum(reported_cost_usd)', 'sum(output_tokens)'],
    bucket: '1h',
  });
  const spread = new Map<string, number[]>();
  for (const { bucketStart, values } of rows) {
    if (bucketStart === undefined) continue;
    const start = zonedAt(Math.round(bucketStart * 1e6), zone);
    const date = start.toPlainDate().toString();
    const hours = spread.get(date) ?? Array.from({ length: 24 }, () => 0);
    const figure = (name: string): number => Number(values[name] ?? 0);
    // Output tokens stand in where nothing has a price; beside a price they are a trifle.
    const weight =
      Math.max(figure('sum(estimated_cost_usd)'), figure('sum(reported_cost_usd)')) +
      figure('sum(output_tokens)') * 1e-9;
    hours[start.hour] = (hours[start.hour] ?? 0) + weight;
    spread.set(date, hours);
  }
  for (const [date, hours] of spread) {
    const total = sumOf(hours);
    if (total > 0)
      spread.set(
        date,
        hours.map((used) => used / total),
      );
    else spread.delete(date);
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

function runHours(runs: readonly Runs[], { scope }: SpendOf, roles: ReadonlyMap<string, string>, zone: Zone): number[] {
  const hours = Array.from({ length: 24 }, () => 0);
  for (const { atMicros, node, cluster, count } of runs) {
    if (scope.node !== undefined && scope.node !== node) continue;
    if (scope.cluster !== undefined && scope.cluster !== cluster) continue;
    if (scope.role !== undefined && scope.role !== roles.get(node)) continue;
    const { hour } = zonedAt(atMicros, zone);
    hours[hour] = (hours[hour] ?? 0) + count;
  }
  return hours;
}
