import type { MetricsCollector } from '../src/metrics-collector.ts';
import { openInsights } from '../src/analysis/insights/insights.ts';
import { clockReport } from '../src/analysis/reports/clock-report.ts';
import { costPerOutcome } from '../src/analysis/reports/cost-per-outcome.ts';
import { nodeEfficiency } from '../src/analysis/reports/node-efficiency.ts';
import { overview } from '../src/analysis/reports/overview.ts';
import { qualityReport } from '../src/analysis/reports/quality-report.ts';
import { stateLatency } from '../src/analysis/reports/state-latency.ts';
import { weeklySummary } from '../src/analysis/reports/weekly-summary.ts';
import { MICROS_PER_DAY } from '../src/model/range.ts';
import { type BenchContext, type BenchOutcome, interleaved, medianOf, millisOf } from './harness.ts';

type Asked = {
  readonly name: string;
  readonly days: number;
  readonly run: (days: number) => Promise<unknown>;
};

const LONG_DAYS = 30;

/** Every report over its default span and over 30 days, warm. What takes longer than a tenth of a second is named. */
export async function benchReports({ rounds, stores, tell }: BenchContext): Promise<BenchOutcome> {
  const collector = await stores.ours();
  const reports = reportsOf(collector, stores.endMicros);
  tell('asking for reports');
  const variants = reports.flatMap(({ name, days, run }) => [
    { name: `${name} default`, run: () => millisOf(() => run(days)) },
    ...(days > LONG_DAYS ? [] : [{ name: `${name} long`, run: () => millisOf(() => run(LONG_DAYS)) }]),
  ]);
  const measured = await interleaved(variants, rounds);
  const rows = reports.map(({ name, days }) => ({
    name,
    days,
    millis: medianOf(measured, `${name} default`),
    least: measured.get(`${name} default`)?.min,
    long: days > LONG_DAYS ? undefined : medianOf(measured, `${name} long`),
  }));
  const slowest = rows.filter(({ name }) => name !== DETECTORS).map(({ millis }) => millis);
  return {
    tables: [
      {
        title: `Reports on ${stores.events.toLocaleString('en-US')} events`,
        columns: [
          { key: 'name', label: 'report' },
          { key: 'days', label: 'days' },
          { key: 'millis', label: 'median, ms', digits: 3 },
          { key: 'least', label: 'least, ms', digits: 3 },
          { key: 'long', label: `${LONG_DAYS} days, ms`, digits: 3 },
        ],
        rows,
        notes: [
          'nodes compares the newest 2,000 attempts whatever the span; quality reads up to 20,000 events of a kind, and claims.',
          'cost joins each request that names no task with what its node held then, from all claims ever: most of its time.',
          'flow reads each event of its tasks. week is without the detectors, which stand for themselves.',
        ],
      },
    ],
    figures: { 'slowest report over its default span, ms': Math.max(...slowest) },
  };
}

const DETECTORS = 'detectors, for the week';

function reportsOf(ask: MetricsCollector, endMicros: number): readonly Asked[] {
  const timeZone = 'UTC';
  const rangeOf = (days: number) => ({ fromMicros: endMicros - days * MICROS_PER_DAY, toMicros: endMicros });
  const spanOf = (days: number) => ({ since: rangeOf(days).fromMicros / 1e6, until: endMicros / 1e6, timeZone });
  const settings = { toMicros: endMicros, nowMicros: endMicros, timeZone, budgets: [], plans: [], insights: undefined };
  return [
    { name: 'week', days: 35, run: () => weeklySummary(ask, settings) },
    { name: 'overview', days: 7, run: (days) => overview(ask, spanOf(days)) },
    { name: 'flow', days: 1, run: (days) => clockReport(ask, spanOf(days), endMicros) },
    { name: 'nodes', days: 7, run: (days) => nodeEfficiency(ask, rangeOf(days), endMicros) },
    { name: 'cost', days: 7, run: (days) => costPerOutcome(ask, rangeOf(days), timeZone, endMicros, []) },
    { name: 'quality', days: 7, run: (days) => qualityReport(ask, rangeOf(days), endMicros) },
    { name: 'state', days: 7, run: (days) => stateLatency(ask, spanOf(days)) },
    { name: DETECTORS, days: 35, run: () => openInsights(ask, { nowMicros: endMicros, timeZone }) },
  ];
}
