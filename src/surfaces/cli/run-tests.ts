import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { collectingCommand } from '../../sources/test-reports/collecting-options.ts';
import { SummaryLines } from '../../sources/test-reports/summary-lines.ts';
import { addTotals, type TestTotals } from '../../sources/test-reports/test-totals.ts';
import { type ChildEnd, endAlike, endOfUnstarted } from '../proxy/end-alike.ts';
import { passSignals } from '../proxy/pass-signals.ts';
import { flushed, pump } from '../proxy/pump.ts';
import type { CommandContext } from './context.ts';
import { type GivenFor, recordReport, recordTests } from './record-tests.ts';

type TestRun = {
  readonly command: readonly string[];
  /** Where the command writes its report. */
  readonly report: string | undefined;
  /** Whether to ask for one. */
  readonly collect: boolean;
  readonly given: GivenFor;
};

/** File systems keep times more coarsely than clocks tell them. */
const CLOCK_SLACK_MICROS = 2_000_000;
/** What a process that the command left behind gets to close the output. */
const QUIET_MILLIS = 200;

/** Runs a command of tests, records what it tells, and ends as the command did. Whatever goes wrong in between. */
export async function runTests(context: CommandContext, run: TestRun): Promise<never> {
  const folder = run.collect ? mkdtempSync(join(tmpdir(), 'amicus-tests-')) : undefined;
  const asked = folder === undefined ? undefined : join(folder, 'report');
  const collecting = asked === undefined ? undefined : collectingCommand(run.command, asked);
  const report = collecting === undefined ? run.report : (run.report ?? asked);
  const startMicros = context.clock.nowMicros();
  const startMillis = context.clock.monotonicMillis();
  const heard = [new SummaryLines(), new SummaryLines()] as const;
  const end = await runCommand(collecting ?? run.command, report === undefined ? heard : undefined);
  try {
    const problem = await record(context, run, report, startMicros, {
      outputs: heard,
      durationSeconds: (context.clock.monotonicMillis() - startMillis) / 1_000,
    });
    if (problem !== undefined) context.note(`amicus-metrics run-tests: ${problem}; nothing was recorded.`);
    await (await context.recordingCollector()).close();
  } catch {
    context.note('amicus-metrics run-tests: nothing could be recorded; `amicus-metrics doctor` says why.');
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
  await flushed(context.stderr);
  return endAlike(end);
}

/** What standard output and standard error are overheard with: Jest, for one, sums up on standard error. */
type Outputs = readonly [SummaryLines, SummaryLines];
type Heard = { readonly outputs: Outputs; readonly durationSeconds: number };

async function record(
  context: CommandContext,
  run: TestRun,
  report: string | undefined,
  startMicros: number,
  heard: Heard,
): Promise<string | undefined> {
  if (report !== undefined) return recordReport(context, report, run.given, startMicros - CLOCK_SLACK_MICROS);
  let totals: TestTotals | undefined;
  for (const found of heard.outputs.map((lines) => lines.end())) {
    if (found !== undefined) totals = addTotals(totals, found);
  }
  if (totals === undefined) {
    return run.collect ? 'no runner that can be asked for a report' : 'no closing lines of a known runner';
  }
  const { durationSeconds = heard.durationSeconds } = totals;
  const atMicros = context.clock.nowMicros();
  await recordTests(context, { totals: { ...totals, durationSeconds }, atMicros, identity: undefined }, run.given);
  return undefined;
}

/** Runs it with our own streams. Where lines are wanted, output that is no terminal is overheard on its way. */
async function runCommand([program = '', ...args]: readonly string[], heard: Outputs | undefined): Promise<ChildEnd> {
  const { stdout, stderr } = process;
  const way = (stream: NodeJS.WriteStream): 'inherit' | 'pipe' =>
    heard === undefined || stream.isTTY ? 'inherit' : 'pipe';
  const child = spawn(program, args, { stdio: ['inherit', way(stdout), way(stderr)] });
  let lastOutput = 0;
  const pass = (from: Readable | null, to: Writable, lines: SummaryLines | undefined): Promise<void> => {
    if (from === null) return Promise.resolve();
    // When our reader is gone, the command's writes must fail as they would have without us.
    to.removeAllListeners('error');
    to.on('error', () => void from.destroy());
    from.on('error', () => undefined);
    const overhear = (chunk: Buffer): void => {
      lastOutput = performance.now();
      lines?.push(chunk);
    };
    return new Promise((resolve) => pump(from, to, overhear, () => resolve(flushed(to))));
  };
  const passed = Promise.all([pass(child.stdout, stdout, heard?.[0]), pass(child.stderr, stderr, heard?.[1])]);
  passSignals(child, () => endAlike({ code: null, signal: 'SIGTERM' }));
  const end = await new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      stderr.write(`amicus-metrics run-tests: ${program} could not be started: ${error.code ?? error.message}\n`);
      resolve(endOfUnstarted(error));
    });
  });
  await Promise.race([passed, quiet(() => lastOutput)]);
  return end;
}

/** Resolves when nothing has come for a while and our own reader has taken everything. */
async function quiet(lastOutput: () => number): Promise<void> {
  const since = performance.now();
  const isWaiting = (): boolean =>
    performance.now() - Math.max(since, lastOutput()) < QUIET_MILLIS ||
    process.stdout.writableLength + process.stderr.writableLength > 0;
  do await sleep(QUIET_MILLIS / 4);
  while (isWaiting());
}
