import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

import { printable } from '../../cli/terminal/printable.ts';
import { Chart, type TableBehind } from './chart.tsx';
import type { EChartsOption } from './echarts.ts';
import { tooltipText } from './tooltip-text.ts';

/** What lies between two names. */
export type Pair = {
  readonly across: string;
  readonly down: string;
  readonly value: number;
  readonly told: readonly string[];
};

const CELL_HEIGHT = 30;
const FRAME_HEIGHT = 210;
/** The page behind, so that cells stand apart. */
const EDGES = { light: '#ffffff', dark: '#2e2e2e' } as const;
const INK = { light: '#495057', dark: '#c1c2c5' } as const;
const RAMPS = { light: ['#e3fafc', '#0b7285'], dark: ['#1f3a40', '#66d9e8'] } as const;

/** A figure for each pair of names, the darker (on a dark page: the lighter) the more. */
export function PairMap({
  label,
  acrossTitle,
  downTitle,
  pairs,
  format,
  table,
}: {
  label: string;
  acrossTitle: string;
  downTitle: string;
  pairs: readonly Pair[];
  format: (value: number) => string;
  table: TableBehind;
}) {
  const scheme = useComputedColorScheme('light');
  const [across, down] = useMemo(
    () => [[...new Set(pairs.map((pair) => pair.across))], [...new Set(pairs.map((pair) => pair.down))]],
    [pairs],
  );
  const most = Math.max(...pairs.map(({ value }) => value), 0);
  const option = useMemo(
    (): EChartsOption => ({
      grid: { left: 8, right: 16, top: 24, bottom: 68, containLabel: true },
      xAxis: {
        type: 'category',
        name: acrossTitle,
        nameLocation: 'middle',
        nameGap: across.length > 3 ? 70 : 30,
        data: across.map(printable),
        axisLabel: { width: 100, overflow: 'truncate', interval: 0, rotate: across.length > 3 ? 30 : 0 },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'category',
        name: downTitle,
        nameTextStyle: { align: 'left' },
        inverse: true,
        nameLocation: 'start',
        data: down.map(printable),
        axisLabel: { width: 120, overflow: 'truncate' },
      },
      visualMap: {
        min: 0,
        max: most,
        calculable: false,
        text: [format(most), '0'],
        textStyle: { color: INK[scheme] },
        orient: 'horizontal',
        right: 8,
        bottom: 0,
        itemHeight: 120,
        itemWidth: 12,
        inRange: { color: [...RAMPS[scheme]] },
      },
      tooltip: {
        trigger: 'item',
        confine: true,
        renderMode: 'richText',
        formatter: ({ dataIndex }: { dataIndex: number }) => tooltipText(pairs[dataIndex]?.told ?? []),
      },
      series: [
        {
          type: 'heatmap',
          itemStyle: { borderColor: EDGES[scheme], borderWidth: 2 },
          data: pairs.map((pair) => [across.indexOf(pair.across), down.indexOf(pair.down), pair.value]),
        },
      ],
    }),
    [across, acrossTitle, down, downTitle, format, most, pairs, scheme],
  );
  return <Chart option={option} label={label} table={table} height={down.length * CELL_HEIGHT + FRAME_HEIGHT} />;
}
