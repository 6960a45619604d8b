import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { benchApi } from './api.ts';
import { benchDashboard } from './dashboard.ts';
import { benchExposition } from './exposition.ts';
import { benchForecasts } from './forecasts.ts';
import { benchFreshness } from './freshness.ts';
import type { BenchContext, BenchOutcome, Table } from './harness.ts';
import { benchHistories } from './histories.ts';
import { benchImports } from './imports.ts';
import { benchOtlp } from './otlp.ts';
import { benchPaced } from './paced.ts';
import { installPeers, versions } from './peers.ts';
import { benchProvingGround } from './proving-ground.ts';
import { benchProxy } from './proxy.ts';
import { benchQueries } from './queries.ts';
import { benchRecord } from './record.ts';
import { textOf } from './report.ts';
import { benchReports } from './reports.ts';
import { benchSealing } from './sealing.ts';
import { benchStartup } from './startup.ts';
import { benchStorage } from './storage.ts';
import { LargeStores } from './stores.ts';
import { targetsTable } from './targets.ts';
import { benchTrack } from './track.ts';
import { writeDocs } from './write-docs.ts';
import { benchWriters } from './writers.ts';

/** Every bench, in the order in which they run. */
const BENCHES: Readonly<Record<string, (context: BenchContext) => Promise<BenchOutcome>>> = {
  record: benchRecord,
  paced: benchPaced,
  track: benchTrack,
  freshness: benchFreshness,
  writers: benchWriters,
  storage: benchStorage,
  sealing: benchSealing,
  queries: benchQueries,
  reports: benchReports,
  exposition: benchExposition,
  startup: benchStartup,
  proxy: benchProxy,
  imports: benchImports,
  histories: benchHistories,
  otlp: benchOtlp,
  'proving-ground': benchProvingGround,
  forecasts: benchForecasts,
  api: benchApi,
  dashboard: benchDashboard,
};
/** Take minutes or an hour, or the whole machine, and so run only when they are named. */
const ONLY_WHEN_NAMED = ['proving-ground', 'forecasts', 'api', 'dashboard'];

const USAGE = `npm run bench -- [name …] [--rounds N] [--events N] [--json FILE] [--docs]

  name      ${Object.keys(BENCHES).join(', ')}; all of them but
            ${ONLY_WHEN_NAMED.join(', ')} when none is named
  --rounds  rounds of each measurement, 5 or more for figures to quote (default 7)
  --events  size of the large workload (default 1,000,000)
  --json    where the results go (default bench/results/latest.json)
  --docs    also write them into docs/performance.md; from a quiet machine, and all benches
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '7' },
      events: { type: 'string', default: '1000000' },
      json: { type: 'string', default: join(dirname(fileURLToPath(import.meta.url)), 'results', 'latest.json') },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names =
    positionals.length > 0 ? positionals : Object.keys(BENCHES).filter((name) => !ONLY_WHEN_NAMED.includes(name));
  const unknown = names.filter((name) => !(name in BENCHES));
  const rounds = Number(values.rounds);
  const events = Number(values.events);
  if (values.help || unknown.length > 0 || !(rounds >= 1) || !(events >= 1_000)) {
    console.error(unknown.length > 0 ? `There is no bench "${unknown.join('", "')}".\n\n${USAGE}` : USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const tell = (line: string) => console.error(`· ${line}`);
  installPeers(tell);
  const environment = {
    versions: versions(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    system: `${process.platform} ${release()}`,
    /** Of the minute before: above 1 or so, others were at work and the figures are theirs too. */
    load: loadavg()[0] ?? 0,
    rounds,
    events,
    at: new Date().toISOString(),
  };
  const described = describe(environment);
  console.log(described);
  const stores = new LargeStores(events, tell);
  const outcomes: Record<string, BenchOutcome> = {};
  try {
    for (const name of names) outcomes[name] = await runOne(name, { rounds, stores, tell });
  } finally {
    await stores.close();
  }
  const figures = Object.assign({}, ...Object.values(outcomes).map((outcome) => outcome.figures)) as Record<
    string,
    number
  >;
  const targets = targetsTable(figures);
  print(targets);
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(
    values.json,
    `${JSON.stringify({ environment, figures, outcomes, targets: targets.rows }, undefined, 2)}\n`,
  );
  if (values.docs) writeDocs(described, [targets, ...Object.values(outcomes).flatMap(({ tables }) => tables)]);
  tell(`results are in ${values.json}`);
}

async function runOne(name: string, context: BenchContext): Promise<BenchOutcome> {
  const outcome = await BENCHES[name]?.(context).catch((error: unknown) => {
    console.error(`The bench "${name}" failed:`, error);
    process.exitCode = 1;
  });
  for (const table of outcome?.tables ?? []) print(table);
  return outcome ?? { tables: [], figures: {} };
}

function print(table: Table): void {
  console.log(`\n${textOf(table)}`);
}

function describe({
  versions: used,
  cpu,
  cores,
  system,
  load,
  rounds,
  events,
}: {
  versions: Readonly<Record<string, string>>;
  cpu: string;
  cores: number;
  system: string;
  load: number;
  rounds: number;
  events: number;
}): string {
  const list = Object.entries(used).map(([name, version]) => `${name} ${version}`);
  return `${list.join(', ')}\n${cores} × ${cpu}, ${system}; ${rounds} rounds, ${events.toLocaleString('en-US')} events; load average ${load.toFixed(1)} at the start`;
}

await main();
