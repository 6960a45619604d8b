import { openInsights } from '../../analysis/insights/insights.ts';
import { clockReport } from '../../analysis/reports/clock-report.ts';
import { costPerOutcome, MIN_TASKS } from '../../analysis/reports/cost-per-outcome.ts';
import { nodeEfficiency } from '../../analysis/reports/node-efficiency.ts';
import { overview } from '../../analysis/reports/overview.ts';
import { qualityReport } from '../../analysis/reports/quality-report.ts';
import { rangeOfReport } from '../../analysis/reports/report-range.ts';
import { stateLatency } from '../../analysis/reports/state-latency.ts';
import { weeklySummary } from '../../analysis/reports/weekly-summary.ts';
import { costPage } from '../report-pages/cost-page.ts';
import { flowPage } from '../report-pages/flow-page.ts';
import { nodesPage } from '../report-pages/nodes-page.ts';
import { overviewPage } from '../report-pages/overview-page.ts';
import type { Page } from '../report-pages/page.ts';
import { qualityPage } from '../report-pages/quality-page.ts';
import { statePage } from '../report-pages/state-page.ts';
import { weekPage } from '../report-pages/week-page.ts';
import type { CommandContext } from './context.ts';
import { insightOptionsOf } from './insight-options.ts';
import { configOfRun } from './settings-of.ts';

/** A report, for people and for programs. */
export type OpenedReport = { readonly page: Page; readonly report: unknown };

/** The reports there are, in the order of a document that holds all of them. */
export const REPORT_NAMES = ['week', 'overview', 'flow', 'nodes', 'cost', 'quality', 'state'] as const;
export type ReportName = (typeof REPORT_NAMES)[number];

/** What each covers where `--since` says nothing. */
const DEFAULT_SINCE: Readonly<Record<Exclude<ReportName, 'week'>, string>> = {
  overview: '7d',
  flow: '24h',
  nodes: '7d',
  cost: '7d',
  quality: '7d',
  state: '7d',
};

/** Makes a report of the folder and the span of this run. */
export async function openReport(context: CommandContext, name: ReportName): Promise<OpenedReport> {
  const { timeZone, until } = context;
  const ask = await context.collector();
  const nowMicros = context.clock.nowMicros();
  const { settings, budgets } = configOfRun(context);
  const plans = settings.flatPlans;
  const since = (name === 'week' ? undefined : (context.since ?? DEFAULT_SINCE[name])) ?? '7d';
  const range = await rangeOfReport({ since, until, timeZone }, nowMicros);
  const span = { since: range.fromMicros / 1e6, until: range.toMicros / 1e6, timeZone };
  switch (name) {
    case 'week': {
      const { toMicros } = range;
      const insights = await openInsights(ask, { ...insightOptionsOf(context), nowMicros: toMicros });
      const report = await weeklySummary(ask, { toMicros, nowMicros, timeZone, budgets, plans, insights });
      return { report, page: weekPage(report, timeZone) };
    }
    case 'overview': {
      const report = await overview(ask, span);
      return { report, page: overviewPage(report, timeZone) };
    }
    case 'flow': {
      const report = await clockReport(ask, span, nowMicros);
      const { tasks, queue, flow, fromMicros, toMicros, complete } = report;
      return { report: { fromMicros, toMicros, complete, tasks, queue, flow }, page: flowPage(report, timeZone) };
    }
    case 'nodes': {
      const report = await nodeEfficiency(ask, range, nowMicros);
      return { report, page: nodesPage(report, timeZone) };
    }
    case 'cost': {
      const report = await costPerOutcome(ask, range, timeZone, nowMicros, plans);
      return { report, page: costPage(report, timeZone, MIN_TASKS) };
    }
    case 'quality': {
      const report = await qualityReport(ask, range, nowMicros);
      return { report, page: qualityPage(report, timeZone) };
    }
    case 'state': {
      const report = await stateLatency(ask, span);
      return { report: { ...range, ...report }, page: statePage(report, range, timeZone) };
    }
  }
}
