import { totalInput, totalTokens } from '../../analysis/ledger/figures.ts';
import type { Ledger, LedgerSum, Ways } from '../../analysis/ledger/ledger.ts';
import type { CostReport } from '../../analysis/reports/cost-report.ts';
import type { CommandContext } from './context.ts';
import { NOT_TOLD, WAY_TEXT } from './cost-words.ts';
import { type AnswerColumn, printTable } from './print-rows.ts';
import { exactUsd, formatNanos } from './terminal/money.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import type { Cell } from './terminal/table.ts';
import { formatCount, formatMany, formatShare } from './terminal/units.ts';

/** How many names a sentence lists; the rest is counted. */
const MAX_LISTED = 8;

/** `12.3 %`, of a whole that is not 0. */
const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

/** Columns of a table of costs. Money is told exactly to programs, as decimal text of dollars. */
export function costColumns({ by, ledger }: CostReport): AnswerColumn<LedgerSum>[] {
  const { figures: total, own: ownTotal } = ledger.total;
  const count = (key: string, heading: string, raw: (sum: LedgerSum) => number): AnswerColumn<LedgerSum> => ({
    key,
    title: heading,
    align: 'right',
    raw,
    show: (sum) => formatCount(raw(sum)),
  });
  const money = (
    key: string,
    heading: string | undefined,
    raw: (sum: LedgerSum) => bigint,
    known: (sum: LedgerSum) => boolean = () => true,
  ): AnswerColumn<LedgerSum> => ({
    key,
    ...(heading === undefined ? {} : { title: heading }),
    align: 'right',
    raw: (sum) => (known(sum) ? exactUsd(raw(sum)) : undefined),
    show: (sum) => (known(sum) ? formatNanos(raw(sum)) : '–'),
  });
  const hasAgents = ownTotal.events !== total.events && !by.includes('agent');
  return [
    ...by.map((dimension): AnswerColumn<LedgerSum> => ({
      key: dimension,
      title: dimension,
      raw: ({ key }) => key[dimension],
      show: ({ key }) => key[dimension] ?? NOT_TOLD[dimension],
    })),
    count('requests', 'requests', ({ figures }) => figures.requests),
    count('total_input_tokens', 'input', ({ figures }) => totalInput(figures)),
    { key: 'input_tokens', raw: ({ figures }) => figures.inputTokens },
    count('output_tokens', 'output', ({ figures }) => figures.outputTokens),
    { key: 'cached_tokens', raw: ({ figures }) => figures.cachedTokens },
    { key: 'cache_write_5m_tokens', raw: ({ figures }) => figures.cacheWrite5mTokens },
    { key: 'cache_write_1h_tokens', raw: ({ figures }) => figures.cacheWrite1hTokens },
    { key: 'reasoning_tokens', raw: ({ figures }) => figures.reasoningTokens },
    {
      key: 'cache_share_of_input',
      title: 'from cache',
      align: 'right',
      optional: true,
      raw: ({ figures }) => (totalInput(figures) === 0 ? undefined : figures.cachedTokens / totalInput(figures)),
      show: ({ figures }) => (totalInput(figures) === 0 ? '–' : percent(figures.cachedTokens, totalInput(figures))),
    },
    money(
      'reported_usd',
      'reported',
      ({ figures }) => figures.reportedNanos,
      ({ figures }) => figures.reportedEvents > 0,
    ),
    money(
      'computed_usd',
      'computed',
      ({ figures }) => figures.computedNanos,
      ({ figures }) => figures.computedEvents > 0,
    ),
    ...(hasAgents
      ? [
          money(
            'own_usd',
            'own',
            ({ own }) => own.costNanos,
            ({ own }) => isPriced(own),
          ),
        ]
      : []),
    money(
      'cost_usd',
      hasAgents ? 'inclusive' : 'cost',
      ({ figures }) => figures.costNanos,
      ({ figures }) => isPriced(figures),
    ),
    {
      key: 'concluded_usd',
      ...(ledger.total.concludedNanos > 0n ? { title: 'concluded' } : {}),
      align: 'right',
      raw: ({ concludedNanos }) => (concludedNanos === 0n ? undefined : exactUsd(concludedNanos)),
      show: ({ concludedNanos, figures }) =>
        concludedNanos === 0n || figures.costNanos === 0n
          ? ''
          : percent(Number(concludedNanos), Number(figures.costNanos)),
    },
    money(
      'billed_usd',
      total.planNanos > 0n ? 'billed' : undefined,
      ({ figures }) => figures.costNanos - figures.planNanos,
      ({ figures }) => isPriced(figures),
    ),
    {
      key: 'unpriced_events',
      ...(total.unpricedEvents > 0 ? { title: 'no price' } : {}),
      align: 'right',
      raw: ({ figures }) => figures.unpricedEvents,
      show: ({ figures }): Cell =>
        figures.unpricedEvents === 0 ? '' : { text: formatCount(figures.unpricedEvents), tone: 'warning' },
    },
  ];
}

const isPriced = ({ events, unpricedEvents }: LedgerSum['figures']): boolean => events === 0 || unpricedEvents < events;

/** Prints a cost report for people. */
export function printCosts(context: CommandContext, report: CostReport): void {
  const { ledger, by, groups } = report;
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  const begin = ledger.fromMicros > 0 ? `${moments.dateTime(ledger.fromMicros)} to ` : 'all until ';
  context.print(
    `${style('strong', 'Costs')}  ${style('quiet', `${begin}${moments.dateTime(ledger.toMicros)} (${timeZone})`)}`,
  );
  if (ledger.total.figures.events === 0) {
    context.note('No usage has been told in that span.');
    return;
  }
  const total: LedgerSum = {
    ...ledger.total,
    key: Object.fromEntries(by.map((dimension, i) => [dimension, i === 0 ? 'total' : ''])),
  };
  printTable(context, costColumns(report), [...groups, total]);
  context.print('');
  for (const line of costNotes(ledger)) context.print(printable(line));
  for (const line of costFindings(ledger)) context.print(style('warning', printable(line)));
}

/** What a reader has to know of the figures. */
function costNotes(ledger: Ledger): string[] {
  const { figures } = ledger.total;
  const notes = [
    `Priced: ${formatShare(figures.events - figures.unpricedEvents, figures.events)} events; cost is what the client ` +
      `reported (${formatMany(figures.reportedEvents, 'event')}), else what list prices make of it.`,
  ];
  if (totalInput(figures) > 0) {
    notes.push(
      `From cache: ${formatShare(figures.cachedTokens, totalInput(figures))} input tokens, cache writes included in the whole.`,
    );
  }
  for (const part of ['node', 'task'] as const) {
    if (ledger.ways[part].length > 0) notes.push(`Cost by ${part}: ${waysText(ledger.ways[part], figures.costNanos)}.`);
  }
  if (figures.planNanos > 0n) {
    notes.push(`On flat plans: ${formatNanos(figures.planNanos)} is what the API would take for the same; billed 0.`);
  }
  const versions = ledger.priceVersions.map(
    ({ key, figures: of }) => `${key['price_version'] ?? ''} (${formatMany(of.computedEvents, 'event')})`,
  );
  if (versions.length > 0) notes.push(`Prices: ${listed(versions)}.`);
  const aside = ledger.setAside.map(
    ({ key, figures: of }) =>
      `${key['client'] ?? ''} "${key['feed'] ?? 'unnamed'}" (${formatMany(of.events, 'event')})`,
  );
  if (aside.length > 0)
    notes.push(`Not counted, because a better feed of the same sessions tells it: ${listed(aside)}.`);
  if (ledger.detailFromMicros !== undefined) {
    notes.push(
      `Before ${new Date(ledger.detailFromMicros / 1_000).toISOString()} single events have expired: ` +
        'the best feed was chosen by client and hour.',
    );
  }
  return notes;
}

function waysText(ways: Ways, wholeNanos: bigint): string {
  return ways
    .map(({ key, figures }) => {
      const share = wholeNanos === 0n ? '' : ` (${percent(Number(figures.costNanos), Number(wholeNanos))})`;
      return `${formatNanos(figures.costNanos)}${share} ${WAY_TEXT[key['way'] ?? ''] ?? 'unattributed'}`;
    })
    .join(', ');
}

/** What is wrong, or not to be trusted. */
function costFindings(ledger: Ledger): string[] {
  const findings: string[] = [];
  const unpriced = ledger.unpriced.map(
    ({ key, figures }) =>
      `${key['model'] ?? 'no model named'} (${formatMany(figures.unpricedEvents, 'event')}, ` +
      `${formatCount(figures.unpricedTokens)} of ${formatCount(totalTokens(figures))} tokens)`,
  );
  if (unpriced.length > 0) {
    findings.push(`Without a price, not counted as 0: ${listed(unpriced)}. Give prices in amicus-metrics-prices.toml.`);
  }
  const stretched = ledger.stretched.map(
    ({ key, figures }) =>
      `${key['model'] ?? ''} as ${key['priced_model'] ?? ''} (${formatNanos(figures.computedNanos)})`,
  );
  if (stretched.length > 0) findings.push(`Priced as another model, so a guess: ${listed(stretched)}.`);
  for (const { client, model, events, reportedNanos, computedNanos, differs } of ledger.reconciliations) {
    if (!differs) continue;
    findings.push(
      `${client ?? 'A client'} and the price book differ by more than 1 % on ${model ?? 'an unnamed model'}: reported ` +
        `${formatNanos(reportedNanos)}, computed ${formatNanos(computedNanos)}, over the same ${formatMany(events, 'event')}.`,
    );
  }
  return findings;
}

/** Names for a sentence, as many as one can read. */
function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}
