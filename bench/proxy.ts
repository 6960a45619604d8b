import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import { builtCli, peakMemoryMib } from './built-cli.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  quantile,
  Scratch,
  spreadPercent,
} from './harness.ts';

/** Calls of one round, one after the other, as an agent makes them. */
const CALLS = 3_000;
const WARM_UP = 500;
const ECHO = fileURLToPath(new URL('echo-process.ts', import.meta.url));

/** A server that is called over its standard input and output. */
class CalledServer {
  readonly child: ChildProcess;
  #id = 0;
  #answered: (() => void) | undefined;

  constructor(command: string, args: readonly string[], directory: string) {
    const env = { ...process.env, CONTEXT_BUS_DIR: directory };
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.child.stdout?.on('data', () => this.#answered?.());
  }

  /** One call of a tool, answered. Milliseconds. */
  async call(): Promise<number> {
    const id = this.#id++;
    const message = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"ping","arguments":{"text":"hello"},"_meta":{"progressToken":${id}}}}\n`;
    const start = performance.now();
    await new Promise<void>((resolve) => {
      this.#answered = resolve;
      this.child.stdin?.write(message);
    });
    return performance.now() - start;
  }

  async round(calls: number): Promise<number[]> {
    const millis: number[] = [];
    for (let i = 0; i < calls; i++) millis.push(await this.call());
    return millis;
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    await once(this.child, 'close');
  }
}

/** What the proxy adds to a call, against the same server on a pipe of its own, in turn. */
export async function benchProxy({ rounds, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const directory = scratch.at('.ai');
  const cli = builtCli(tell);
  const direct = new CalledServer(process.execPath, [ECHO], directory);
  const through = new CalledServer(process.execPath, [cli, 'wrap', '--', process.execPath, ECHO], directory);
  await Promise.all([direct.round(WARM_UP), through.round(WARM_UP)]);
  const figures = { direct: [] as number[][], through: [] as number[][] };
  const measure = (server: CalledServer, kept: number[][]) => async (round: number) => {
    const millis = await server.round(CALLS);
    if (round >= 0) kept.push([0.5, 0.99].map((q) => quantile(millis, q)));
    return quantile(millis, 0.5);
  };
  const measured = await interleaved(
    [
      { name: 'direct', run: measure(direct, figures.direct) },
      { name: 'through', run: measure(through, figures.through) },
    ],
    rounds,
  );
  const memory = peakMemoryMib(through.child.pid ?? 0);
  await Promise.all([direct.end(), through.end()]);
  const told = await countCalls(directory);
  const expected = WARM_UP + CALLS * (rounds + 1);
  if (told !== expected) throw new Error(`the proxy told ${told} calls of ${expected}`);
  const added = (index: number) =>
    quantile(
      figures.through.map(
        (values, round) => (values[index] ?? Number.NaN) - (figures.direct[round]?.[index] ?? Number.NaN),
      ),
      0.5,
    );
  const row = (name: string, kept: readonly number[][]) => ({
    way: name,
    p50: quantile(
      kept.map(([p50 = Number.NaN]) => p50),
      0.5,
    ),
    p99: quantile(
      kept.map(([, p99 = Number.NaN]) => p99),
      0.5,
    ),
  });
  return {
    tables: [
      {
        title: 'A tool call over stdio, ms',
        columns: [
          { key: 'way', label: 'way' },
          { key: 'p50', label: 'p50', digits: 3 },
          { key: 'p99', label: 'p99', digits: 3 },
        ],
        rows: [
          row('a pipe to the server', figures.direct),
          row('through `wrap`', figures.through),
          { way: 'added', p50: added(0), p99: added(1) },
        ],
        notes: [
          `${CALLS} calls a round, one after the other, in turn with the pipe; each figure is the median of the rounds. ` +
            `The pipe's p50 varied by ${spreadPercent(measured.get('direct')?.values ?? []).toFixed(0)} % between rounds.`,
          `All ${told} calls were told. The proxy's memory peaked at ${memory.toFixed(0)} MiB.`,
        ],
      },
    ],
    figures: {
      'proxy: added to a call, p50, ms': added(0),
      'proxy: added to a call, p99, ms': added(1),
      'proxy: through ÷ pipe': medianOf(measured, 'through') / medianOf(measured, 'direct'),
    },
  };
}

async function countCalls(directory: string): Promise<number> {
  const collector = openMetrics({ directory });
  const { rows } = await collector.aggregate({ metric: 'tool.called', aggregations: ['count'] });
  await collector.close();
  return Number(rows[0]?.values['count'] ?? 0);
}
