import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A process that a test started. Ends with the test at the latest. */
export type Child = {
  readonly process: ChildProcess;
  /** What it wrote to standard output and standard error so far. */
  readonly output: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

/** Start a TypeScript file of `test/support` as a process of its own. */
export function startChild(
  file: string,
  args: readonly string[],
  options: { readonly before?: readonly string[]; readonly onEnd?: false } = {},
): Child {
  const path = new URL(file, import.meta.url).pathname;
  const [command = '', ...rest] = [...(options.before ?? []), process.execPath, path, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  if (options.onEnd !== false) {
    onTestFinished(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    });
  }
  return { process: child, output: () => output, ended };
}

/** Resolves when the child has written a text. */
export async function saidBy(child: Child, text: string): Promise<void> {
  while (!child.output().includes(text)) {
    const next = await Promise.race([once(child.process.stdout ?? child.process, 'data'), child.ended]);
    if (!Array.isArray(next) && !child.output().includes(text)) {
      throw new Error(`ended (${String(next)}) without saying "${text}": ${child.output()}`);
    }
  }
}
