import { COMPARISON, type NodeSpeed } from '../../analysis/reports/compare-nodes.ts';
import type { NodeEfficiency, NodeRow } from '../../analysis/reports/node-efficiency.ts';
import { momentFormat } from '../cli/terminal/moments.ts';
import { ABSENT, formatCount } from '../cli/terminal/units.ts';
import type { Page, PageCell, PageChart } from './page.ts';
import { percentOf, shortShare, spanText } from './page-words.ts';

const TONES = { faster: 'good', slower: 'bad', no_difference: 'quiet' } as const;

/** What each node achieved, like compared with like. */
export function nodesPage(report: NodeEfficiency, timeZone: string): Page {
  const { nodes, compared, fromMicros, comparedFromMicros } = report;
  const differing = nodes.filter(({ speed: { state } }) => state === 'faster' || state === 'slower');
  const { minAttempts, minDifference, level } = COMPARISON;
  const notes = [
    'Time: from the claim to the end, without waiting for a person, a review or another task. 1.20 × takes a fifth longer ' +
      'than others at tasks of the same priority by nodes of the same role; the middle of all pairs (Hodges and Lehmann ' +
      'on logarithms), with its 95 % interval.',
    `Called faster or slower: a difference of at least ${percentOf(minDifference)} that holds with all ` +
      `${formatCount(compared)} comparisons counted together (Holm, ${percentOf(level)}). Too few: below ` +
      `${minAttempts} attempts of the node, or of others, in classes that both did.`,
    'Success: of ended attempts whose outcome is known, with Wilson’s 95 % interval; not adjusted for what the tasks were.',
  ];
  if (comparedFromMicros > fromMicros) {
    notes.push(
      `Time and share of busy time are of the newest attempts, from ${momentFormat(timeZone).dateTime(comparedFromMicros)} on.`,
    );
  }
  return {
    name: 'nodes',
    title: 'Node efficiency',
    span: spanText(report, timeZone),
    warnings: report.complete ? [] : ['Single events of a part of the span have expired: times are of the rest.'],
    lead: [leadOf(nodes, compared, differing)],
    sections: [
      {
        title: 'Nodes, like compared with like',
        chart: chartOf(nodes),
        table: {
          caption: 'Time, success and use of each node',
          columns: [
            { title: 'node' },
            { title: 'role', optional: true },
            { title: 'ended', align: 'right' },
            { title: 'time against others', align: 'right' },
            { title: 'compared', align: 'right' },
            { title: 'success', align: 'right' },
            { title: 'busy', align: 'right', optional: true },
          ],
          rows: nodes.map(({ nodeId, role, ended, success, busyShare, speed }) => [
            nodeId ?? '(unknown)',
            role ?? ABSENT,
            formatCount(ended),
            againstOthers(speed),
            judgementCell(speed),
            shortShare(success),
            busyShare === undefined ? ABSENT : percentOf(busyShare),
          ]),
        },
        notes,
      },
    ],
  };
}

function leadOf(nodes: readonly NodeRow[], compared: number, differing: readonly NodeRow[]): string {
  if (nodes.length === 0) return 'No attempt at a task ended in this time.';
  if (compared === 0) {
    return 'Too few attempts to compare any node: each needs others that did tasks of the same priority in the same role.';
  }
  const of = `Of ${formatCount(nodes.length)} nodes ${formatCount(compared)} could be compared`;
  if (differing.length === 0)
    return `${of}; none is faster or slower than others at like tasks, as far as can be told.`;
  const named = (state: 'faster' | 'slower'): string[] => {
    const own = differing.filter(({ speed }) => speed.state === state).map(({ nodeId }) => nodeId ?? '(unknown)');
    return own.length === 0 ? [] : [`${state}: ${own.join(', ')}`];
  };
  return `${of}. At like tasks ${[...named('slower'), ...named('faster')].join('; ')}.`;
}

function againstOthers(speed: NodeSpeed): string {
  if (speed.state === 'too_few') return ABSENT;
  return `${speed.ratio.toFixed(2)} × (${speed.low.toFixed(2)} to ${speed.high.toFixed(2)})`;
}

function judgementCell(speed: NodeSpeed): PageCell {
  const { state, attempts, others } = speed;
  if (state === 'too_few') return { text: `too few (${attempts} against ${others})`, tone: 'quiet' };
  return { text: state === 'no_difference' ? 'no difference' : state, tone: TONES[state] };
}

function chartOf(nodes: readonly NodeRow[]): PageChart | undefined {
  const rows = nodes.flatMap(({ nodeId, speed }) => {
    if (speed.state === 'too_few') return [];
    const { ratio: value, low, high, state } = speed;
    return [{ name: nodeId ?? '(unknown)', value, low, high, tone: TONES[state] }];
  });
  if (rows.length === 0) return undefined;
  return {
    kind: 'intervals',
    title: 'Time for like tasks, against others: left of the line is faster',
    reference: { value: 1, text: 'as others' },
    rows,
  };
}
