import type { Table } from './harness.ts';

/** A figure that the project set itself, and the bound it must keep. */
type Target = { readonly figure: string; readonly bound: 'at most' | 'at least'; readonly value: number };

const atMost = (figure: string, value: number): Target => ({ figure, bound: 'at most', value });
const atLeast = (figure: string, value: number): Target => ({ figure, bound: 'at least', value });

const TARGETS: readonly Target[] = [
  atMost('record ÷ prom-client counter.inc', 2),
  atMost('record ÷ prom-client counter + histogram', 0.75),
  atMost('record ÷ OpenTelemetry counter + histogram', 0.33),
  atMost('record ÷ pino to a file', 0.1),
  atLeast('literal schema ÷ record', 1_000),
  atMost('record(): heap bytes per event', 100),
  atMost('paced p50, µs', 10),
  atMost('paced p99, µs', 150),
  atMost('track() overhead, %', 0.5),
  atMost('writers: events lost or doubled', 0),
  atMost('writers: record() p99, ms', 0.25),
  atMost('writers: record() max, ms', 20),
  atMost('writers: errors at callers', 0),
  atMost('writers: WAL max, MiB', 64),
  atLeast('writers: saturated events/s', 500_000),
  atLeast('writers: saturated fairness', 0.5),
  atMost('freshness: cost of 500 pending events, ms', 2),
  atMost('storage: raw bytes per event', 8.6),
  atMost('storage: ours ÷ DuckDB', 0.6),
  atMost('storage: 10 million events and all that is kept of them, MB', 100),
  atMost('sealing: µs per event', 1),
  atMost('sealing: longest time the write lock is held, ms', 20),
  atLeast('q1: literal schema ÷ ours', 2),
  atLeast('q2: literal schema ÷ ours', 20),
  atLeast('q3: literal schema ÷ ours', 20),
  atLeast('q3b: literal schema ÷ ours', 20),
  atLeast('q4: literal schema ÷ ours', 20),
  atLeast('q5: literal schema ÷ ours', 20),
  atLeast('q6: literal schema ÷ ours', 20),
  ...['q1', 'q2', 'q4', 'q5', 'q6'].map((question) => atLeast(`${question}: DuckDB ÷ ours, each event read`, 0.8)),
  atLeast('q2: DuckDB ÷ ours', 4),
  atLeast('q3: DuckDB ÷ ours', 4),
  atLeast('q3b: DuckDB ÷ ours', 4),
  atLeast('q6: DuckDB ÷ ours', 4),
  atMost('slowest question of 1 million events, ms', 15),
  atMost('slowest question of 10 million events, ms', 100),
  atMost('slowest report over its default span, ms', 100),
  atMost('a page for a scraper, ms', 50),
  atMost('dashboard: first paint, ms', 1_000),
  atMost('dashboard: its figures are there, ms', 1_000),
  atMost('dashboard: first-load script, kB compressed', 400),
  atMost('dashboard: slowest interaction, ms', 100),
  atMost('dashboard: heap after live minutes ÷ before', 1.25),
  atLeast('import: zod + literal schema ÷ ours', 2.5),
  atLeast('import: DuckDB read_json ÷ ours', 1.5),
  atMost('import: memory at 1 GB ÷ at 160 MB', 1.25),
  atLeast('receiver: log records/s, JSON', 20_000),
  atLeast('receiver: log records/s, protobuf', 20_000),
  atMost('histories: first import ÷ ccusage', 1.5),
  atMost('histories: import of one more session ÷ ccusage', 0.1),
  atMost('histories: tokens off', 0),
  atMost('hook: over node, ms', 50),
  atMost('startup: --help over node, ms', 12),
  atMost('startup: status ÷ node', 4),
  atMost('proxy: added to a call, p50, ms', 0.2),
  atMost('proxy: added to a call, p99, ms', 2),
  atLeast('proving ground: least found of a kind, strong, %', 95),
  atLeast('proving ground: least found of a kind, moderate, %', 80),
  atLeast('proving ground: strong faults named first, %', 95),
  atMost('proving ground: most false findings of a kind a month', 1),
  atMost('proving ground: changed nothing, and said to have helped, %', 5),
];

/** What of the targets this run reached; targets of benches that did not run are left out. */
export function targetsTable(figures: Readonly<Record<string, number>>): Table {
  const rows = TARGETS.flatMap(({ figure, bound, value }) => {
    const measured = figures[figure];
    if (measured === undefined) return [];
    const reached = bound === 'at most' ? measured <= value : measured >= value;
    return [
      {
        figure,
        target: `${bound} ${value.toLocaleString('en-US')}`,
        measured,
        reached: reached ? 'reached' : 'not reached',
      },
    ];
  });
  return {
    title: 'Targets',
    columns: [
      { key: 'figure', label: 'figure' },
      { key: 'target', label: 'target' },
      { key: 'measured', label: 'measured' },
      { key: 'reached', label: '' },
    ],
    rows,
  };
}
