import { PassThrough, Readable } from 'node:stream';

import type { Clock } from '../../src/model/clock.ts';
import { SystemClock } from '../../src/model/clock.ts';
import type { OutputStream } from '../../src/surfaces/cli/context.ts';
import { runCli } from '../../src/surfaces/cli/run-cli.ts';

/** What a run of the command line left behind. */
export type CliRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type CliSettings = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Columns of a terminal; a pipe when absent. */
  readonly columns?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};

function sink(columns: number | undefined): { stream: OutputStream; text: () => string } {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns, rows: 24 });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

/** Runs the command line within this process, as `amicus-metrics <argv>` would run in a process of its own. UTC, no colours. */
export async function runInProcess(argv: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
  const { cwd = '/', env = {}, stdin = '', columns, clock = new SystemClock() } = settings;
  const stdout = sink(columns);
  const stderr = sink(undefined);
  const code = await runCli({
    argv,
    env: { AMICUS_METRICS_TIME_ZONE: 'UTC', AMICUS_METRICS_API_PORT: '0', NO_COLOR: '1', ...env },
    cwd,
    stdin: Readable.from([stdin]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    clock,
    signal: settings.signal ?? new AbortController().signal,
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
