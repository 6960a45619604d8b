import { COST_DIMENSIONS, costReport } from '../../../analysis/reports/cost-report.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, listOption } from '../command.ts';
import { costColumns, printCosts } from '../cost-lines.ts';
import { costJson } from '../cost-json.ts';
import { parseNames, parseWord } from '../option-values.ts';
import { printCsv } from '../print-rows.ts';
import { printRepricing } from '../repricing-lines.ts';
import { configOfRun } from '../settings-of.ts';
import { spanOf } from '../span-of.ts';

const DEFAULT_SINCE = '7d';

const parseDimensions = (text: string, flag: string) =>
  parseNames(text).map((word) => parseWord(COST_DIMENSIONS)(word, flag));

export const costsCommand = defineCommand({
  description:
    'Prints what requests to language models cost, the last 7 days unless --since says otherwise. Each request counts ' +
    'once, from the best feed of its session. What clients reported and what list prices make of the same tokens stand ' +
    'beside each other; cost is the first where there is one. Models without a price are listed, never counted as 0. ' +
    'List prices are not a bill: discounts and flat plans are not in them.',
  arguments: {},
  options: {
    by: listOption('<dimensions>', 'what to tell it by; default: model', {
      short: 'b',
      words: COST_DIMENSIONS,
      parse: parseDimensions,
    }),
    reprice: flagOption('show what the present prices make of the same requests; changes nothing'),
    accept: flagOption('with --reprice: let those costs count from now on, as a new version beside the old'),
  },
  examples: [
    { line: 'amicus-metrics costs --since 30d --by task', doc: 'what each task cost, and what is not attributed' },
    { line: 'amicus-metrics costs --by day,model --csv', doc: 'for a spreadsheet' },
    { line: 'amicus-metrics costs --reprice --since 90d', doc: 'what corrected or added prices would change' },
  ],
  async run(context, { options }) {
    if (options.accept && !options.reprice) {
      throw new CommandError(
        'WRONG_USAGE',
        '--accept needs --reprice.',
        'Look at `amicus-metrics costs --reprice` first.',
      );
    }
    if (options.reprice) return printRepricing(context, spanOf(context, DEFAULT_SINCE), options.accept);
    const asked = [...new Set(options.by.flat())];
    const { flatPlans } = configOfRun(context).settings;
    const by = asked.length === 0 ? (['model'] as const) : asked;
    const report = await costReport(await context.collector(), spanOf(context, DEFAULT_SINCE), by, flatPlans);
    if (context.format === 'json') context.printJson(costJson(report, context.timeZone));
    else if (context.format === 'csv') printCsv(context, costColumns(report), report.groups);
    else printCosts(context, report);
    return undefined;
  },
});
