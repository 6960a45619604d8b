import { CommanderError } from 'commander';

import { CommandError } from './command-error.ts';
import type { AnyCommand } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import type { World } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { buildProgram, type GlobalOptions, type Invocation } from './program.ts';

/** Help is wrapped here when stdout is wider or is no terminal. */
const MAX_HELP_WIDTH = 100;

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

async function invoke(world: World, { command, input }: Invocation, global: GlobalOptions): Promise<ExitCode> {
  const { openContext } = await import('./open-context.ts');
  const { context, close } = openContext(world, global);
  try {
    const done = command.run(context, input).then((code) => code ?? EXIT.ok);
    return await (command.endsItself === true ? done : Promise.race([done, interruption(world.signal)]));
  } finally {
    await close();
  }
}

/**
 * One run of the command line, from its arguments to its exit code. Writes to the world's streams and nowhere else,
 * so that a test runs it as a process would.
 */
export async function runCli(world: World): Promise<ExitCode> {
  const argv = world.argv.length === 0 ? ['--help'] : world.argv;
  if (argv[0] === '--version' || argv[0] === '-V') {
    const { packageVersion } = await import('./package-version.ts');
    world.stdout.write(`${packageVersion()}\n`);
    return EXIT.ok;
  }
  const invocations: Invocation[] = [];
  const program = buildProgram({
    entries: COMMANDS,
    loaded: await loadNamed(argv),
    helpWidth: Math.min(world.stdout.columns ?? MAX_HELP_WIDTH, MAX_HELP_WIDTH),
    writeOut: (text) => void world.stdout.write(text),
    onInvoke: (invocation) => invocations.push(invocation),
  });
  try {
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
