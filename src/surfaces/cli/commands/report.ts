import { resolve } from 'node:path';

import { writeFileWhole } from '../../export/output-file.ts';
import { documentHtml } from '../../report-pages/page-html.ts';
import { reportJson } from '../../report-pages/page-json.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, optionalArgument, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { parseWord } from '../option-values.ts';
import { printPage } from '../page-lines.ts';
import { openReport, REPORT_NAMES, type ReportName } from '../report-kinds.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';

export const reportCommand = defineCommand({
  description:
    'Prints a report. `week` is one page on the last seven days against the four weeks before, with three things to ' +
    'change; `overview` what was done; `flow` how tasks came and went; `nodes` how each node compares with others at ' +
    'like tasks; `cost` what a completed and an accepted task cost; `quality` tests, rework and changes of code; `state` ' +
    'the state file and its lock. They cover seven days (`flow` one) unless --since says otherwise; the week is always ' +
    'the seven days up to --until. --html writes one file that needs nothing else, of the report named, or of all.',
  arguments: { name: optionalArgument(`${REPORT_NAMES.join(', ')}; default: week`) },
  options: { html: valueOption('<file>', 'write a document instead; `-` writes it to standard output') },
  examples: [
    { line: 'amicus-metrics report', doc: 'the week on one page' },
    { line: 'amicus-metrics report nodes --since 14d', doc: 'who is faster at like tasks, and who cannot be compared' },
    { line: 'amicus-metrics report --html week.html', doc: 'all reports in one file, to send or to print' },
  ],
  async run(context, { arguments: { name: asked }, options: { html } }) {
    const name = asked === undefined ? undefined : parseWord(REPORT_NAMES)(asked, 'report');
    if (html !== undefined) {
      if (context.format !== 'text') {
        throw new CommandError('WRONG_USAGE', '--html goes with neither --json nor --csv.', 'Give one of them.');
      }
      return writeDocument(context, html, name === undefined ? REPORT_NAMES : [name]);
    }
    if ((name ?? 'week') === 'week' && context.since !== undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        'The week is always seven days, and takes no --since.',
        'Use --until for an earlier week, or another report: `report overview --since 30d`.',
      );
    }
    const { page, report } = await openReport(context, name ?? 'week');
    if (context.format === 'text') printPage(context, page);
    else context.printJson(reportJson(report));
    return undefined;
  },
});

async function writeDocument(context: CommandContext, file: string, names: readonly ReportName[]): Promise<undefined> {
  const pages = [];
  for (const name of names) pages.push((await openReport(context, name)).page);
  const made = `${momentFormat(context.timeZone).dateTime(context.clock.nowMicros())} (${context.timeZone})`;
  const text = documentHtml(pages, made);
  if (file === '-') {
    context.stdout.write(text);
    return undefined;
  }
  const path = resolve(context.cwd, file);
  try {
    await writeFileWhole(path, chunk(text), context.signal);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      'BAD_OUTPUT',
      `${printable(path)} cannot be written: ${printable(why)}`,
      'Give another file.',
    );
  }
  context.note(`Written to ${printable(path)}.`);
  return undefined;
}

// eslint-disable-next-line typescript/require-await -- a file is written from a stream of chunks, and this is one
async function* chunk(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}
