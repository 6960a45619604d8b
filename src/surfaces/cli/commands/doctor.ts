import { type Conservation, conservation, type ConservationSum } from '../../../analysis/reports/conservation.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';
import { describeState } from '../../../sources/amicus-state/describe-state.ts';
import { defineCommand, flagOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { readStateFindings } from '../state-findings.ts';
import { DAMAGE_HINT, damageLines, lostFigureLines, nameDamageLines, verifyBlocks } from '../damage-lines.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { configOfRun, strangersIn } from '../settings-of.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';
import { dropText } from '../store-lines.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';
import { formatBytes, formatCount, formatMany } from '../terminal/units.ts';

/** Producers listed one by one; the rest is in the sum. Those that do not add up are always listed. */
const MAX_PRODUCERS = 12;

type StoreStats = Awaited<ReturnType<MetricsCollector['stats']>>;
type BlockCheck = Awaited<ReturnType<MetricsCollector['verify']>>;

function sumColumns(context: CommandContext): AnswerColumn<ConservationSum>[] {
  const moments = momentFormat(context.timeZone);
  const figure = (
    key: string,
    title: string,
    raw: (sum: ConservationSum) => number,
  ): AnswerColumn<ConservationSum> => ({
    key,
    title,
    align: 'right',
    raw,
    show: (sum) => formatCount(raw(sum)),
  });
  return [
    { key: 'producer', title: 'producer', raw: ({ producer }) => producer },
    {
      key: 'pid',
      title: 'pid',
      align: 'right',
      raw: ({ pid }) => pid,
      show: ({ pid }) => (pid === 0 ? '' : String(pid)),
    },
    {
      key: 'started',
      title: 'started',
      optional: true,
      raw: ({ startedMicros }) => startedMicros / 1e6,
      show: ({ startedMicros }) => (startedMicros === 0 ? '' : moments.dateTime(startedMicros)),
    },
    {
      key: 'alive',
      title: 'alive',
      optional: true,
      raw: ({ alive }) => alive,
      show: ({ alive }) => (alive ? 'yes' : ''),
    },
    figure('recorded', 'recorded', ({ recorded }) => recorded),
    figure('in_database', '= database', ({ inDatabase }) => inDatabase),
    figure('in_spool', '+ spool', ({ inSpool }) => inSpool),
    figure('expired', '+ expired', ({ expired }) => expired),
    figure('dropped', '+ dropped', ({ droppedEvents }) => droppedEvents),
    {
      ...figure('difference', 'missing', ({ difference }) => difference),
      show: ({ difference }) => (difference === 0 ? '0' : { text: formatCount(difference), tone: 'bad' }),
    },
  ];
}

function printLaw(context: CommandContext, law: Conservation): void {
  const wrong = law.producers.filter(({ difference }) => difference !== 0);
  const right = law.producers.filter(({ difference }) => difference === 0);
  const shown = [...wrong, ...right.slice(-Math.max(0, MAX_PRODUCERS - wrong.length))];
  const unnamed = { pid: 0, startedMicros: 0, alive: false, dropped: {} };
  const sum: ConservationSum = { producer: `all ${law.producers.length}`, ...unnamed, ...law.total };
  printTable(context, sumColumns(context), law.producers.length === 0 ? [] : [...shown, sum]);
  context.print(
    law.holds
      ? context.style('good', 'Every recorded event is accounted for.')
      : context.style('bad', `Not accounted for: ${wrong.length} of ${law.producers.length} producers do not add up.`),
  );
  context.print(`Over all time: ${dropText(law.dropped)}.`);
}

function printStore(context: CommandContext, stats: StoreStats): void {
  const moments = momentFormat(context.timeZone);
  const when = (micros: number | undefined): string => (micros === undefined ? '–' : moments.dateTime(micros));
  const line = (title: string, text: string): void => context.print(`${title.padEnd(12)} ${text}`);
  line('File', `${printable(stats.path)}${stats.readOnly ? ' (read-only)' : ''}, schema ${stats.schemaVersion}`);
  line('Size', `${formatBytes(stats.databaseBytes)}, journal ${formatBytes(stats.walBytes)}`);
  line('Spool', `${formatBytes(stats.spoolBytes)} in ${formatMany(stats.spoolSegments, 'file')}`);
  line('Events', `${formatCount(stats.events)}, from ${when(stats.oldestMicros)} to ${when(stats.newestMicros)}`);
  if (stats.rawFromMicros > 0) line('Expired', `single events before ${when(stats.rawFromMicros)}; rollups remain`);
  if (stats.quarantinedFiles.length === 0) line('Set aside', 'no damaged files');
  for (const file of stats.quarantinedFiles) {
    line('Set aside', context.style('warning', `${printable(file)} (damaged; delete it when you do not need it)`));
  }
}

function printBlocks(context: CommandContext, check: BlockCheck): void {
  const { blocks, events, names, rollups } = check;
  const sealedNames = names === 0 ? '' : `, and ${formatMany(names, 'name')}`;
  const read = `${formatMany(events, 'event')} in ${formatMany(blocks, 'compressed block')}${sealedNames}, checksums compared`;
  context.print(`${'Sealed'.padEnd(12)} ${blocks === 0 ? 'no events are in compressed blocks yet' : read}`);
  if (rollups > 0)
    context.print(`${'Rollups'.padEnd(12)} of ${formatCount(rollups)} days and metrics, checksums compared`);
  const lines = [
    ...damageLines(context, check.damaged),
    ...lostFigureLines(context, check.damagedRollups),
    ...nameDamageLines(check.unreadableNames),
  ];
  for (const line of lines) context.print(`${'Damaged'.padEnd(12)} ${context.style('bad', line)}`);
  if (lines.length > 0) context.print(`${''.padEnd(12)} ${DAMAGE_HINT}`);
}

function printState(context: CommandContext, verbose: boolean): void {
  context.print('');
  context.print(context.style('strong', 'State file'));
  for (const { text, tone } of readStateFindings(context.directory, verbose)) {
    context.print(tone === undefined ? printable(text) : context.style(tone, printable(text)));
  }
}

export const doctorCommand = defineCommand({
  description:
    'Checks that every event that was ever recorded is accounted for: recorded = in the database + in the spool + ' +
    'expired + dropped, for each process. Then the store, the checksums of its blocks of older events, files set aside as damaged, the configuration, and which fields ' +
    'of state.json are understood. Exit code 1 when the sum does not hold, or events or their names are damaged.',
  arguments: {},
  options: { verbose: flagOption('name every field of state.json that is not understood', { short: 'v' }) },
  examples: [{ line: 'amicus-metrics doctor', doc: 'is all well?' }],
  async run(context, { options }): Promise<ExitCode> {
    const collector = await context.collector();
    const blocks = await verifyBlocks(context, collector);
    const law = conservation(await collector.ledger());
    const stats = await collector.stats();
    const { unwritable, configurationProblems: problems } = collector.health();
    const strangers = strangersIn(configOfRun(context)).map(({ message }) => message);
    const configurationProblems = [...problems, ...strangers];
    const damages = blocks.damaged.length + blocks.damagedRollups.length + blocks.unreadableNames;
    const isWell = law.holds && unwritable === undefined && damages === 0;
    const code = isWell ? EXIT.ok : EXIT.failed;
    if (context.format === 'json') {
      const stateFile = describeState(context.directory);
      context.printJson({ conservation: law, store: stats, blocks, configurationProblems, stateFile });
    } else if (context.format === 'csv') printCsv(context, sumColumns(context), law.producers);
    else {
      context.print(context.style('strong', 'Conservation'));
      printLaw(context, law);
      context.print('');
      context.print(context.style('strong', 'Store'));
      printStore(context, stats);
      printBlocks(context, blocks);
      for (const problem of configurationProblems) {
        context.print(context.style('warning', `Configuration: ${printable(problem)}`));
      }
      printState(context, options.verbose);
    }
    return code;
  },
});
