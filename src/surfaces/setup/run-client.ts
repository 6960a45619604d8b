import { spawn } from 'node:child_process';
import { type ChildEnd, endAlike, endOfUnstarted } from '../proxy/end-alike.ts';
import { passSignals } from '../proxy/pass-signals.ts';

/**
 * Runs a command in this terminal as if it had been started alone: the same input and output, signals passed on, and
 * this process ends as it did. Never returns.
 */
export async function runClient(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<never> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...environment } });
  passSignals(child, () => endAlike({ code: null, signal: 'SIGTERM' }));
  const end = await new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      process.stderr.write(`amicus-metrics run: ${command} could not be started: ${error.code ?? error.message}\n`);
      resolve(endOfUnstarted(error));
    });
  });
  return endAlike(end);
}
