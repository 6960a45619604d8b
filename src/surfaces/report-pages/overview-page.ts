import type { Distribution } from '../../analysis/reports/distribution.ts';
import type { Overview } from '../../analysis/reports/overview.ts';
import { outcomeText } from '../cli/overview-lines.ts';
import { formatCount, formatMillis, formatSeconds } from '../cli/terminal/units.ts';
import type { Page, PageCell } from './page.ts';
import { counted, spanText } from './page-words.ts';

/** What the cluster did. */
export function overviewPage(report: Overview, timeZone: string): Page {
  const { created, claimed, completed, released, outcomes, nodes, tools } = report;
  const ends = completed === 0 ? 'None ended' : `${counted(completed, 'attempt')} ended (${outcomeText(outcomes)})`;
  const spread = (
    what: string,
    { count, p50, p95, max }: Distribution,
    format: (value: number | undefined) => string,
  ): readonly PageCell[][] => (count === 0 ? [] : [[what, formatCount(count), format(p50), format(p95), format(max)]]);
  return {
    name: 'overview',
    title: 'Overview',
    span: spanText(report, timeZone),
    warnings: [],
    lead: [
      `${counted(created, 'task')} created, ${formatCount(claimed)} claimed, ${formatCount(released)} released. ${ends}.`,
      ...(tools.calls === 0
        ? []
        : [`${counted(tools.calls, 'tool call')}, ${formatCount(tools.errors)} of them failed.`]),
    ],
    sections: [
      {
        title: 'How long',
        table: {
          caption: 'Durations by what took them',
          columns: [
            { title: 'what' },
            { title: 'count', align: 'right' },
            { title: 'p50', align: 'right' },
            { title: 'p95', align: 'right' },
            { title: 'max', align: 'right' },
          ],
          rows: [
            ...spread('turn, from the claim to the end', report.durationSeconds, formatSeconds),
            ...spread('wait in the queue', report.queueSeconds, formatSeconds),
            ...spread('read of the state file', report.state.read.duration, formatMillis),
            ...spread('write of the state file', report.state.write.duration, formatMillis),
            ...spread('tool call', tools.durationMs, formatMillis),
          ],
        },
        notes: ['Percentiles may be off by 1 %.'],
      },
      {
        title: 'Nodes',
        detail: 'not compared: `report nodes` does that, like with like',
        table: {
          caption: 'Attempts by node',
          columns: [
            { title: 'node' },
            { title: 'claimed', align: 'right' },
            { title: 'ended', align: 'right' },
            { title: 'outcomes' },
          ],
          rows: nodes.map((node) => [
            node.nodeId ?? '(unknown)',
            formatCount(node.claimed),
            formatCount(node.completed),
            outcomeText(node.outcomes),
          ]),
        },
      },
    ],
  };
}
