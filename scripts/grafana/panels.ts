import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import { VizLegendOptionsBuilder, VizTooltipOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { OWN_FAMILIES } from '../../src/surfaces/exposition/own-families.ts';
import { ownSample } from './sample-names.ts';

/** Chosen by the reader, so that a dashboard names no place. */
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Which of several clusters that one Prometheus scrapes. */
const CHOSEN = 'instance=~"$instance"';

/** A line of a chart, and how it is named. */
export type Line = { readonly expression: string; readonly legend: string; readonly exemplars?: boolean };
/** What a panel shows, in words and in Grafana's unit. */
export type Shown = { readonly title: string; readonly doc: string; readonly unit?: string; readonly span?: number };

/** A selector of the chosen instances. */
export function of(sample: string, ...matchers: readonly string[]): string {
  return `${sample}{${[CHOSEN, ...matchers].join(',')}}`;
}

/** A dashboard with its variables, and nothing on it. */
export function board(uid: string, title: string, doc: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(doc)
    .tags(['amicus-metrics'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-24h', to: 'now' })
    .refresh('30s')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('instance')
        .label('Cluster')
        .datasource(SOURCE)
        .query({ query: `label_values(${ownSample(OWN_FAMILIES.build)}, instance)`, refId: 'instance' })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    );
}

/** Figures over time. What is not there is a gap, and not a zero. */
export function chart({ title, doc, unit = 'short', span = 12 }: Shown, lines: readonly Line[]): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(doc)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .span(span)
    .height(8)
    .lineWidth(1)
    .fillOpacity(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  for (const line of lines) panel.withTarget(target(line));
  return panel;
}

/** One figure of now, with the colours of its steps: the first is the one below all others. */
export function stat(
  { title, doc, unit = 'short', span = 4 }: Shown,
  expression: string,
  steps: readonly (readonly [number, string])[] = [],
): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(doc)
    .datasource(SOURCE)
    .unit(unit)
    .span(span)
    .height(4)
    .graphMode(BigValueGraphMode.None)
    .noValue('–')
    .thresholds(thresholds(steps))
    .withTarget(target({ expression, legend: '' }).instant());
}

/** Parts of a whole, each as a bar. */
export function bars(
  { title, doc, unit = 'percentunit', span = 12 }: Shown,
  { expression, legend }: Line,
  steps: readonly (readonly [number, string])[],
): BarGaugeBuilder {
  return new BarGaugeBuilder()
    .title(title)
    .description(doc)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .max(1)
    .span(span)
    .height(6)
    .noValue('–')
    .thresholds(thresholds(steps))
    .withTarget(target({ expression, legend }).instant());
}

/** Names that are told now, as rows. */
export function rows({ title, doc, span = 12 }: Shown, expression: string, left: readonly string[]): TableBuilder {
  return new TableBuilder()
    .title(title)
    .description(doc)
    .datasource(SOURCE)
    .span(span)
    .height(6)
    .withTarget(target({ expression, legend: '' }).instant().format(PromQueryFormat.Table))
    .withTransformation({
      id: 'organize',
      options: { excludeByName: Object.fromEntries(['Time', '__name__', 'job', ...left].map((name) => [name, true])) },
    });
}

function target({ expression, legend, exemplars }: Line): DataqueryBuilder {
  const query = new DataqueryBuilder().datasource(SOURCE).expr(expression).legendFormat(legend);
  return exemplars === true ? query.exemplar(true) : query;
}

function thresholds(steps: readonly (readonly [number, string])[]): ThresholdsConfigBuilder {
  const all: Threshold[] = [
    { value: null, color: steps.length > 0 ? 'green' : 'text' },
    ...steps.map(([value, color]) => ({ value, color })),
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}
