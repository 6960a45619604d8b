import { resolve } from 'node:path';

import type { MetricsCollector } from '../../../metrics-collector.ts';
import type { LineReason } from '../../../sources/event-lines.ts';
import { type ImportedFile, importFile } from '../../export/import-events.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, restArgument, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { HISTORY_NAMES, importFromHistories, parseHistories } from '../history-import.ts';
import { printable } from '../terminal/printable.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { renderTable } from '../terminal/table.ts';
import { formatBytes, formatCount } from '../terminal/units.ts';

/** What people read for each reason. */
const SENTENCES: Readonly<Record<LineReason, string>> = {
  not_json: 'not JSON',
  line_too_long: 'longer than 1 MiB',
  not_an_object: 'JSON, but no object with fields',
  no_metric: 'no "metric"',
  no_time: 'no "at_micros" and no "timestamp"',
  unknown_metric: 'a metric that is neither built in nor declared',
  metric_disabled: 'a metric that is switched off',
  missing_field: 'a required field missing or refused',
  time_out_of_range: 'a time before 2015 or in the future',
  duplicate: 'stored before',
  too_old: 'older than the events that are kept: nobody can say whether it was counted',
  spool_full: 'no room in the spool',
  spool_unwritable: 'the spool cannot be written',
  spool_damaged: 'the spool was damaged',
  block_damaged: 'damaged in the store',
  forgotten: 'removed on request',
  unknown_field: 'field left out: not declared',
  wrong_type: 'field left out: wrong type',
  out_of_range: 'field left out: out of range',
  not_in_list: 'field left out: not one of its words',
  too_long: 'field left out or cut: too long',
  control_character: 'field left out: control character',
  looks_secret: 'field left out: looks like a secret',
  kind_changed: 'field left out: the store keeps another kind of thing under its name',
};

const placeOf = (file: string): string => (file === '-' ? 'standard input' : file);

function printReport(context: CommandContext, file: string, imported: ImportedFile): void {
  const { lines, stored, duplicates, tooOld, refused, findings, unknownMetrics } = imported;
  const known = duplicates === 0 ? '' : `; ${formatCount(duplicates)} were stored before`;
  const old = tooOld === 0 ? '' : `; ${formatCount(tooOld)} are ${SENTENCES.too_old}`;
  context.print(
    `${printable(placeOf(file))}: ${formatCount(stored)} events imported from ${formatCount(lines)} lines${known}${old}.`,
  );
  const rows = [...findings].filter(([reason]) => reason !== 'duplicate');
  if (rows.length === 0) return;
  if (refused > 0) context.print(`${formatCount(refused)} lines gave no event.`);
  const table = renderTable(
    [{ title: 'what was wrong' }, { title: 'count', align: 'right' }, { title: 'first lines' }],
    rows.map(([reason, { count, firstLines }]) => [SENTENCES[reason], formatCount(count), firstLines.join(', ')]),
    { style: context.style, indent: 2 },
  );
  for (const line of table) context.print(line);
  if (unknownMetrics.length > 0) {
    const names = unknownMetrics.map((name) => printable(name.slice(0, 80))).join(', ');
    context.print(`Unknown: ${names}. Declare metrics in amicus-metrics.toml: \`amicus-metrics config --help\`.`);
  }
}

function toJson(file: string, imported: ImportedFile) {
  return {
    file,
    lines: imported.lines,
    events_imported: imported.stored,
    events_stored_before: imported.duplicates,
    events_too_old: imported.tooOld,
    lines_refused: imported.refused,
    findings: [...imported.findings].map(([reason, { count, firstLines }]) => ({
      reason,
      count,
      first_lines: firstLines,
    })),
    unknown_metrics: imported.unknownMetrics,
    complete: imported.failure === undefined,
  };
}

async function importOne(context: CommandContext, collector: MetricsCollector, file: string): Promise<ImportedFile> {
  const bar = progressBar(context.stderr, context.clock, context.style, `Importing ${printable(placeOf(file))}`);
  try {
    return await importFile(collector, {
      path: file === '-' ? undefined : resolve(context.cwd, file),
      stdin: context.stdin,
      signal: context.signal,
      onProgress: ({ part, bytes, lines }) => {
        bar.update(part, `${formatCount(lines)} lines, ${formatBytes(bytes)}`);
      },
    });
  } finally {
    bar.end();
  }
}

export const importCommand = defineCommand({
  description:
    'Reads events, one per line as JSON: what `amicus-metrics export` wrote as .ndjson or .json, also compressed (.gz, ' +
    '.zst), or {"metric", "timestamp", …fields} from elsewhere. Importing the same events again, or into the store ' +
    'they came from, adds nothing. Lines that give no event are counted by reason and the others kept; the exit code ' +
    'is then 1.\n\n' +
    'With --from it reads what coding agents themselves keep of their sessions: tokens, calls of tools and changed ' +
    'lines as numbers and names, never a text. Only what is new since the last time is read. Without a folder it looks ' +
    'where the client keeps its history on this machine.',
  arguments: {
    files: restArgument('files to read; - or nothing is standard input; with --from the folder of a history'),
  },
  options: {
    from: valueOption('<client>', `the history of ${HISTORY_NAMES.join(', ')}`, {
      words: HISTORY_NAMES,
      parse: parseHistories,
    }),
  },
  examples: [
    { line: 'amicus-metrics import events.ndjson.zst', doc: 'what another machine exported' },
    { line: 'amicus-metrics export --dir ../other/.ai | amicus-metrics import', doc: 'one store into another' },
    { line: 'amicus-metrics import --from claude-code', doc: 'what Claude Code used on this machine so far' },
  ],
  endsItself: true,
  async run(context, { arguments: { files }, options: { from } }) {
    if (from !== undefined) return importFromHistories(context, from, files);
    if (files.length === 0 && 'isTTY' in context.stdin && context.stdin.isTTY === true) {
      throw new CommandError('WRONG_USAGE', 'There is nothing to import.', 'Give a file, or pipe events in.');
    }
    const collector = await context.recordingCollector();
    const reports = [];
    let failure: Error | undefined;
    for (const file of files.length === 0 ? ['-'] : files) {
      const imported = await importOne(context, collector, file);
      reports.push({ file, imported });
      failure ??= imported.failure;
      if (context.signal.aborted) break;
    }
    if (context.format === 'json') {
      context.printJson(reports.map(({ file, imported }) => toJson(file, imported)));
    } else for (const { file, imported } of reports) printReport(context, file, imported);
    if (context.signal.aborted) {
      context.note('Stopped before the end. Run it again to go on: what is stored is not stored twice.');
      return EXIT.interrupted;
    }
    if (failure !== undefined) {
      throw new CommandError(
        'BAD_INPUT',
        failure.message,
        'What was read before it is kept; once it is whole, import it again.',
      );
    }
    return reports.some(({ imported }) => imported.refused > 0) ? EXIT.failed : EXIT.ok;
  },
});
