import { BarChart, CustomChart, HeatmapChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

import { PALETTE } from './palette.ts';

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  CustomChart,
  DataZoomComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
]);

export type EChartsOption = EChartsCoreOption;

/** A chart on the page. */
export type Drawing = {
  /** Shows these figures; series that are gone vanish, others move. */
  show(option: EChartsOption): void;
  resize(): void;
  dispose(): void;
};

const INK = { light: { text: '#495057', line: '#dee2e6' }, dark: { text: '#c1c2c5', line: '#373a40' } } as const;

/** Makes a chart of an element. */
export function draw(element: HTMLElement, scheme: 'light' | 'dark'): Drawing {
  const { text, line } = INK[scheme];
  const axis = {
    axisLabel: { color: text },
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
  };
  const chart = init(
    element,
    {
      color: PALETTE[scheme],
      backgroundColor: 'transparent',
      textStyle: { fontFamily: 'system-ui, sans-serif', color: text },
      categoryAxis: { ...axis, splitLine: { show: false } },
      valueAxis: axis,
      timeAxis: { ...axis, splitLine: { show: false } },
      legend: { textStyle: { color: text } },
    },
    { renderer: 'canvas' },
  );
  return {
    show: (option) =>
      chart.setOption(
        {
          animationDuration: 200,
          grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
          tooltip: { trigger: 'axis', confine: true, renderMode: 'richText' },
          aria: { enabled: false },
          ...option,
        },
        { replaceMerge: ['series'] },
      ),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}
