import type { CostEach, CostPerOutcome, SpendPart } from '../../analysis/reports/cost-per-outcome.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import { formatNanos } from '../cli/terminal/money.ts';
import { ABSENT, formatCount, formatUsd } from '../cli/terminal/units.ts';
import type { Page } from './page.ts';
import { counted, percentOf, spanText } from './page-words.ts';

const PART_WORDS: Readonly<Record<SpendPart, string>> = {
  accepted: 'accepted tasks',
  not_success: 'tasks whose last end was no success',
  taken_up_again: 'tasks taken up again after a success',
  tests_failed: 'tasks that ended with failed tests',
  open: 'tasks without an end in the span',
  unattributed: 'no task known',
  expired: 'single events expired, no task known any more',
};

/** What each completed and each accepted task cost. */
export function costPage(report: CostPerOutcome, timeZone: string, minTasks: number): Page {
  const { totalNanos, planNanos, parts, unpriced, completed, accepted, typical } = report;
  const isFree = totalNanos === 0n;
  const each = (cost: CostEach, what: string): string =>
    cost.allUsd === undefined
      ? report.expired
        ? `how many were ${what} is not known any more`
        : `too few ${what} tasks to say what each cost (${cost.tasks}; ${minTasks} are needed)`
      : `${formatUsd(cost.allUsd)} for each of ${formatCount(cost.tasks)} ${what}`;
  return {
    name: 'cost',
    title: 'Cost per outcome',
    span: spanText(report, timeZone),
    warnings: [
      ...(report.expired
        ? ['Single events of a part of the span have expired: take a later --since to divide by its tasks.']
        : []),
      ...(unpriced.events === 0
        ? []
        : [
            `Without a price, and in no sum: ${counted(unpriced.events, 'request')} of ${formatCount(unpriced.ofEvents)} ` +
              `(${formatCount(unpriced.tokens)} tokens). What is shown is at least so much.`,
          ]),
    ],
    lead: isFree
      ? ['No cost is known in this time.']
      : [
          `${formatNanos(totalNanos)} in all: ${each(completed, 'completed')}, ${each(accepted, 'accepted')}.`,
          ...(planNanos > 0n
            ? [`${formatNanos(planNanos)} of it is covered by flat plans: what the API would take, billed 0.`]
            : []),
        ],
    sections: isFree
      ? []
      : [perTask(report), whereItWent(totalNanos, parts), ...(typical ? [typicalTask(report)] : [])],
  };
}

function perTask({ completed, accepted, expired }: CostPerOutcome): Page['sections'][number] {
  const row = (what: string, { tasks, allUsd, attributedUsd }: CostEach, estimated = false) => [
    what,
    `${estimated ? 'about ' : expired ? 'at least ' : ''}${formatCount(tasks)}`,
    allUsd === undefined ? ABSENT : formatUsd(allUsd),
    attributedUsd === undefined ? ABSENT : formatUsd(attributedUsd),
  ];
  return {
    title: 'Cost of a task',
    table: {
      caption: 'Cost for each completed and each accepted task',
      columns: [
        { title: 'for each' },
        { title: 'tasks', align: 'right' },
        { title: 'of all spend', align: 'right' },
        { title: 'of spend with a task', align: 'right' },
      ],
      rows: [row('completed task', completed), row('accepted task', accepted, accepted.estimated)],
    },
    notes: [
      'Completed: ended at least once in the span, whatever the outcome. Accepted: its last end was a success, nobody has ' +
        'taken it up again since, and the last run of each of its test suites passed' +
        `${accepted.untested > 0 ? ` (nothing told of tests of ${formatCount(accepted.untested)})` : ''}. ` +
        'What was spent on other tasks is in the cost of those.',
      ...(accepted.estimated
        ? ['There are too many ends to read each: the accepted ones are estimated from the newest.']
        : []),
    ],
  };
}

function whereItWent(totalNanos: bigint, parts: CostPerOutcome['parts']): Page['sections'][number] {
  return {
    title: 'Where it went',
    detail: 'the parts add up to the sum of `costs`, to the nano-dollar',
    chart: {
      kind: 'parts',
      title: 'Spend by what it went to',
      parts: parts
        .filter(({ nanos }) => nanos > 0n)
        .map(({ part, nanos }) => ({ name: PART_WORDS[part], value: usdOfNanos(nanos), text: formatNanos(nanos) })),
    },
    table: {
      caption: 'Spend by what it went to',
      columns: [
        { title: 'went to' },
        { title: 'tasks', align: 'right' },
        { title: 'cost', align: 'right' },
        { title: 'of all', align: 'right' },
      ],
      rows: [
        ...parts.map(({ part, tasks, nanos }) => [
          PART_WORDS[part],
          tasks === undefined ? ABSENT : formatCount(tasks),
          formatNanos(nanos),
          percentOf(Number(nanos) / Number(totalNanos)),
        ]),
        [{ text: 'all', tone: 'strong' as const }, '', { text: formatNanos(totalNanos), tone: 'strong' as const }, ''],
      ],
    },
  };
}

function typicalTask({ typical, dearest }: CostPerOutcome): Page['sections'][number] {
  const interval =
    typical?.low === undefined || typical.high === undefined
      ? ''
      : ` (95 %: ${formatUsd(typical.low)} to ${formatUsd(typical.high)})`;
  return {
    title: 'The middle task, and the dearest',
    lines: [
      `The middle one of ${counted(typical?.tasks ?? 0, 'completed task')} with a known cost took ` +
        `${formatUsd(typical?.usd)}${interval}.`,
    ],
    table: {
      caption: 'The dearest tasks',
      columns: [{ title: 'task' }, { title: 'became' }, { title: 'cost', align: 'right' }],
      rows: dearest.map(({ taskId, fate, nanos }) => [
        taskId,
        fate === 'open' ? 'no end yet' : fate.replaceAll('_', ' '),
        formatNanos(nanos),
      ]),
    },
  };
}
