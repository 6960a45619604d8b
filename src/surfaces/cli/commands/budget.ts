import { budgetReport, type BudgetState } from '../../../analysis/reports/budget-report.ts';
import { usdOfNanos } from '../../../pricing/index.ts';
import { budgetAmount, budgetPercent, budgetTone, budgetUsed } from '../budget-text.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';
import { configOfRun } from '../settings-of.ts';
import { formatNanos } from '../terminal/money.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';
import { formatCount } from '../terminal/units.ts';

const FULL_PERCENT = 100;

const scopeText = ({ budget }: BudgetState): string =>
  Object.entries(budget.scope)
    .map(([part, name]) => `${part} ${name}`)
    .join(', ') || 'all';

const amountOf = ({ budget }: BudgetState, amount: bigint): number =>
  budget.unit === 'usd' ? usdOfNanos(amount) : Number(amount);

function stateText({ exceeded, stage }: BudgetState): string {
  if (exceeded) return `over ${FULL_PERCENT} %`;
  return stage === undefined ? 'below all stages' : `at ${stage} %`;
}

function columns(context: CommandContext): AnswerColumn<BudgetState>[] {
  const moments = momentFormat(context.timeZone);
  return [
    { key: 'budget', title: 'budget', raw: ({ budget }) => budget.name },
    { key: 'for', title: 'for', optional: true, raw: scopeText },
    { key: 'per', title: 'per', raw: ({ budget }) => budget.per },
    { key: 'from', raw: ({ fromMicros }) => fromMicros / 1e6 },
    {
      key: 'until',
      title: 'until',
      optional: true,
      raw: ({ untilMicros }) => untilMicros / 1e6,
      show: ({ untilMicros }) => moments.dateTime(untilMicros),
    },
    { key: 'unit', raw: ({ budget }) => budget.unit },
    {
      key: 'used',
      title: 'used',
      align: 'right',
      raw: (state) => amountOf(state, state.used),
      show: budgetUsed,
    },
    {
      key: 'limit',
      title: 'limit',
      align: 'right',
      raw: (state) => amountOf(state, state.limit),
      show: (state) => budgetAmount(state, state.limit),
    },
    {
      key: 'percent',
      title: '%',
      align: 'right',
      raw: budgetPercent,
      show: (state) => budgetPercent(state).toFixed(1),
    },
    { key: 'stage', raw: ({ stage }) => stage },
    { key: 'exceeded', raw: ({ exceeded }) => exceeded },
    {
      key: 'concluded_usd',
      raw: ({ concludedNanos }) => (concludedNanos === 0n ? undefined : usdOfNanos(concludedNanos)),
    },
    { key: 'unpriced_events', raw: ({ unpricedEvents }) => unpricedEvents },
    {
      key: 'state',
      title: 'state',
      raw: stateText,
      show: (state) => ({ text: stateText(state), tone: budgetTone(state) }),
    },
  ];
}

function notesOf(states: readonly BudgetState[]): string[] {
  return states.flatMap(({ budget, unpricedEvents, planNanos, concludedNanos, incomplete }) => [
    ...(unpricedEvents > 0
      ? [`${budget.name}: events without a price: ${formatCount(unpricedEvents)}; see \`amicus-metrics costs\`.`]
      : []),
    ...(planNanos > 0n
      ? [
          `${budget.name}: flat plans are billed 0; the API would take ${formatNanos(planNanos)} more for what they covered.`,
        ]
      : []),
    ...(concludedNanos > 0n
      ? [
          `${budget.name}: costs of ${formatNanos(concludedNanos)} named no node, and are counted by the client's session.`,
        ]
      : []),
    ...(incomplete ? [`${budget.name}: single events of a part of the period have expired, and are not counted.`] : []),
  ]);
}

export const budgetCommand = defineCommand({
  description:
    'Prints how much of each budget is used in the day, week or month that is now, by the calendar of the reader. ' +
    'Budgets are declared in amicus-metrics.toml: [budgets.team] with limit_usd, limit_tokens or limit_runs, per = "day", ' +
    '"week" or "month", perhaps node, role, cluster, client or model, and stages = [50, 80, 100]. Dollars are what is ' +
    'billed by the ledger of `costs`; tokens are all input and output; a run is one attempt at a task. Exit code 1 when ' +
    'a budget is over 100 %.',
  arguments: {},
  options: {},
  examples: [{ line: 'amicus-metrics budget', doc: 'how far are we? Fails in CI when a budget is exceeded' }],
  async run(context): Promise<ExitCode> {
    const { budgets, settings, problems } = configOfRun(context);
    for (const { message } of problems) if (message.includes('budget')) context.note(printable(message));
    const now = context.clock.nowMicros();
    const states =
      budgets.length === 0
        ? []
        : await budgetReport(await context.collector(), budgets, now, context.timeZone, settings.flatPlans);
    if (context.format === 'json') {
      context.printJson(
        states.map((state) => ({
          ...Object.fromEntries(columns(context).map((column) => [column.key, column.raw(state)])),
          scope: state.budget.scope,
          stages: state.budget.stages,
        })),
      );
    } else if (context.format === 'csv') printCsv(context, columns(context), states);
    else if (states.length === 0) {
      context.note(
        'No budget is declared. Put one into amicus-metrics.toml: [budgets.team], limit_usd = 50, per = "week".',
      );
    } else {
      printTable(context, columns(context), states);
      for (const note of notesOf(states)) context.print(context.style('warning', printable(note)));
    }
    return states.some(({ exceeded }) => exceeded) ? EXIT.failed : EXIT.ok;
  },
});
