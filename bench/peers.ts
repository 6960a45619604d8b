import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The libraries that this package is compared with live in `bench/node_modules`, so that nobody who builds or uses the
 * package ever installs them. They are loaded by name at run time; what is used of them is declared here, and no more.
 */
const BENCH = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(BENCH, 'package.json'));

export type PromClient = {
  readonly Registry: new () => { metrics(): Promise<string> };
  readonly Counter: new (settings: PromSettings) => { inc(labels: Readonly<Record<string, string>>): void };
  readonly Histogram: new (settings: PromSettings & { buckets: readonly number[] }) => {
    observe(labels: Readonly<Record<string, string>>, value: number): void;
  };
  readonly Gauge: new (settings: PromSettings) => {
    set(labels: Readonly<Record<string, string>>, value: number): void;
  };
};
type PromSettings = { name: string; help: string; labelNames: readonly string[]; registers: readonly object[] };

export type OpenTelemetryMetrics = {
  readonly MeterProvider: new (settings: { readers: readonly object[] }) => {
    getMeter(name: string): {
      createCounter(name: string): { add(value: number, attributes: Readonly<Record<string, string>>): void };
      createHistogram(name: string): { record(value: number, attributes: Readonly<Record<string, string>>): void };
    };
    shutdown(): Promise<void>;
  };
  readonly PeriodicExportingMetricReader: new (settings: { exporter: object; exportIntervalMillis: number }) => object;
  readonly InMemoryMetricExporter: new (temporality: number) => object;
  readonly AggregationTemporality: { readonly CUMULATIVE: number };
};

export type Pino = {
  (settings: { base: null }, destination: object): { info(data: object): void };
  destination(settings: { dest: string; sync: boolean }): { end(): void };
};

export type DuckDb = {
  readonly DuckDBInstance: { create(path: string): Promise<DuckDbInstance> };
};
export type DuckDbInstance = { connect(): Promise<DuckDbConnection>; closeSync(): void };
export type DuckDbConnection = {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
  closeSync(): void;
};

export const promClient = (): PromClient => require('prom-client') as PromClient;
export const openTelemetry = (): OpenTelemetryMetrics => require('@opentelemetry/sdk-metrics') as OpenTelemetryMetrics;
export const pino = (): Pino => require('pino') as Pino;
export const duckDb = (): DuckDb => require('@duckdb/node-api') as DuckDb;

/** Install the peers at their locked versions, if they are not there yet. */
export function installPeers(tell: (line: string) => void): void {
  const missing = Object.keys(declared()).filter((name) => !existsSync(join(BENCH, 'node_modules', name)));
  if (missing.length === 0) return;
  tell(`Installing what the benchmarks compare with, once: ${missing.join(', ')}`);
  execFileSync('npm', ['ci', '--prefix', BENCH, '--no-audit', '--no-fund'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Versions of everything that took part. */
export function versions(): Readonly<Record<string, string>> {
  const peers = Object.keys(declared()).map((name) => [name, versionIn(join(BENCH, 'node_modules', name))] as const);
  const own = ['zod'].map((name) => [name, versionIn(join(BENCH, '..', 'node_modules', name))] as const);
  return {
    node: process.versions.node,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    ...Object.fromEntries([...peers, ...own]),
  };
}

function declared(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

function versionIn(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
