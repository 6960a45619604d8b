import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import { builtCli } from './built-cli.ts';
import { type HistoryTruth, writeClaudeHistory } from './client-history.ts';
import { type BenchContext, type BenchOutcome, interleaved, medianOf, Scratch, spreadPercent } from './harness.ts';

/** The last version whose program for this system is published. Its lock would name programs that are not, so it is installed apart. */
const PEER = 'ccusage@20.0.24';
const HISTORY_BYTES = 1e9;
/** A session of half an hour, as one comes to the history between two imports. */
const SESSION_BYTES = 500_000;
const START_MILLIS = Date.UTC(2026, 10, 1);

type Totals = Pick<HistoryTruth, 'inputTokens' | 'outputTokens' | 'cachedTokens' | 'cacheWriteTokens'>;

/** The same generated history of Claude Code, read by `import` into a store and by ccusage into a report. */
export async function benchHistories({ rounds, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const cli = builtCli(tell);
  const home = scratch.at('home');
  mkdirSync(home);
  tell('histories: writing a history of 1 GB');
  const truth = writeClaudeHistory({ home, seed: 7, bytes: HISTORY_BYTES, startMillis: START_MILLIS });
  tell(`histories: installing ${PEER}`);
  const peer = installPeer(scratch.at('peer'));
  const environment = { ...process.env, HOME: scratch.at('empty'), CLAUDE_CONFIG_DIR: home, NO_COLOR: '1' };
  const names = { first: 'import, all of it', second: 'import, one more session', peer: `${PEER}, all of it` };
  const store = scratch.at('store');
  const imported = [cli, '--dir', store, 'import', '--json', '--from', 'claude-code'];
  const peerArgs = ['claude', 'daily', '--offline', '--json'];
  let report = '';
  const measured = await interleaved(
    [
      {
        name: names.first,
        async run() {
          rmSync(store, { recursive: true, force: true });
          return (await timed(process.execPath, imported, environment)).seconds;
        },
      },
      {
        name: names.peer,
        async run() {
          const run = await timed(peer, peerArgs, environment);
          report = run.output;
          return run.seconds;
        },
      },
    ],
    rounds,
  );
  const ours = await totalsOf(store);
  const theirs = JSON.parse(report) as { totals: Record<string, number>; totals_unpriced?: unknown };
  // One more session between two imports, each time another one.
  const more = await interleaved(
    [
      { name: names.peer, run: async () => (await timed(peer, peerArgs, environment)).seconds },
      {
        name: names.second,
        async run(round) {
          writeClaudeHistory({ home, seed: 1_000 + round, bytes: SESSION_BYTES, startMillis: START_MILLIS });
          return (await timed(process.execPath, imported, environment)).seconds;
        },
      },
    ],
    rounds,
  );
  const hook = await benchHook(cli, scratch.at('hooked'), rounds);
  const peerSeconds = medianOf(measured, names.peer);
  const rows = [
    [names.peer, measured],
    [names.first, measured],
    [names.second, more],
  ] as const;
  return {
    tables: [
      {
        title: `A history of Claude Code: ${truth.files} files, ${truth.requests} requests, ${Math.round(truth.bytes / 1e6)} MB`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'seconds', label: 's', digits: 2 },
          { key: 'ratio', label: 'of the peer', digits: 2 },
          { key: 'spread', label: 'spread, %', digits: 1 },
        ],
        rows: rows.map(([name, samples]) => ({
          name,
          seconds: medianOf(samples, name),
          ratio: medianOf(samples, name) / medianOf(samples, names.peer),
          spread: spreadPercent(samples.get(name)?.values ?? []),
        })),
        notes: ['Ours ends with every request, tool call and change of code stored; the peer keeps nothing.'],
      },
      totalsTable(truth, ours, theirs.totals),
      {
        title: 'amicus-metrics hook, from spawn to exit, ms',
        columns: [
          { key: 'name', label: 'what' },
          { key: 'median', label: 'median', digits: 1 },
        ],
        rows: [
          { name: 'node -e 0', median: hook.floor },
          { name: 'amicus-metrics hook', median: hook.median },
        ],
      },
    ],
    figures: {
      'histories: first import ÷ ccusage': medianOf(measured, names.first) / peerSeconds,
      'histories: import of one more session ÷ ccusage': medianOf(more, names.second) / medianOf(more, names.peer),
      'histories: tokens off': differenceOf(truth, ours),
      'hook: over node, ms': hook.median - hook.floor,
    },
  };
}

/** @returns The path of its program. */
function installPeer(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', PEER], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const program = join(
    folder,
    'node_modules',
    '@ccusage',
    `ccusage-${process.platform}-${process.arch}`,
    'bin',
    'ccusage',
  );
  if (!existsSync(program)) throw new Error(`${PEER} has no program for this system`);
  chmodSync(program, 0o700);
  return program;
}

async function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input?: string) {
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return { seconds: (performance.now() - start) / 1e3, output };
}

async function totalsOf(directory: string): Promise<Totals> {
  const collector = openMetrics({ directory });
  const fields = ['input_tokens', 'output_tokens', 'cached_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens'];
  const { rows } = await collector.aggregate({
    metric: 'tokens.consumed',
    aggregations: fields.map((field) => `sum(${field})`),
  });
  await collector.close();
  const of = (field: string): number => Number(rows[0]?.values[`sum(${field})`] ?? 0);
  return {
    inputTokens: of('input_tokens'),
    outputTokens: of('output_tokens'),
    cachedTokens: of('cached_tokens'),
    cacheWriteTokens: of('cache_write_5m_tokens') + of('cache_write_1h_tokens'),
  };
}

const KINDS = ['inputTokens', 'outputTokens', 'cachedTokens', 'cacheWriteTokens'] as const;

const differenceOf = (truth: Totals, told: Totals): number =>
  KINDS.reduce((sum, kind) => sum + Math.abs(truth[kind] - told[kind]), 0);

function totalsTable(truth: Totals, ours: Totals, theirs: Readonly<Record<string, number>>) {
  const peerNames = {
    inputTokens: 'inputTokens',
    outputTokens: 'outputTokens',
    cachedTokens: 'cacheReadTokens',
    cacheWriteTokens: 'cacheCreationTokens',
  };
  return {
    title: 'Totals',
    columns: [
      { key: 'kind', label: 'tokens' },
      { key: 'truth', label: 'written', digits: 0 },
      { key: 'ours', label: 'ours', digits: 0 },
      { key: 'theirs', label: 'ccusage', digits: 0 },
    ],
    rows: KINDS.map((kind) => ({ kind, truth: truth[kind], ours: ours[kind], theirs: theirs[peerNames[kind]] })),
  };
}

/** The hook of a tool call, as an agent calls it. */
async function benchHook(cli: string, folder: string, rounds: number): Promise<{ floor: number; median: number }> {
  mkdirSync(folder);
  const samples = fileURLToPath(new URL('../test/fixtures/clients/claude-code/hooks-stdin.jsonl', import.meta.url));
  const payload = readFileSync(samples, 'utf8').split('\n')[3] ?? '';
  const environment = { ...process.env, CONTEXT_BUS_DIR: folder };
  const variantOf = (name: string, args: readonly string[]) => ({
    name,
    run: async () => (await timed(process.execPath, args, environment, payload)).seconds * 1e3,
  });
  const measured = await interleaved(
    [variantOf('floor', ['-e', '0']), variantOf('hook', [cli, 'hook'])],
    Math.max(rounds, 21),
  );
  return { floor: medianOf(measured, 'floor'), median: medianOf(measured, 'hook') };
}
