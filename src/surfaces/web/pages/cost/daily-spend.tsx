import { useMemo } from 'react';

import { NOT_TOLD } from '../../../cli/cost-words.ts';
import { ABSENT, formatUsd } from '../../../cli/terminal/units.ts';
import { printable } from '../../../cli/terminal/printable.ts';
import { Chart, type TableBehind } from '../../charts/chart.tsx';
import type { EChartsOption } from '../../charts/echarts.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { TIME_ZONE, useSpan } from '../../data/url-state.ts';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import type { Dimension } from './dimension.ts';
import { bandAt, isReliable, type Outlook } from './outlook.ts';

type Costs = AnswerOf<'/costs'>;
type Budget = AnswerOf<'/budgets'>['budgets'][number];

/** Spans shorter than some days make no chart of days. */
const SHORT_SPANS: readonly string[] = ['1h', '6h', '24h'];
const DAYS_SHOWN = '30d';
/** What days are stacked by; tasks are too many, and days themselves are not. */
const STACKED: readonly Dimension[] = ['model', 'role', 'node', 'client'];
const BAND = 0.8;
/** Seen on light and dark, and no colour of a group. */
const FORECAST_COLOUR = '#868e96';

/** What each day cost, and what today is going to, against the budgets of a day. */
export function DailySpend({ dimension }: { dimension: Dimension }) {
  const span = useSpan();
  const isShort = SHORT_SPANS.includes(span.since);
  const by = STACKED.includes(dimension) ? dimension : 'model';
  const costs = useAnswer('/costs', { ...span, ...(isShort ? { since: DAYS_SHOWN } : {}), by: ['day', by] });
  const forecast = useAnswer('/forecast', { tz: TIME_ZONE });
  const budgets = useAnswer('/budgets', { tz: TIME_ZONE });
  const today = forecast.data?.spend.find(({ budget, per }) => budget === undefined && per === 'day');
  return (
    <Panel title="Spend by day" note={`By ${by}.${isShort ? ' The last 30 days, whatever time is picked above.' : ''}`}>
      <Answer of={costs} height={300}>
        {(told) =>
          told.groups.length === 0 ? (
            <EmptyState title="No use of a model was told in this time." />
          ) : (
            <DayChart costs={told} by={by} today={today} budgets={budgets.data?.budgets ?? []} />
          )
        }
      </Answer>
    </Panel>
  );
}

function DayChart({
  costs,
  by,
  today,
  budgets,
}: {
  costs: Costs;
  by: Dimension;
  today: Outlook | undefined;
  budgets: readonly Budget[];
}) {
  const drawn = useMemo(() => {
    const limits = budgets
      .filter(({ budget }) => budget.unit === 'usd' && budget.per === 'day' && Object.keys(budget.scope).length === 0)
      .map(({ budget, limit }) => ({ name: `budget ${printable(budget.name)}`, value: limit.value }));
    return { option: optionOf(costs, by, today, limits), table: tableOf(costs, by) };
  }, [budgets, by, costs, today]);
  return <Chart label={`What each day cost, by ${by}`} option={drawn.option} table={drawn.table} height={300} />;
}

const daysOf = ({ groups }: Costs): string[] => [...new Set(groups.flatMap(({ key }) => key['day'] ?? []))].sort();

/** Costs by group and day. */
function cellsOf({ groups }: Costs, by: Dimension): Map<string, Map<string, number | undefined>> {
  const cells = new Map<string, Map<string, number | undefined>>();
  for (const { key, usage } of groups) {
    const name = printable(key[by] ?? NOT_TOLD[by]);
    const days = cells.get(name) ?? new Map<string, number | undefined>();
    days.set(key['day'] ?? '', usage.cost?.usd);
    cells.set(name, days);
  }
  return cells;
}

function optionOf(
  costs: Costs,
  by: Dimension,
  today: Outlook | undefined,
  limits: readonly { readonly name: string; readonly value: number }[],
): EChartsOption {
  const days = daysOf(costs);
  const band = today !== undefined && isReliable(today) ? bandAt(today, BAND) : undefined;
  const lastDay = days.at(-1) ?? '';
  const reach = Math.max(band?.high ?? 0, ...limits.map(({ value }) => value));
  const lines = {
    symbol: 'none',
    data: limits.map(({ name, value }) => ({ yAxis: value, label: { formatter: name, position: 'insideEndTop' } })),
  };
  const bars = [...cellsOf(costs, by)].map(([name, cells], place) => ({
    name,
    type: 'bar',
    stack: 'all',
    barMaxWidth: 32,
    data: days.map((day) => cells.get(day) ?? null),
    markLine: place === 0 && limits.length > 0 ? lines : undefined,
  }));
  return {
    xAxis: { type: 'category', data: days, axisTick: { show: false } },
    yAxis: {
      type: 'value',
      // Limits and forecasts are no bars, so that the axis does not reach them by itself.
      max: ({ max }: { max: number }) => (reach > max ? reach * 1.05 : undefined),
      axisLabel: { formatter: formatUsd, showMaxLabel: reach === 0 },
    },
    legend: { type: 'scroll', top: 0 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      valueFormatter: (value: unknown) =>
        Array.isArray(value)
          ? `${formatUsd(Number(value[1]))} to ${formatUsd(Number(value[2]))}`
          : typeof value === 'number'
            ? formatUsd(value)
            : ABSENT,
    },
    series: [...bars, ...(band === undefined ? [] : [whisker(lastDay, band)])],
  };
}

/** Where the day that is now will end four times in five: a line with feet beside its bar. */
function whisker(day: string, { low, high }: { low: number; high: number }): object {
  type Api = {
    value: (place: number) => number;
    coord: (point: readonly [string | number, number]) => [number, number];
    size: (amount: readonly [number, number]) => [number, number];
  };
  return {
    name: 'today in all, 80 % forecast',
    type: 'custom',
    z: 10,
    dimensions: ['day', 'low', 'high'],
    encode: { x: 0, y: [1, 2], tooltip: [1, 2] },
    data: [[day, low, high]],
    color: FORECAST_COLOUR,
    renderItem: (_: unknown, api: Api) => {
      const [x, bottom] = api.coord([api.value(0), api.value(1)]);
      const [, top] = api.coord([api.value(0), api.value(2)]);
      const half = Math.min(8, api.size([1, 0])[0] / 3);
      const line = (x1: number, y1: number, x2: number, y2: number): object => ({
        type: 'line',
        shape: { x1, y1, x2, y2 },
        style: { stroke: FORECAST_COLOUR, lineWidth: 3 },
      });
      return {
        type: 'group',
        children: [
          line(x, bottom, x, top),
          line(x - half, bottom, x + half, bottom),
          line(x - half, top, x + half, top),
        ],
      };
    },
  };
}

function tableOf(costs: Costs, by: Dimension): TableBehind {
  const cells = [...cellsOf(costs, by)];
  return {
    columns: ['day', ...cells.map(([name]) => name)],
    rows: daysOf(costs).map((day) => [day].concat(cells.map(([, values]) => formatUsd(values.get(day))))),
  };
}
