import { useMemo } from 'react';

import { ruleFigure } from '../../../cli/alert-lines.ts';
import { printable } from '../../../cli/terminal/printable.ts';
import { ABSENT } from '../../../cli/terminal/units.ts';
import { Chart, type TableBehind } from '../../charts/chart.tsx';
import type { EChartsOption } from '../../charts/echarts.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';

type Tested = AnswerOf<'/alerts/test'>;
type Point = readonly [number, number | null];

/** More lines cannot be told apart; the shaded times are those of all groups. */
const MAX_LINES = 8;
const LEVEL_COLOURS = { ok: '#2b8a3e', no_data: '#868e96', warn: '#f08c00', critical: '#e03131' } as const;

/** The figure of a rule over the past with its levels, and shaded the times in which it would have fired. */
export function BackTestChart({ tested }: { tested: Tested }) {
  const { option, table } = useMemo(() => {
    const lines = linesOf(tested);
    return { option: optionOf(tested, lines), table: tableOf(tested, lines) };
  }, [tested]);
  return (
    <Chart
      label={`The figure of ${tested.rule.name} over the past, its levels, and the times in which it would have fired`}
      option={option}
      table={table}
      height={300}
    />
  );
}

/** For each group what it measured. */
function linesOf({ rule, moments }: Tested): readonly (readonly [string, readonly Point[]])[] {
  const groups = Map.groupBy(moments, ({ group }) => group);
  return [...groups]
    .slice(0, MAX_LINES)
    .map(([group, points]) => [
      printable(group ?? rule.name),
      points.map(({ atMicros, value, rank }): Point => [atMicros / 1_000, value ?? rank ?? null]),
    ]);
}

function optionOf({ rule, episodes, toMicros }: Tested, lines: ReturnType<typeof linesOf>): EChartsOption {
  const limits =
    rule.kind === 'finding'
      ? []
      : (['warn', 'critical'] as const).flatMap((level) => {
          const value = rule[level];
          return value === undefined
            ? []
            : [
                {
                  yAxis: value,
                  lineStyle: { color: LEVEL_COLOURS[level] },
                  label: { formatter: `${level} ${ruleFigure(rule, value)}`, position: 'insideEndTop' },
                },
              ];
        });
  const reach = Math.max(0, ...limits.map(({ yAxis }) => yAxis));
  const format = (value: number): string => (rule.kind === 'finding' ? (RANKS[value] ?? '') : ruleFigure(rule, value));
  return {
    xAxis: { type: 'time' },
    yAxis: {
      type: 'value',
      // Levels are no figures, so that the axis does not reach them by itself.
      max: ({ max }: { max: number }) => (reach > max ? reach * 1.15 : undefined),
      ...(rule.kind === 'finding' ? { min: 0, interval: 1 } : {}),
      axisLabel: { formatter: format },
    },
    legend: lines.length > 1 ? { type: 'scroll', top: 0 } : { show: false },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : ABSENT),
    },
    series: lines.map(([name, data], place) => ({
      name,
      type: 'line',
      step: rule.kind === 'finding' ? 'end' : false,
      data,
      symbol: 'none',
      sampling: rule.kind === 'metric' && rule.direction === 'below' ? 'min' : 'max',
      lineStyle: { width: 1.5 },
      markLine: place === 0 && limits.length > 0 ? { symbol: 'none', data: limits } : undefined,
      markArea:
        place > 0
          ? undefined
          : {
              silent: true,
              data: episodes.map(({ level, fromMicros, toMicros: end }) => [
                { xAxis: fromMicros / 1_000, itemStyle: { color: LEVEL_COLOURS[level], opacity: 0.22 } },
                { xAxis: (end ?? toMicros) / 1_000 },
              ]),
            },
    })),
  };
}

const RANKS: Readonly<Record<number, string>> = { 0: 'well', 1: 'warn', 2: 'critical' };

/** Where a figure changed: a month of minutes is no table. */
function tableOf({ rule }: Tested, lines: ReturnType<typeof linesOf>): TableBehind {
  const text = (value: number | null): string => {
    if (value === null) return ABSENT;
    return rule.kind === 'finding' ? (RANKS[value] ?? ABSENT) : ruleFigure(rule, value);
  };
  const changes = lines.flatMap(([name, points]) =>
    points
      .filter(([, value], place) => value !== points[place - 1]?.[1])
      .map(([atMillis, value]) => ({ name, atMillis, value })),
  );
  return {
    columns: ['from', 'of', 'figure'],
    rows: changes
      .sort((a, b) => b.atMillis - a.atMillis)
      .map(({ name, atMillis, value }) => [MOMENTS.dateTime(atMillis * 1_000), name, text(value)]),
  };
}
