import { useMemo } from 'react';

import { Chart, type TableBehind } from './chart.tsx';
import type { EChartsOption } from './echarts.ts';

/** One line or stack of bars. Points are seconds since the epoch; `undefined` leaves a gap. */
export type TimeSeries = {
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly value: number | undefined }[];
  /** A range around it, such as a forecast's. */
  readonly band?: readonly { readonly at: number; readonly low: number; readonly high: number }[];
  readonly isDashed?: boolean;
  /** Where the colour means something; else the palette's next. */
  readonly colour?: string | undefined;
};

export type TimeChartProps = {
  readonly label: string;
  readonly series: readonly TimeSeries[];
  /** A value as people read it: `3 min 20 s`, `$1.20`. */
  readonly format: (value: number) => string;
  readonly kind?: 'line' | 'bar' | 'area';
  readonly isStacked?: boolean;
  readonly height?: number;
  /** A line across: a budget, a level of an alert. */
  readonly limits?: readonly { readonly name: string; readonly value: number }[];
  /** Values are whole numbers: the axis has no steps between them. */
  readonly isWhole?: boolean;
};

const timeText = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** Figures over time. */
export function TimeChart({
  label,
  series,
  format,
  kind = 'line',
  isStacked = false,
  height = 240,
  limits = [],
  isWhole = false,
}: TimeChartProps) {
  const option = useMemo(
    (): EChartsOption => ({
      xAxis: { type: 'time' },
      yAxis: {
        type: 'value',
        axisLabel: { formatter: (value: number) => format(value) },
        ...(isWhole ? { minInterval: 1 } : {}),
      },
      legend: series.length > 1 ? { type: 'scroll', top: 0 } : { show: false },
      tooltip: {
        trigger: 'axis',
        confine: true,
        renderMode: 'richText',
        valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '–'),
      },
      series: series.flatMap((one, index) => [...bandOf(one), lineOf(one, kind, isStacked, index === 0 ? limits : [])]),
    }),
    [format, isStacked, isWhole, kind, limits, series],
  );
  const table = useMemo(() => tableOf(series, format), [format, series]);
  return <Chart option={option} label={label} table={table} height={height} />;
}

function lineOf(
  { name, points, isDashed = false, colour }: TimeSeries,
  kind: 'line' | 'bar' | 'area',
  isStacked: boolean,
  limits: NonNullable<TimeChartProps['limits']>,
): object {
  return {
    name,
    type: kind === 'bar' ? 'bar' : 'line',
    data: points.map(({ at, value }) => [at * 1_000, value ?? null]),
    showSymbol: points.length < 3,
    ...(colour === undefined ? {} : { color: colour }),
    ...(kind === 'bar' ? { barMaxWidth: 28 } : { lineStyle: { width: 2, type: isDashed ? 'dashed' : 'solid' } }),
    ...(kind === 'area' ? { areaStyle: { opacity: 0.25 } } : {}),
    ...(isStacked ? { stack: 'all' } : {}),
    ...(limits.length === 0
      ? {}
      : {
          markLine: {
            symbol: 'none',
            data: limits.map((limit) => ({ name: limit.name, yAxis: limit.value, label: { formatter: limit.name } })),
          },
        }),
  };
}

/** Two invisible lines with the space between them filled. */
function bandOf({ name, band }: TimeSeries): object[] {
  if (band === undefined || band.length === 0) return [];
  const part = (suffix: string, value: (point: { low: number; high: number }) => number, opacity: number): object => ({
    name: `${name} ${suffix}`,
    type: 'line',
    stack: `band ${name}`,
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    areaStyle: { opacity },
    data: band.map((point) => [point.at * 1_000, value(point)]),
    tooltip: { show: false },
  });
  return [part('from', ({ low }) => low, 0), part('to', ({ low, high }) => high - low, 0.18)];
}

function tableOf(series: readonly TimeSeries[], format: (value: number) => string): TableBehind {
  const moments = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  const values = series.map(({ points }) => new Map(points.map(({ at, value }) => [at, value])));
  return {
    columns: ['time', ...series.map(({ name }) => name)],
    rows: moments.map((at) => {
      const shown = values.map((known) => {
        const value = known.get(at);
        return value === undefined ? '–' : format(value);
      });
      return [timeText.format(at * 1_000)].concat(shown);
    }),
  };
}
