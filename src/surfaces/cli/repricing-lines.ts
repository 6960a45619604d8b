import { type Acceptance, reprice, type Repricing, type RepricedModel } from '../../analysis/ledger/reprice.ts';
import { REPRICED_METRIC } from '../../analysis/ledger/repriced-line.ts';
import type { ReportSpan } from '../../analysis/reports/answerer.ts';
import { openPriceBook, usdOfNanos } from '../../pricing/index.ts';
import { settle } from '../export/settle.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type AnswerColumn, printCsv, printTable } from './print-rows.ts';
import { configOfRun } from './settings-of.ts';
import { exactUsd, formatNanos } from './terminal/money.ts';
import { printable } from './terminal/printable.ts';
import { formatCount } from './terminal/units.ts';

/** Events recorded before they are stored and the spool has room again. */
const SETTLE_AFTER = 20_000;

const money = (key: string, title: string, raw: (row: RepricedModel) => bigint): AnswerColumn<RepricedModel> => ({
  key,
  title,
  align: 'right',
  raw: (row) => exactUsd(raw(row)),
  show: (row) => formatNanos(raw(row)),
});
const count = (key: string, title: string, raw: (row: RepricedModel) => number): AnswerColumn<RepricedModel> => ({
  key,
  title,
  align: 'right',
  raw,
  show: (row) => formatCount(raw(row)),
});

const COLUMNS: readonly AnswerColumn<RepricedModel>[] = [
  {
    key: 'model',
    title: 'model',
    raw: ({ model }) => model,
    show: ({ model }) => model ?? '(unknown)',
  },
  count('events', 'events', ({ events }) => events),
  money('computed_usd', 'computed', ({ beforeNanos }) => beforeNanos),
  money('repriced_usd', 'repriced', ({ afterNanos }) => afterNanos),
  money('difference_usd', 'difference', ({ beforeNanos, afterNanos }) => afterNanos - beforeNanos),
  count('changed_events', 'changed', ({ changed }) => changed),
  count('newly_priced_events', 'newly priced', ({ newlyPriced }) => newlyPriced),
  count('no_longer_priced_events', 'price lost', ({ noLongerPriced }) => noLongerPriced),
];

/**
 * Prints what the present price book makes of the usage of a span.
 *
 * @param accept Also let it count, by recording it beside the usage. What was there before stays.
 */
export async function printRepricing(context: CommandContext, span: ReportSpan, accept: boolean): Promise<ExitCode> {
  const collector = await context.collector();
  const book = openPriceBook(configOfRun(context).settings);
  for (const { message } of book.problems) context.note(printable(message));
  let taken = 0;
  let told = 0;
  const record = async ({ cluster, ...acceptance }: Acceptance): Promise<void> => {
    const origin = { source: 'library', inferred: false, ...(cluster === undefined ? {} : { cluster }) } as const;
    if (collector.emit({ metric: REPRICED_METRIC, ...acceptance, ...origin })) taken += 1;
    told += 1;
    if (told % SETTLE_AFTER === 0) await settle(collector);
  };
  const repricing = await reprice(collector, span, book, accept ? record : undefined);
  if (accept) await settle(collector);
  print(context, repricing, accept ? taken : undefined);
  if (taken === told) return EXIT.ok;
  context.note(`Only ${formatCount(taken)} of ${formatCount(told)} could be recorded; run it again for the rest.`);
  return EXIT.failed;
}

function print(context: CommandContext, repricing: Repricing, accepted: number | undefined): void {
  const { models, version, changed, detailFromMicros } = repricing;
  if (context.format === 'csv') return printCsv(context, COLUMNS, models);
  if (context.format === 'json') {
    return context.printJson({
      price_version: version,
      changed_events: changed,
      accepted_events: accepted,
      models: models.map(({ beforeNanos, afterNanos, model, events, ...counts }) => ({
        model,
        events,
        computed_usd: usdOfNanos(beforeNanos),
        repriced_usd: usdOfNanos(afterNanos),
        difference_usd: usdOfNanos(afterNanos - beforeNanos),
        changed_events: counts.changed,
        newly_priced_events: counts.newlyPriced,
        no_longer_priced_events: counts.noLongerPriced,
      })),
    });
  }
  printTable(context, COLUMNS, models);
  context.print(
    `Prices: ${printable(version)}, each request by those of its day. What clients reported is not touched.`,
  );
  if (accepted !== undefined)
    context.print(`Costs accepted: ${formatCount(accepted)}. They count from now on; the earlier ones are kept.`);
  else if (changed > 0)
    context.print(`Costs that would change: ${formatCount(changed)}. Nothing was changed; --accept lets them count.`);
  else context.print('Nothing would change.');
  if (detailFromMicros !== undefined) {
    const moment = new Date(detailFromMicros / 1_000).toISOString();
    context.print(`Single events before ${moment} have expired and keep the cost they have.`);
  }
  return undefined;
}
