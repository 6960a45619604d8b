import { COMMANDS } from './commands/index.ts';
import type { World } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { mainHelp } from './main-help.ts';

/** Help is wrapped here when stdout is wider or is no terminal. */
const MAX_HELP_WIDTH = 100;

/**
 * One run of the command line, from its arguments to its exit code. Writes to the world's streams and nowhere else,
 * so that a test runs it as a process would.
 */
export async function runCli(world: World): Promise<ExitCode> {
  const helpWidth = Math.min(world.stdout.columns ?? MAX_HELP_WIDTH, MAX_HELP_WIDTH);
  const [first, second] = world.argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && second === undefined)) {
    world.stdout.write(mainHelp(COMMANDS, helpWidth));
    return EXIT.ok;
  }
  if (first === '--version' || first === '-V') {
    const { packageVersion } = await import('./package-version.ts');
    world.stdout.write(`${packageVersion()}\n`);
    return EXIT.ok;
  }
  if (isHook(world.argv)) {
    // An agent waits for it, and must hear nothing: no parser that could refuse, no configuration of colours.
    const { runHook } = await import('./run-hook.ts');
    return runHook(world);
  }
  const { runCommand } = await import('./run-command.ts');
  return runCommand(world, helpWidth);
}

/** Whether a client's hook is what calls, with at most the folder named before it. */
function isHook(argv: readonly string[]): boolean {
  const at = argv[0] === '--dir' ? 2 : argv[0]?.startsWith('--dir=') === true ? 1 : 0;
  return argv[at] === 'hook' && !argv.includes('--help') && !argv.includes('-h');
}
