import { resolve } from 'node:path';

import { loadConfig } from '../../config/index.ts';
import { HISTORIES, type History } from '../../sources/histories/index.ts';
import { type HistoryReport, type ImportedHistories, importHistories } from '../export/import-histories.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable } from './terminal/printable.ts';
import { progressBar } from './terminal/progress-bar.ts';
import { renderTable } from './terminal/table.ts';
import { formatBytes, formatCount, formatMany } from './terminal/units.ts';

/** What `--from` takes. */
export const HISTORY_NAMES: readonly string[] = [...HISTORIES.map(({ name }) => name), 'all'];

/** The histories that a name stands for. @throws CommandError `WRONG_USAGE` for a name that is none. */
export function parseHistories(text: string, flag: string): readonly History[] {
  if (text === 'all') return HISTORIES;
  const found = HISTORIES.filter(({ name }) => name === text);
  if (found.length > 0) return found;
  throw new CommandError('WRONG_USAGE', `${flag} knows no client "${text}".`, `One of ${HISTORY_NAMES.join(', ')}.`);
}

function placesOf(context: CommandContext, histories: readonly History[], folders: readonly string[]) {
  if (folders.length > 0 && histories.length > 1) {
    throw new CommandError('WRONG_USAGE', 'A folder belongs to one client.', 'Name the client with --from.');
  }
  const named = folders.map((folder) => resolve(context.cwd, folder));
  return histories.map((history) => ({
    history,
    places: named.length > 0 ? named : history.places(context.env),
  }));
}

/** `amicus-metrics import --from <client> [folder …]`. */
export async function importFromHistories(
  context: CommandContext,
  histories: readonly History[],
  folders: readonly string[],
): Promise<ExitCode> {
  const places = placesOf(context, histories, folders);
  const { settings } = loadConfig({
    directory: context.directory,
    environment: context.env,
    workingDirectory: context.cwd,
  });
  const collector = await context.recordingCollector();
  const bar = progressBar(context.stderr, context.clock, context.style, 'Reading histories');
  let imported: ImportedHistories;
  try {
    imported = await importHistories(collector, {
      histories: places,
      nowMillis: () => context.clock.nowMicros() / 1_000,
      pricesFile: settings.pricesFile,
      signal: context.signal,
      onProgress: ({ part, bytes, events }) => bar.update(part, `${formatBytes(bytes)}, ${formatCount(events)} events`),
    });
  } finally {
    bar.end();
  }
  if (context.format === 'json') context.printJson(toJson(imported));
  else printReport(context, imported);
  if (context.signal.aborted) {
    context.note('Stopped before the end. Run it again to go on: what is stored is not stored twice.');
    return EXIT.interrupted;
  }
  const nothing = imported.histories.every(({ counts }) => counts.files === 0);
  return nothing || imported.histories.some(({ counts }) => counts.unreadable > 0) ? EXIT.failed : EXIT.ok;
}

function printReport(context: CommandContext, { histories, stored, duplicates, tooOld }: ImportedHistories): void {
  const found = histories.filter(({ counts }) => counts.files + counts.unreadable > 0);
  if (found.length === 0) {
    const looked = histories.flatMap(({ places }) => places).map(printable);
    context.print(`No history found${looked.length === 0 ? '' : ` in ${looked.join(', ')}`}.`);
    return;
  }
  const table = renderTable(
    [
      { title: 'client' },
      { title: 'files', align: 'right' },
      { title: 'with news', align: 'right' },
      { title: 'read', align: 'right' },
      { title: 'events', align: 'right' },
    ],
    found.map(({ client, counts, bytesRead }) => [
      client,
      formatCount(counts.files),
      formatCount(counts.filesRead),
      formatBytes(bytesRead),
      formatCount(counts.events),
    ]),
    { style: context.style },
  );
  for (const line of table) context.print(line);
  const known = duplicates === 0 ? '' : `; ${formatCount(duplicates)} were known before`;
  context.print(`${formatCount(stored)} events imported${known}.`);
  if (tooOld > 0) context.print(`${formatCount(tooOld)} are older than the events that are kept, and were left out.`);
  for (const report of found) for (const remark of remarksOn(report)) context.print(`${report.client}: ${remark}`);
}

function remarksOn({ counts, tooLong }: HistoryReport): string[] {
  const { waiting, unreadable, damaged, unknownTypes } = counts;
  const types = [...unknownTypes].map(([type, count]) => `${printable(type)} (${formatCount(count)})`);
  return [
    ...(waiting > 0 ? [`${formatMany(waiting, 'file')} being written: the end is left for the next time.`] : []),
    ...(unreadable > 0 ? [`Could not be read: ${formatMany(unreadable, 'file or folder', 'files or folders')}.`] : []),
    ...(damaged > 0 ? [`Passed over: ${formatMany(damaged, 'damaged line')}.`] : []),
    ...(tooLong > 0 ? [`Passed over: ${formatMany(tooLong, 'line')} of more than 32 MiB.`] : []),
    ...(types.length > 0 ? [`lines of types that nobody knows yet were passed over: ${types.join(', ')}.`] : []),
  ];
}

function toJson({ histories, stored, duplicates, tooOld }: ImportedHistories) {
  return {
    events_imported: stored,
    events_stored_before: duplicates,
    events_too_old: tooOld,
    histories: histories.map(({ client, places, counts, bytesRead, lines, tooLong }) => ({
      client,
      places,
      files: counts.files,
      files_read: counts.filesRead,
      bytes_read: bytesRead,
      lines,
      events: counts.events,
      files_waiting: counts.waiting,
      unreadable: counts.unreadable,
      lines_damaged: counts.damaged,
      lines_too_long: tooLong,
      unknown_types: Object.fromEntries(counts.unknownTypes),
    })),
  };
}
