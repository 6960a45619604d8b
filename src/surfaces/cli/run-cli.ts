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
  const { runCommand } = await import('./run-command.ts');
  return runCommand(world, helpWidth);
}
