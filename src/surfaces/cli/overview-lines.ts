import type { Distribution } from '../../analysis/reports/distribution.ts';
import type { OutcomeCounts, Overview } from '../../analysis/reports/overview.ts';
import type { StateLatency } from '../../analysis/reports/state-latency.ts';
import type { CommandContext } from './context.ts';
import { printTable } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import { formatCount, formatMillis, formatSeconds } from './terminal/units.ts';

/** `8 success, 1 failure`, the most frequent first. */
export function outcomeText(outcomes: OutcomeCounts): string {
  return Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${formatCount(count)} ${printable(outcome)}`)
    .join(', ');
}

type LatencyRow = { what: string; count: number; figures: Distribution; format: (value: number | undefined) => string };

const latencyRows = (state: StateLatency): LatencyRow[] => [
  { what: 'state read', count: state.read.count, figures: state.read.duration, format: formatMillis },
  { what: 'state write', count: state.write.count, figures: state.write.duration, format: formatMillis },
  { what: 'lock wait', count: state.lock.count, figures: state.lock.wait, format: formatMillis },
  { what: 'lock hold', count: state.lock.count, figures: state.lock.hold, format: formatMillis },
];

function printLatencies(context: CommandContext, report: Overview): void {
  const rows: LatencyRow[] = [
    { what: 'task duration', count: report.completed, figures: report.durationSeconds, format: formatSeconds },
    { what: 'queue wait', count: report.claimed, figures: report.queueSeconds, format: formatSeconds },
    ...latencyRows(report.state),
    { what: 'tool call', count: report.tools.calls, figures: report.tools.durationMs, format: formatMillis },
  ].filter(({ count }) => count > 0);
  const figure = (title: 'p50' | 'p95' | 'max') => ({
    key: title,
    title,
    align: 'right' as const,
    raw: ({ figures }: LatencyRow) => figures[title],
    show: ({ figures, format }: LatencyRow) => format(figures[title]),
  });
  printTable<LatencyRow>(
    context,
    [
      { key: 'what', title: 'how long', raw: ({ what }) => what },
      {
        key: 'count',
        title: 'count',
        align: 'right',
        raw: ({ count }) => count,
        show: ({ count }) => formatCount(count),
      },
      figure('p50'),
      figure('p95'),
      figure('max'),
    ],
    rows,
  );
}

function printNodes(context: CommandContext, report: Overview): void {
  printTable(
    context,
    [
      { key: 'node', title: 'node', raw: ({ nodeId }) => nodeId ?? '(unknown)' },
      { key: 'claimed', title: 'claimed', align: 'right', raw: ({ claimed }) => claimed },
      { key: 'ended', title: 'ended', align: 'right', raw: ({ completed }) => completed },
      {
        key: 'p50',
        title: 'p50',
        align: 'right',
        raw: ({ durationSeconds }) => durationSeconds.p50,
        show: ({ durationSeconds }) => formatSeconds(durationSeconds.p50),
      },
      {
        key: 'p95',
        title: 'p95',
        align: 'right',
        raw: ({ durationSeconds }) => durationSeconds.p95,
        show: ({ durationSeconds }) => formatSeconds(durationSeconds.p95),
      },
      { key: 'outcomes', title: 'outcomes', raw: ({ outcomes }) => outcomeText(outcomes) },
    ],
    report.nodes,
  );
}

/** Prints an overview for people. */
export function printOverview(context: CommandContext, report: Overview): void {
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  const begin = report.fromMicros > 0 ? `${moments.dateTime(report.fromMicros)} to ` : 'all until ';
  context.print(
    `${style('strong', 'Overview')}  ${style('quiet', `${begin}${moments.dateTime(report.toMicros)} (${timeZone})`)}`,
  );
  const ended = report.completed === 0 ? 'none ended' : `${formatCount(report.completed)} ended`;
  const outcomes = report.completed === 0 ? '' : ` (${outcomeText(report.outcomes)})`;
  context.print(
    `Tasks: ${formatCount(report.created)} created, ${formatCount(report.claimed)} claimed, ${ended}${outcomes}, ` +
      `${formatCount(report.released)} released`,
  );
  if (report.nodes.length > 0) context.print('');
  printNodes(context, report);
  context.print('');
  printLatencies(context, report);
}
