import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/surfaces/cli/main.ts', import.meta.url));

/** What a run showed to whoever started it. */
export type Seen = {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
};

/** The command line that runs a server behind the proxy. */
export function wrapped(server: readonly string[], options: readonly string[] = []): string[] {
  return [process.execPath, MAIN, 'wrap', ...options, '--', ...server];
}

export type Running = { readonly child: ChildProcessWithoutNullStreams; readonly seen: Promise<Seen> };

/** Starts a command line with pipes; killed, should it still run when the test has finished. */
export function start(line: readonly string[], directory: string, env: Record<string, string> = {}): Running {
  const [command = '', ...args] = line;
  const { CONTEXT_BUS_DIR: _, ...outer } = process.env;
  const child = spawn(command, args, { env: { ...outer, CONTEXT_BUS_DIR: directory, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => undefined);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => stdout.push(part));
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  const seen = new Promise<Seen>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), code, signal });
    });
  });
  return { child, seen };
}

/** Starts a command line, writes all of its input, and waits for its end. */
export async function run(
  line: readonly string[],
  directory: string,
  input: Buffer | string = '',
  env: Record<string, string> = {},
): Promise<Seen> {
  const { child, seen } = start(line, directory, env);
  child.stdin.end(input);
  return seen;
}

/** Whether a process has ended. One that was not collected yet is gone too. */
export function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
