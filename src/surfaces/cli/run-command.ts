import { CommanderError } from 'commander';

import { CommandError } from './command-error.ts';
import type { AnyCommand } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import type { UnreadableSpan } from '../../query/question.ts';
import type { CommandContext, World } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { buildProgram, type GlobalOptions, type Invocation } from './program.ts';

/** What commander refused, in the words of this command line. */
function toUsageError(error: CommanderError, commandName: string | undefined): CommandError {
  const [sentence = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const detail = more.join(' ').trim();
  const message = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${sentence.endsWith('.') ? '' : '.'}`;
  const help = commandName === undefined ? 'amicus-metrics --help' : `amicus-metrics ${commandName} --help`;
  const hint = `${detail === '' ? '' : `${detail.replace(/^\(|\)$/g, '')} `}Run \`${help}\` to see what there is.`;
  return new CommandError('WRONG_USAGE', message, hint);
}

/**
 * Commands whose definition parsing may need: each name that occurs in the arguments. One too many costs a file read;
 * none is missed, wherever the global options stand.
 */
async function loadNamed(argv: readonly string[]): Promise<Map<string, AnyCommand>> {
  const named = COMMANDS.filter(({ name }) => argv.includes(name));
  return new Map(await Promise.all(named.map(async ({ name, load }) => [name, await load()] as const)));
}

async function reportError(world: World, error: unknown, global: Partial<GlobalOptions>): Promise<ExitCode> {
  const [{ errorText, toReported }, { colourStyle, plainStyle, wantsColour }] = await Promise.all([
    import('./report-error.ts'),
    import('./terminal/style.ts'),
  ]);
  const reported = toReported(error);
  const colour = wantsColour(world.env, world.stderr.isTTY === true, global.color === false);
  world.stderr.write(errorText(reported, global.json === true, colour ? colourStyle : plainStyle));
  return reported.exitCode;
}

/** Resolves when the person has pressed Ctrl-C. */
function interruption(signal: AbortSignal): Promise<ExitCode> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(EXIT.interrupted);
    signal.addEventListener('abort', () => resolve(EXIT.interrupted), { once: true });
  });
}

/** Whatever was asked, and in whichever format: what the answer lacks is said beside it. */
async function warnOf(world: World, context: CommandContext, spans: readonly UnreadableSpan[]): Promise<void> {
  if (spans.length === 0) return;
  const { unreadableLines } = await import('./unreadable-lines.ts');
  for (const line of unreadableLines(context, spans)) world.stderr.write(`${line}\n`);
}

async function invoke(world: World, { command, input }: Invocation, global: GlobalOptions): Promise<ExitCode> {
  const { openContext } = await import('./open-context.ts');
  const { context, close, unreadable } = openContext(world, global);
  try {
    const done = command.run(context, input).then((code) => code ?? EXIT.ok);
    return await (command.endsItself === true ? done : Promise.race([done, interruption(world.signal)]));
  } finally {
    // Also when it fails: what is not found may be among what cannot be read.
    await warnOf(world, context, unreadable());
    await close();
  }
}

/** Parses the arguments, runs the command that they name, and reports what went wrong. */
export async function runCommand(world: World, helpWidth: number): Promise<ExitCode> {
  const { argv } = world;
  const invocations: Invocation[] = [];
  try {
    const program = buildProgram({
      entries: COMMANDS,
      loaded: await loadNamed(argv),
      helpWidth,
      writeOut: (text) => void world.stdout.write(text),
      onInvoke: (invocation) => invocations.push(invocation),
    });
    await program.parseAsync(argv, { from: 'user' });
    const [invocation] = invocations;
    return invocation === undefined ? EXIT.ok : await invoke(world, invocation, program.opts<GlobalOptions>());
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const commandName = COMMANDS.find(({ name }) => argv.includes(name))?.name;
    const shown = error instanceof CommanderError ? toUsageError(error, commandName) : error;
    return reportError(world, shown, { color: !argv.includes('--no-color'), json: argv.includes('--json') });
  }
}
