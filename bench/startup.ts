import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { builtCli } from './built-cli.ts';
import { type BenchContext, type BenchOutcome, interleaved, medianOf, spreadPercent } from './harness.ts';

/** Starts are short and jittery: more rounds than elsewhere. */
const LEAST_ROUNDS = 21;

/** From spawn to exit, of the built command and of Node itself. */
export async function benchStartup({ stores, rounds, tell }: BenchContext): Promise<BenchOutcome> {
  const cli = builtCli(tell);
  await stores.ours();
  tell('startup: starting and starting');
  const names = {
    floor: 'node -e 0',
    help: 'amicus-metrics --help',
    version: 'amicus-metrics --version',
    status: `amicus-metrics status, ${stores.events.toLocaleString('en-US')} events`,
  };
  const variantOf = (name: string, args: readonly string[]) => ({
    name,
    run: () => spawnMillis(args, stores.oursDirectory),
  });
  const measured = await interleaved(
    [
      variantOf(names.floor, ['-e', '0']),
      variantOf(names.help, [cli, '--help']),
      variantOf(names.version, [cli, '--version']),
      variantOf(names.status, [cli, 'status']),
    ],
    Math.max(rounds, LEAST_ROUNDS),
  );
  const floor = medianOf(measured, names.floor);
  const rows = Object.values(names).map((name) => ({
    name,
    median: medianOf(measured, name),
    min: measured.get(name)?.min,
    over: medianOf(measured, name) - floor,
    ratio: medianOf(measured, name) / floor,
    spread: spreadPercent(measured.get(name)?.values ?? []),
  }));
  return {
    tables: [
      {
        title: 'Start-up, from spawn to exit, ms',
        columns: [
          { key: 'name', label: 'what' },
          { key: 'median', label: 'median', digits: 1 },
          { key: 'min', label: 'min', digits: 1 },
          { key: 'over', label: 'over node', digits: 1 },
          { key: 'ratio', label: '÷ node', digits: 2 },
          { key: 'spread', label: 'spread, %', digits: 1 },
        ],
        rows,
      },
    ],
    figures: {
      'startup: --help over node, ms': medianOf(measured, names.help) - floor,
      'startup: status ÷ node': medianOf(measured, names.status) / floor,
    },
  };
}

async function spawnMillis(args: readonly string[], contextFolder: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CONTEXT_BUS_DIR: contextFolder, NO_COLOR: '1' },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const millis = performance.now() - start;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${complaint}`);
  return millis;
}
