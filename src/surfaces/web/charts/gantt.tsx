import { useMemo } from 'react';

import { printable } from '../../cli/terminal/printable.ts';
import { Chart, type TableBehind } from './chart.tsx';
import type { EChartsOption } from './echarts.ts';
import type { GanttBar } from './gantt-bar.ts';
import { tooltipText } from './tooltip-text.ts';

const LANE_HEIGHT = 34;
/** Axis, slider and margins. */
const FRAME_HEIGHT = 78;
/** Seen on a light page and on a dark one. */
const SLIDER = {
  borderColor: 'transparent',
  backgroundColor: 'rgba(134, 142, 150, 0.12)',
  fillerColor: 'rgba(134, 142, 150, 0.25)',
  handleStyle: { color: '#868e96', borderColor: '#868e96' },
  moveHandleSize: 0,
};
/** What happened in no time is still seen. */
const MIN_WIDTH = 2;

/** Only what is used of what the library hands to the function that draws one bar. */
type Shape = { coordSys: { x: number; y: number; width: number; height: number } };
type Reader = {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(point: readonly [number, number]): [number, number];
  visual(name: 'color'): string;
};

/** What happened when, in lanes beside each other over one axis of time; it can be zoomed. */
export function Gantt({
  label,
  lanes,
  bars,
  fromMicros,
  toMicros,
  table,
}: {
  label: string;
  lanes: readonly string[];
  bars: readonly GanttBar[];
  fromMicros: number;
  toMicros: number;
  table: TableBehind;
}) {
  const option = useMemo(
    (): EChartsOption => ({
      grid: { left: 8, right: 16, top: 8, bottom: 44, containLabel: true },
      xAxis: {
        type: 'time',
        min: fromMicros / 1e3,
        max: toMicros / 1e3,
        splitLine: { show: true, lineStyle: { color: '#868e96', opacity: 0.25 } },
        axisLabel: { hideOverlap: true },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: lanes.map(printable),
        axisTick: { show: false },
        axisLabel: { width: 120, overflow: 'truncate' },
      },
      dataZoom: [
        { type: 'slider', height: 18, bottom: 8, filterMode: 'none', showDetail: false, brushSelect: false, ...SLIDER },
        { type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
      ],
      tooltip: {
        trigger: 'item',
        confine: true,
        renderMode: 'richText',
        formatter: ({ dataIndex }: { dataIndex: number }) => tooltipText(bars[dataIndex]?.told ?? []),
      },
      series: [
        {
          type: 'custom',
          clip: true,
          encode: { x: [1, 2], y: 0 },
          renderItem: drawBar,
          data: bars.map(({ lane, fromMicros: from, toMicros: to, colour, isPale = false }) => ({
            value: [lane, from / 1e3, to / 1e3, isPale ? 1 : 0],
            itemStyle: { color: colour },
          })),
        },
      ],
    }),
    [bars, fromMicros, lanes, toMicros],
  );
  return <Chart option={option} label={label} table={table} height={lanes.length * LANE_HEIGHT + FRAME_HEIGHT} />;
}

function drawBar({ coordSys }: Shape, api: Reader): object | undefined {
  const [left, middle] = api.coord([api.value(1), api.value(0)]);
  const [right] = api.coord([api.value(2), api.value(0)]);
  const [, laneHeight] = api.size([0, 1]);
  const height = Math.round(laneHeight * 0.6);
  const x = Math.max(left, coordSys.x);
  const end = Math.min(Math.max(right, left + MIN_WIDTH), coordSys.x + coordSys.width);
  if (end <= x) return undefined;
  return {
    type: 'rect',
    shape: { x, y: Math.round(middle - height / 2), width: end - x, height },
    style: { fill: api.visual('color'), opacity: api.value(3) === 1 ? 0.55 : 1 },
    emphasis: { style: { opacity: 0.8 } },
  };
}
