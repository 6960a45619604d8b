import { forecastReport, type ForecastReport } from '../../../analysis/reports/forecast-report.ts';
import { taskEstimate } from '../../../analysis/reports/task-estimate-report.ts';
import { defineCommand, valueOption } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { ESTIMATE_COLUMNS, estimateLines, estimateRows } from '../estimate-lines.ts';
import { backlogLines, showsBars, spendColumns, spendCsvColumns, spendNotes } from '../forecast-lines.ts';
import { printCsv, printTable } from '../print-rows.ts';
import { seenNodes } from '../seen-nodes.ts';
import { configOfRun } from '../settings-of.ts';
import { spanOf } from '../span-of.ts';
import { BAND_BAR_LEGEND } from '../terminal/band-bar.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';

const ESTIMATE_SINCE = '28d';

/** JSON has no infinity: an edge without end is left out. */
function closed(report: ForecastReport): unknown {
  return JSON.parse(
    JSON.stringify(report, (_key, value: unknown) => (value === Number.POSITIVE_INFINITY ? undefined : value)),
  );
}

function printReport(context: CommandContext, report: ForecastReport): void {
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  context.print(
    `${style('strong', 'Forecast')}  ${style('quiet', `${moments.dateTime(report.atMicros)} (${timeZone})`)}`,
  );
  context.print('');
  if (report.spend.every(({ state }) => state === 'no_data')) {
    context.print(
      'No use of models was recorded in the last 12 weeks. `amicus-metrics sources` says how to connect an agent.',
    );
  } else {
    const width = context.isTTY ? context.width : undefined;
    printTable(context, spendColumns(report.spend, width), report.spend);
    if (showsBars(report.spend, width)) context.print(style('quiet', BAND_BAR_LEGEND));
    for (const note of spendNotes(report.spend)) context.print(style('quiet', printable(note)));
  }
  context.print('');
  const [first = '', ...rest] = backlogLines(report);
  context.print(`${style('strong', 'Backlog')}  ${first}`);
  for (const line of rest) context.print(`         ${line}`);
}

export const forecastCommand = defineCommand({
  description:
    'Prints what will have been spent by the end of the day, the week and the month, against the budgets there are, and ' +
    'when nothing waits any more. Each forecast has bands that are meant to hold the outcome 50, 80 and 95 times in a ' +
    'hundred, and says how often they held on past days. Spend needs three weeks of history and is what is billed, by ' +
    'the ledger of `costs`. With --task: what a task of that priority takes and costs before it starts, from ended tasks ' +
    'like it of the last 28 days (or --since). All figures are estimates.',
  arguments: {},
  options: {
    task: valueOption('<priority>', 'estimate a task of this priority instead'),
    role: valueOption('<role>', 'with --task: done by a node of this role'),
    model: valueOption('<model>', 'with --task: done with this model'),
  },
  examples: [
    { line: 'amicus-metrics forecast', doc: 'will the budgets hold, and when is the queue empty?' },
    { line: 'amicus-metrics forecast --task high --role developer', doc: 'before a task starts' },
  ],
  async run(context, { options }) {
    const { task: priority, role, model } = options;
    const collector = await context.collector();
    const nowMicros = context.clock.nowMicros();
    if (priority === undefined) {
      if (role !== undefined || model !== undefined) {
        throw new CommandError(
          'WRONG_USAGE',
          '--role and --model narrow --task, which is missing.',
          'For example --task high.',
        );
      }
      const { budgets, settings, problems } = configOfRun(context);
      for (const { message } of problems) if (message.includes('budget')) context.note(printable(message));
      const { timeZone } = context;
      const plans = settings.flatPlans;
      const report = await forecastReport(collector, { nowMicros, timeZone, budgets, plans, seen: seenNodes(context) });
      if (context.format === 'json') context.printJson(closed(report));
      else if (context.format === 'csv') printCsv(context, spendCsvColumns(report.spend), report.spend);
      else printReport(context, report);
      return undefined;
    }
    const traits = { priority, role, model };
    const estimate = await taskEstimate(collector, spanOf(context, ESTIMATE_SINCE), traits, nowMicros);
    if (context.format === 'json') context.printJson(estimate);
    else if (context.format === 'csv') printCsv(context, ESTIMATE_COLUMNS, estimateRows(estimate));
    else for (const line of estimateLines(estimate, traits)) context.print(printable(line));
    return undefined;
  },
});
