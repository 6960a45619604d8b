import type { MetricsCollector } from '../../metrics-collector.ts';
import type { CommandContext } from './context.ts';
import type { AnswerColumn } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import { formatCount, formatMany } from './terminal/units.ts';

type Report = Awaited<ReturnType<MetricsCollector['forget']>>;
type OfMetric = Report['metrics'][number];

/** What goes of each metric. */
export function forgetColumns(context: CommandContext): AnswerColumn<OfMetric>[] {
  const moments = momentFormat(context.timeZone);
  const count = (key: string, title: string, raw: (row: OfMetric) => number): AnswerColumn<OfMetric> => ({
    key,
    title,
    align: 'right',
    raw,
    show: (row) => formatCount(raw(row)),
  });
  const moment = (key: string, title: string, micros: (row: OfMetric) => number): AnswerColumn<OfMetric> => ({
    key,
    title,
    raw: (row) => micros(row) / 1e6,
    show: (row) => moments.dateTime(micros(row)),
  });
  return [
    { key: 'metric', title: 'metric', raw: ({ metric }) => metric, show: ({ metric }) => printable(metric) },
    count('events', 'events', ({ events }) => events),
    count('mentions', 'only names it', ({ mentions }) => mentions),
    count('summed', 'only in sums', ({ summed }) => summed),
    moment('first', 'first', ({ firstMicros }) => firstMicros),
    moment('last', 'last', ({ lastMicros }) => lastMicros),
  ];
}

/** What became of it, and what is not reached, one sentence each. */
export function forgetLines(context: CommandContext, report: Report): string[] {
  const { rawFromMicros, metrics, kept, damagedBlocks, spoolFiles, otherFiles, state } = report;
  const events = metrics.reduce((sum, one) => sum + one.events, 0);
  const mentions = metrics.reduce((sum, one) => sum + one.mentions, 0);
  const summed = metrics.reduce((sum, one) => sum + one.summed, 0);
  const isDone = state !== 'looked';
  const lines: string[] = [];
  if (events + mentions + summed === 0) lines.push('No event of it is in the store.');
  else {
    const names =
      mentions === 0 ? '' : `; ${formatMany(mentions, 'event')} of others ${isDone ? 'lost' : 'would lose'} the name`;
    const sums =
      summed === 0 ? '' : `; ${formatMany(summed, 'expired event')} ${isDone ? 'taken' : 'would be taken'} from sums`;
    lines.push(`${formatMany(events, 'event')} ${isDone ? 'removed' : 'would go'}${names}${sums}.`);
  }
  if (state === 'erased') lines.push('The file was written anew: no byte of it is left in the store.');
  if (state === 'removed') {
    lines.push('Somebody has been reading for long, so the journal still has pages as they were. Run this again.');
  }
  if (damagedBlocks > 0) {
    lines.push(
      `${formatMany(damagedBlocks, 'damaged block')} that may hold some of it ${isDone ? 'emptied' : 'would be emptied'}: nobody can read them.`,
    );
  }
  if (rawFromMicros > 0) {
    const before = momentFormat(context.timeZone).dateTime(rawFromMicros);
    lines.push(
      `Of the time before ${before} only sums are left. What they tell by node is ${isDone ? 'removed' : 'removed too'}; tasks and sessions are not in them, so their part stays, and percentiles stay as they were.`,
    );
  }
  for (const { metric, field, events: rows } of kept) {
    lines.push(
      `${printable(metric)}: the name is part of "${printable(field)}" in ${formatMany(rows, 'event')}, and stays there.`,
    );
  }
  for (const file of spoolFiles) {
    lines.push(`metrics.spool/${printable(file)} holds it until its process records again, or ends.`);
  }
  for (const { path, holds } of otherFiles) {
    lines.push(
      holds === 'copy'
        ? `${printable(path)} is another store, or a copy of this one, and is left alone: delete it if you do not need it.`
        : `${printable(path)} holds the name, and is left alone.`,
    );
  }
  lines.push('Backups and exports elsewhere, and what agents keep themselves, are not reached.');
  return lines;
}
