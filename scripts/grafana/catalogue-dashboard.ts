import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PlannedFamily } from '../../src/surfaces/exposition/planned-families.ts';
import { board, chart, type Line, of } from './panels.ts';
import { catalogueSample, PLANNED } from './sample-names.ts';

const RATE = '$__rate_interval';
/** A chart with more names is not read. */
const MAX_LINES = 12;
const UNITS = { seconds: 's', bytes: 'bytes', dollars: 'currencyUSD' } as const;

/** Everything that can be measured, a row for each category: to look something up, not to look at. */
export function catalogueDashboard(): Dashboard {
  const page = board(
    'amicus-catalogue',
    'Amicus catalogue',
    'Every metric of the catalogue, as it is told to Prometheus.',
  );
  for (const [category, families] of Map.groupBy(PLANNED, (family) => family.category)) {
    const row = new RowBuilder(category).collapsed(true);
    for (const family of families) row.withPanel(panelOf(family));
    page.withRow(row);
  }
  return page.build();
}

function panelOf(family: PlannedFamily): ReturnType<typeof chart> {
  const { kind, name, help, unit, field, metric } = family;
  const isHistogram = kind === 'histogram';
  const title = isHistogram
    ? `${metric} ${field ?? ''}`
    : `${metric}${field === undefined ? '' : ` ${field}`}, an hour`;
  const shown = { title, doc: `${help} (${name})`, span: 8, ...(unit === undefined ? {} : { unit: UNITS[unit] }) };
  return chart(shown, isHistogram ? quantiles(name) : totals(family));
}

function quantiles(name: string): readonly Line[] {
  const buckets = `sum by (le) (rate(${of(catalogueSample(name))}[${RATE}]))`;
  return [0.5, 0.95].map((q) => ({ expression: `histogram_quantile(${q}, ${buckets})`, legend: `p${q * 100}` }));
}

function totals({ name, labels }: PlannedFamily): readonly Line[] {
  const [by] = labels;
  const rate = `rate(${of(catalogueSample(name))}[${RATE}])`;
  if (by === undefined) return [{ expression: `sum(${rate}) * 3600`, legend: 'all' }];
  return [{ expression: `topk(${MAX_LINES}, sum by (${by}) (${rate}) * 3600)`, legend: `{{${by}}}` }];
}
