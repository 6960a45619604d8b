import { PassThrough, Readable } from 'node:stream';

import { onTestFinished } from 'vitest';

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
  /** The same of standard error, on which progress is drawn. */
  readonly errorColumns?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};

/** A command that runs until it is told to end. */
export type RunningCli = {
  /** Resolves when standard output and standard error together hold a text. @throws when it ended without. */
  printed(wanted: string): Promise<void>;
  /** Tells it to end, as Ctrl-C does; again and again the same run. */
  end(): Promise<CliRun>;
};

type Sink = { readonly stream: OutputStream; readonly text: () => string };

function sink(columns: number | undefined, onData: () => void): Sink {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => {
    parts.push(part);
    onData();
  });
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns, rows: 24 });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

/** Runs the command line within this process, as `amicus-metrics <argv>` would run in a process of its own. UTC, no colours. */
export async function runInProcess(argv: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
  return startRun(argv, settings).ended;
}

/** Starts what runs until it is told to end; told when the running test has finished, if not before. */
export function startInProcess(argv: readonly string[], settings: Omit<CliSettings, 'signal'> = {}): RunningCli {
  const abort = new AbortController();
  const run = startRun(argv, { ...settings, signal: abort.signal });
  const end = async (): Promise<CliRun> => {
    abort.abort();
    return run.ended;
  };
  onTestFinished(async () => void (await end()));
  return { end, printed: run.printed };
}

function startRun(
  argv: readonly string[],
  settings: CliSettings,
): { ended: Promise<CliRun> } & Pick<RunningCli, 'printed'> {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const stdout = sink(settings.columns, tell);
  const stderr = sink(settings.errorColumns, tell);
  const text = (): string => stdout.text() + stderr.text();
  const ended = toEnd(argv, settings, stdout, stderr);
  const printed = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (text().includes(wanted) && resolve());
      listeners.add(look);
      void ended.then(() => reject(new Error(`ended without "${wanted}":\n${text()}`)), reject);
      look();
    });
  return { ended, printed };
}

async function toEnd(argv: readonly string[], settings: CliSettings, stdout: Sink, stderr: Sink): Promise<CliRun> {
  const { cwd = '/', env = {}, stdin = '', clock = new SystemClock() } = settings;
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
