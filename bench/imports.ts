import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import { builtCli, peakMemoryMib } from './built-cli.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  medianRatio,
  Scratch,
  spreadPercent,
} from './harness.ts';
import { workload, type WorkloadEvent } from './workload.ts';

const WRITE_CHARACTERS = 1 << 20;
/** So many events make a file of 1 GB and more. */
const LARGE_FACTOR = 7;

/** A file of the large workload as NDJSON into a new store: the built command against the plain way and DuckDB, each a process. */
export async function benchImports({ stores, rounds, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const cli = builtCli(tell);
  const file = scratch.at('events.ndjson');
  const { bytes, metrics } = writeNdjson(file, stores.workload());
  const peer = fileURLToPath(new URL('import-peer.ts', import.meta.url));
  const duckDb = fileURLToPath(new URL('import-duckdb.ts', import.meta.url));
  const names = {
    ours: 'amicus-metrics import',
    peer: 'JSON.parse + zod + literal schema',
    duckDb: 'DuckDB, read_json with declared columns',
  };
  const peaks = new Map<string, number>();
  const variantOf = (name: string, run: (folder: string) => Promise<Run>) => ({
    name,
    async run(round: number) {
      tell(`imports: round ${round + 1}, ${name}`);
      const folder = scratch.at(`into-${round}`);
      mkdirSync(folder, { mode: 0o700 });
      const { seconds, peakMib } = await run(folder);
      peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMib));
      rmSync(folder, { recursive: true });
      return seconds;
    },
  });
  const runOurs = async (folder: string, from: string, events: number) => {
    const run = await timed([cli, 'import', from], folder);
    await expectStored(folder, events);
    return run;
  };
  const measured = await interleaved(
    [
      variantOf(names.ours, (folder) => runOurs(folder, file, stores.events)),
      variantOf(names.peer, (folder) => timed([peer, file, `${folder}/literal.db`], folder)),
      variantOf(names.duckDb, (folder) => timed([duckDb, file, `${folder}/events.duckdb`, metrics.join()], folder)),
    ],
    rounds,
  );
  const ours = medianOf(measured, names.ours);
  const theirs = medianOf(measured, names.peer);
  const valuesOf = (name: string): readonly number[] => measured.get(name)?.values ?? [];

  tell('imports: a file of more than 1 GB, for its memory');
  const large = scratch.at('large.ndjson');
  const largeEvents = stores.events * LARGE_FACTOR;
  const { bytes: largeBytes } = writeNdjson(large, workload({ events: largeEvents, endMicros: stores.endMicros }));
  const folder = scratch.at('large');
  mkdirSync(folder, { mode: 0o700 });
  const largeRun = await runOurs(folder, large, largeEvents);

  const rows = [
    ...Object.values(names).map((name) => ({
      name,
      events: stores.events,
      megabytes: bytes / 1e6,
      seconds: medianOf(measured, name),
      perSecond: stores.events / medianOf(measured, name),
      peak: peaks.get(name),
      spread: spreadPercent(measured.get(name)?.values ?? []),
    })),
    {
      name: `${names.ours}, once`,
      events: largeEvents,
      megabytes: largeBytes / 1e6,
      seconds: largeRun.seconds,
      perSecond: largeEvents / largeRun.seconds,
      peak: largeRun.peakMib,
    },
  ];
  return {
    tables: [
      {
        title: 'Import of NDJSON into a new store, from the start of the process to its end',
        columns: [
          { key: 'name', label: 'what' },
          { key: 'events', label: 'events', digits: 0 },
          { key: 'megabytes', label: 'MB of input', digits: 0 },
          { key: 'seconds', label: 's', digits: 2 },
          { key: 'perSecond', label: 'events/s', digits: 0 },
          { key: 'peak', label: 'peak memory, MiB', digits: 0 },
          { key: 'spread', label: 'spread, %', digits: 1 },
        ],
        rows,
        notes: [
          'Ours ends with everything stored; the number of events was checked after each run.',
          'DuckDB uses all processors, ours two threads.',
        ],
      },
    ],
    figures: {
      'import: zod + literal schema ÷ ours': theirs / ours,
      'import: DuckDB read_json ÷ ours': medianRatio(valuesOf(names.duckDb), valuesOf(names.ours)),
      'import: memory at 1 GB ÷ at 160 MB': largeRun.peakMib / (peaks.get(names.ours) ?? Number.NaN),
    },
  };
}

type Run = { readonly seconds: number; readonly peakMib: number };

async function timed(args: readonly string[], contextFolder: string): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CONTEXT_BUS_DIR: contextFolder, NO_COLOR: '1' },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2_000)));
  let peakMib = 0;
  const watch = setInterval(() => (peakMib = Math.max(peakMib, peakMemoryMib(child.pid ?? 0))), 50);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${complaint}`);
  return { seconds: (performance.now() - start) / 1e3, peakMib };
}

async function expectStored(directory: string, events: number): Promise<void> {
  const collector = openMetrics({ directory });
  await collector.drain();
  const stored = (await collector.stats()).events;
  await collector.close();
  if (stored !== events) throw new Error(`${events} events were imported, ${stored} are stored`);
}

/** One event a line, nearly in the form of `amicus-metrics export`. @returns Its size, and which metrics it has. */
function writeNdjson(
  path: string,
  events: Iterable<WorkloadEvent>,
): { readonly bytes: number; readonly metrics: readonly string[] } {
  const metrics = new Set<string>();
  const file = openSync(path, 'w');
  let text = '';
  for (const { metric, atMicros, data } of events) {
    metrics.add(metric);
    const node = data['node_id'];
    text += `${JSON.stringify({ metric, timestamp: atMicros / 1e6, ...(node === undefined ? {} : { node_id: node }), data })}\n`;
    if (text.length < WRITE_CHARACTERS) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  closeSync(file);
  return { bytes: statSync(path).size, metrics: [...metrics] };
}
