import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { overview } from '../../../analysis/reports/overview.ts';
import { taskList } from '../../../analysis/reports/task-list.ts';
import { loadConfig } from '../../../config/index.ts';
import { StoreError } from '../../../model/errors.ts';
import { LIVE_SOURCES } from '../../../sources/index.ts';
import type { LiveSource } from '../../../sources/source.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { contextFor } from '../open-context.ts';
import { printOverview } from '../overview-lines.ts';
import { printable } from '../terminal/printable.ts';
import { formatSeconds } from '../terminal/units.ts';
import { type ExampleSession, prepareExample } from './example-session.ts';
import { follow } from './follow.ts';
import { openLiveView } from './live-view.ts';
import { openApi } from './open-api.ts';
import { openReceiver } from './open-receiver.ts';

type Session = {
  readonly totalMillis: number | undefined;
  readonly example: ExampleSession | undefined;
  readonly receiver?: LiveSource | undefined;
};

/** How this program is called from where the person is: through npm when npm started it. */
const programName = ({ env }: CommandContext): string =>
  env['npm_lifecycle_event'] === undefined ? 'amicus-metrics' : 'npx amicus-metrics';

const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** A task worth a look: the one with the most tries, the latest of these. */
async function taskToTrace(context: CommandContext): Promise<string> {
  const { tasks } = await taskList(await context.collector(), {}, context.clock.nowMicros());
  const [most] = tasks.toSorted((a, b) => b.attempts - a.attempts);
  return most === undefined ? '<task>' : quoted(printable(most.taskId));
}

async function printNext(context: CommandContext): Promise<void> {
  const call = `${programName(context)} --dir ${quoted(printable(context.directory))}`;
  const commands = [
    [`trace ${await taskToTrace(context)}`, "one task's life"],
    ['tasks', 'all of them'],
    ['clock', 'where the time went'],
    ['nodes', 'who did what'],
    ['series state.write --by node_id', 'over time'],
    ['doctor', 'is everything accounted for?'],
  ] as const;
  context.print('');
  context.print('Next:');
  for (const [command, what] of commands) context.print(`  ${call} ${command}  ${context.style('quiet', `# ${what}`)}`);
}

/** Every live source. The agents of the example keep no histories, and those of this machine are none of its business. */
function openSources(context: CommandContext, isExample: boolean): LiveSource[] {
  const { directory, env: environment, cwd: workingDirectory } = context;
  const { agentHistories, pricesFile, gitChanges } = loadConfig({ directory, environment, workingDirectory }).settings;
  const place = {
    directory,
    environment,
    pricesFile,
    agentHistories: isExample ? ('off' as const) : agentHistories,
    git: isExample ? ('off' as const) : gitChanges,
  };
  return LIVE_SOURCES.map((source) => source.open(place));
}

async function runSession(context: CommandContext, { totalMillis, example, receiver }: Session): Promise<ExitCode> {
  const collector = await context.recordingCollector();
  const startSeconds = context.clock.nowMicros() / 1e6;
  const quit = new AbortController();
  const ends = [context.signal, quit.signal, ...(totalMillis === undefined ? [] : [AbortSignal.timeout(totalMillis)])];
  const end = AbortSignal.any(ends);
  const api = await openApi(context);
  const view = await openLiveView(context, () => quit.abort());
  try {
    example?.begin();
    const sources = openSources(context, example !== undefined);
    if (receiver !== undefined) sources.push(receiver);
    // The example's nodes leave before the last look, so that their leaving is told.
    const leave = async (): Promise<void> => example?.stop();
    // It may have been told to end while it began.
    const stopped = end.aborted
      ? leave()
      : new Promise<void>((resolve) => end.addEventListener('abort', () => resolve(leave()), { once: true }));
    await follow({ context, collector, sources, view, end, totalMillis, link: api?.link, beforeStop: () => stopped });
  } finally {
    await example?.stop();
    await api?.close();
    await view.close();
  }
  const report = await overview(collector, { since: startSeconds });
  if (context.format === 'text') printOverview(context, report);
  else context.printJsonLine({ overview: report });
  return EXIT.ok;
}

/** Follows the cluster of the context folder. */
export async function followCluster(context: CommandContext, totalMillis: number | undefined): Promise<ExitCode> {
  if (!existsSync(context.directory)) {
    throw new StoreError('STORE_MISSING', `There is no folder ${context.directory}.`, {
      hint: 'Start the cluster first, or check --dir and CONTEXT_BUS_DIR; without either, `up` shows an example.',
    });
  }
  const length = totalMillis === undefined ? 'until Ctrl-C' : `for ${formatSeconds(totalMillis / 1_000)}`;
  context.note(`Following the cluster in ${printable(context.directory)} ${length}.`);
  if (!existsSync(join(context.directory, 'state.json'))) {
    context.note('There is no state.json in it yet: waiting for one.');
  }
  const receiver = await openReceiver(context);
  const code = await runSession(context, { totalMillis, example: undefined, receiver });
  if (context.format === 'text') await printNext(context);
  return code;
}

/** Starts the example cluster in a temporary workspace and follows it. */
export async function followExample(context: CommandContext, totalMillis: number): Promise<ExitCode> {
  const example = prepareExample(totalMillis);
  const own = contextFor(context, example.directory);
  const workspace = printable(dirname(example.directory));
  context.note(
    `There is no cluster here (${printable(context.directory)}), so an example runs for ` +
      `${formatSeconds(totalMillis / 1_000)}: agents that pretend to work, as real processes, in ${workspace}.`,
  );
  try {
    const code = await runSession(own.context, { totalMillis, example });
    if (example.failure !== undefined) context.note(printable(example.failure));
    if (context.format === 'text') {
      context.print('');
      context.print(`The example's workspace stays until your system cleans its temporary files: ${workspace}`);
      await printNext(own.context);
    }
    return example.failure === undefined ? code : EXIT.failed;
  } finally {
    await own.close();
  }
}
