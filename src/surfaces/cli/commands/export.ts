import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import type { MetricsCollector } from '../../../metrics-collector.ts';
import type { Fields } from '../../../metrics/define-metric.ts';
import { formatByFileName, formatByName } from '../../export/choose-format.ts';
import { exportSource, watched } from '../../export/export-events.ts';
import type { ExportFormat } from '../../export/format.ts';
import { EXPORT_FORMATS } from '../../export/index.ts';
import { COMPRESSION_ENDINGS, writeFileWhole, writeStream } from '../../export/output-file.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, listOption, restArgument, valueOption } from '../command.ts';
import { CONDITION_HELP, parseCondition, toFilterBook, type TypedCondition } from '../conditions.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { fieldsOf } from '../fields-of.ts';
import { parseWord } from '../option-values.ts';
import { spanOf } from '../span-of.ts';
import { printable } from '../terminal/printable.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { formatBytes, formatCount } from '../terminal/units.ts';

const FORMAT_NAMES = EXPORT_FORMATS.map(({ name }) => name);

/** By `--format`, else by the file's name, else by `--json` and `--csv`, else NDJSON. */
function formatOf(context: CommandContext, given: string | undefined, file: string | undefined): ExportFormat {
  const byFile = file === undefined ? undefined : formatByFileName(file);
  if (given === undefined && file !== undefined && byFile === undefined) {
    throw new CommandError(
      'WRONG_USAGE',
      `The name ${file} does not say which format is meant.`,
      `End it in one of ${EXPORT_FORMATS.map(({ endings }) => `.${endings[0]}`).join(', ')}, or give --format.`,
    );
  }
  const name = given ?? byFile?.name ?? (context.format === 'text' ? 'ndjson' : context.format);
  const format = formatByName(name);
  if (format === undefined) throw new CommandError('WRONG_USAGE', `--format does not know "${name}".`);
  if (format.binary && file === undefined && context.stdout.isTTY === true) {
    throw new CommandError(
      'WRONG_USAGE',
      `${format.name} is no text, and a terminal cannot show it.`,
      `Give a file: --output events.${format.endings[0]}.`,
    );
  }
  return format;
}

/** Refuses a place that cannot be written, before anything is read. */
async function checkPlace(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && !there.isFile()) {
    const what = there.isDirectory() ? 'a folder' : 'no ordinary file';
    throw new CommandError('BAD_OUTPUT', `${path} is ${what}.`, 'Give the path of a file, or - for standard output.');
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw new CommandError('BAD_OUTPUT', `There is no folder ${dirname(path)}.`, 'Make it first, or write elsewhere.');
  }
}

async function filtersOf(collector: MetricsCollector, metrics: readonly string[], where: readonly TypedCondition[]) {
  if (where.length === 0) return undefined;
  if (metrics.length === 0) {
    throw new CommandError(
      'WRONG_USAGE',
      '--where needs to know of which metrics.',
      'Name them: export task.completed.',
    );
  }
  const fields = await Promise.all(metrics.map((metric) => fieldsOf(collector, metric)));
  return toFilterBook(where, Object.assign({}, ...fields) as Fields);
}

export const exportCommand = defineCommand({
  description:
    'Writes events as a stream: any number of them takes the same memory. To standard output as NDJSON, or with ' +
    '--output to a file that is readable by you alone and complete or not there at all; one that is there is replaced. ' +
    'The file name chooses the format (.ndjson, .json, .csv, .parquet) and compression (.gz, .zst behind it). ' +
    'In CSV, text that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers.',
  arguments: {
    metrics: restArgument('which metrics, such as task.completed; all that have events when none is named'),
  },
  options: {
    output: valueOption('<file>', 'where to write; - is standard output', { short: 'o' }),
    format: valueOption('<format>', `${FORMAT_NAMES.join(', ')}; default: by the file's name, else ndjson`, {
      short: 'f',
      words: FORMAT_NAMES,
      parse: parseWord(FORMAT_NAMES),
    }),
    where: listOption('<condition>', CONDITION_HELP, { short: 'w', parse: parseCondition }),
  },
  examples: [
    { line: 'amicus-metrics export -o events.ndjson.zst', doc: 'everything, to be imported elsewhere' },
    {
      line: 'amicus-metrics export task.completed --since 7d -o tasks.csv',
      doc: 'a week of attempts for a spreadsheet',
    },
    { line: 'amicus-metrics export tokens.consumed -o tokens.parquet', doc: 'typed columns for DuckDB or pandas' },
  ],
  endsItself: true,
  async run(context, { arguments: { metrics }, options }) {
    const file = options.output === undefined || options.output === '-' ? undefined : options.output;
    const format = formatOf(context, options.format, file);
    const path = file === undefined ? undefined : resolve(context.cwd, file);
    if (path !== undefined) await checkPlace(path);

    const collector = await context.collector();
    const asked = [...new Set(metrics)];
    const source = await exportSource(collector, {
      metrics: asked.length === 0 ? undefined : asked,
      filters: await filtersOf(collector, asked, options.where),
      ...spanOf(context),
    });
    const bar = progressBar(context.stderr, context.clock, context.style, 'Exporting');
    let events = 0;
    const batches = watched(source.batches, (soFar) => {
      events = soFar;
      bar.update(source.expected === 0 ? undefined : soFar / source.expected, `${formatCount(soFar)} events`);
    });
    const chunks = format.encode(source.metrics, batches);
    try {
      if (path === undefined) await writeStream(context.stdout, chunks, context.signal);
      else await writeFileWhole(path, chunks, context.signal);
    } catch (cause) {
      if (context.signal.aborted) return EXIT.interrupted;
      throw cause;
    } finally {
      bar.end();
    }
    if (path !== undefined) {
      const { size } = await stat(path);
      if (context.format === 'json') {
        context.printJson({ path, format: format.name, events, size_bytes: size, compressed: isCompressed(path) });
      } else context.note(`Wrote ${formatCount(events)} events to ${printable(path)} (${formatBytes(size)}).`);
    }
    return EXIT.ok;
  },
});

const isCompressed = (path: string): boolean => COMPRESSION_ENDINGS.some((ending) => path.endsWith(`.${ending}`));
