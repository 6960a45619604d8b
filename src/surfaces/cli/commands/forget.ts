import type { MetricsCollector } from '../../../metrics-collector.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, listOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { forgetColumns, forgetLines } from '../forget-lines.ts';
import { isAgreed } from '../is-agreed.ts';
import { printTable } from '../print-rows.ts';
import { progressBar } from '../terminal/progress-bar.ts';

type Ids = Parameters<MetricsCollector['forget']>[0];
type Report = Awaited<ReturnType<MetricsCollector['forget']>>;

async function forget(
  context: CommandContext,
  collector: MetricsCollector,
  ids: Ids,
  how: 'look' | 'remove',
): Promise<Report> {
  const bar = progressBar(context.stderr, context.clock, context.style, how === 'look' ? 'Looking' : 'Removing');
  try {
    return await collector.forget(ids, how, (part, isWaiting) =>
      bar.update(part, isWaiting ? 'waiting for other writers' : ''),
    );
  } finally {
    bar.end();
  }
}

function print(context: CommandContext, report: Report): void {
  if (report.metrics.length > 0) printTable(context, forgetColumns(context), report.metrics);
  for (const line of forgetLines(context, report)) context.print(line);
}

const isFound = ({ metrics, spoolFiles }: Report): boolean => metrics.length + spoolFiles.length > 0;

export const forgetCommand = defineCommand({
  description:
    'Removes the events of a node, a task or a session for good: no byte of them stays in the store. Shows what would go, ' +
    'and asks before anything does. Events of others that only name it stay, without the name. Copies that were made of ' +
    'the store, exports and the files of agents themselves are not reached; a process that still runs may tell of it ' +
    'again. What is read again of a history does not come back. Waits while others write; may be stopped, and goes on ' +
    'when it is run again.',
  arguments: {},
  options: {
    node: listOption('<id>', 'a node; may be given several times'),
    task: listOption('<id>', 'a task; may be given several times'),
    session: listOption('<id>', "a client's session; may be given several times"),
    yes: flagOption('remove without asking', { short: 'y' }),
  },
  examples: [
    { line: 'amicus-metrics forget --node Node-X9J2', doc: 'show what would go, and ask' },
    { line: 'amicus-metrics forget --task task-7 --task task-8 --yes', doc: 'remove two tasks without asking' },
  ],
  async run(context, { options }): Promise<ExitCode> {
    const ids = { nodes: options.node, tasks: options.task, sessions: options.session };
    if (ids.nodes.length + ids.tasks.length + ids.sessions.length === 0) {
      throw new CommandError(
        'WRONG_USAGE',
        'Nothing is named that is to be forgotten.',
        'Give --node, --task or --session.',
      );
    }
    const collector = await context.collector();
    if (!options.yes) {
      const found = await forget(context, collector, ids, 'look');
      if (context.format !== 'text') context.printJson(found);
      else print(context, found);
      if (!isFound(found)) return EXIT.nothing;
      const question = 'Remove this for good? There is no way back.';
      if (!(await isAgreed(context, question, 'remove it for good'))) return EXIT.ok;
    }
    const done = await forget(context, collector, ids, 'remove');
    if (context.format !== 'text') context.printJson(done);
    else print(context, done);
    return done.state === 'erased' ? EXIT.ok : EXIT.failed;
  },
});
