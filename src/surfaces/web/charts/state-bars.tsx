import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

import { lengthText, percentText, stateCell } from '../../cli/clock-words.ts';
import { printable } from '../../cli/terminal/printable.ts';
import { Chart } from './chart.tsx';
import type { EChartsOption } from './echarts.ts';
import { tooltipText } from './tooltip-text.ts';
import { type ClockState, stateColour } from './state-colours.ts';

/** One bar: which node's time, how much of it in each state, and all of it. */
export type StateBar = {
  readonly name: string;
  readonly parts: readonly { readonly state: ClockState; readonly micros: number }[];
  readonly wholeMicros: number;
};

const BAR_HEIGHT = 30;
const FRAME_HEIGHT = 72;

/** Where the time of nodes went: a bar for each, as long as all of its time, stacked by state. */
export function StateBars({
  label,
  states,
  bars,
}: {
  label: string;
  states: readonly ClockState[];
  bars: readonly StateBar[];
}) {
  const scheme = useComputedColorScheme('light');
  const present = useMemo(
    () =>
      states.filter((state) => bars.some(({ parts }) => parts.some((part) => part.state === state && part.micros > 0))),
    [bars, states],
  );
  const most = Math.max(...bars.map(({ wholeMicros }) => wholeMicros), 1);
  const step = stepOf(most);
  const option = useMemo(
    (): EChartsOption => ({
      grid: { left: 8, right: 24, top: 34, bottom: 8, containLabel: true },
      legend: { type: 'scroll', top: 0 },
      xAxis: {
        type: 'value',
        interval: step,
        max: Math.ceil(most / step) * step,
        axisLabel: { formatter: (micros: number) => lengthText(micros), hideOverlap: true },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => printable(name)),
        axisTick: { show: false },
        axisLabel: { width: 130, overflow: 'truncate' },
      },
      tooltip: {
        trigger: 'item',
        confine: true,
        renderMode: 'richText',
        formatter: ({ dataIndex, seriesIndex }: { dataIndex: number; seriesIndex: number }) =>
          toldOf(bars[dataIndex], present[seriesIndex]),
      },
      series: present.map((state) => ({
        name: stateCell(state).text,
        type: 'bar',
        stack: 'time',
        barMaxWidth: 20,
        itemStyle: { color: stateColour(state, scheme) },
        data: bars.map(({ parts }) => parts.find((part) => part.state === state)?.micros ?? 0),
      })),
    }),
    [bars, most, present, scheme, step],
  );
  const table = useMemo(
    () => ({
      columns: ['node', ...present.map((state) => stateCell(state).text), 'in all'],
      rows: bars.map(({ name, parts, wholeMicros }) => [
        printable(name),
        ...present.map((state) => {
          const micros = parts.find((part) => part.state === state)?.micros ?? 0;
          return micros === 0 ? '0' : `${lengthText(micros)} (${percentText(micros, wholeMicros)})`;
        }),
        lengthText(wholeMicros),
      ]),
    }),
    [bars, present],
  );
  return <Chart option={option} label={label} table={table} height={bars.length * BAR_HEIGHT + FRAME_HEIGHT} />;
}

const MICROS_PER_MINUTE = 60e6;
/** Steps of an axis of time that people count in. Minutes. */
const STEPS = [1, 2, 5, 15, 30, 60, 120, 360, 720, 1_440, 2_880, 7_200, 14_400, 43_200];
const MOST_STEPS = 8;

function stepOf(mostMicros: number): number {
  const minutes = mostMicros / MICROS_PER_MINUTE;
  const step = STEPS.find((one) => minutes / one <= MOST_STEPS) ?? Math.ceil(minutes / MOST_STEPS);
  return step * MICROS_PER_MINUTE;
}

function toldOf(bar: StateBar | undefined, state: ClockState | undefined): string {
  if (bar === undefined || state === undefined) return '';
  const micros = bar.parts.find((part) => part.state === state)?.micros ?? 0;
  const share = percentText(micros, bar.wholeMicros);
  return tooltipText([
    bar.name,
    `${stateCell(state).text}: ${lengthText(micros)}`,
    `${share} of ${lengthText(bar.wholeMicros)}`,
  ]);
}
