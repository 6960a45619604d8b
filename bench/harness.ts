import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { LargeStores } from './stores.ts';

/** What every bench gets from the command line, and where it may write. */
export type BenchContext = {
  readonly rounds: number;
  /** The large workload, in our store and in the peers' (1,000,000 events unless `--events` says otherwise). */
  readonly stores: LargeStores;
  /** A line about progress, on standard error. */
  readonly tell: (line: string) => void;
};

/** A table of results. Cells are raw numbers; how they are shown is the column's business. */
export type Table = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, string | number | undefined>>[];
  /** What a reader must know to believe the table. */
  readonly notes?: readonly string[];
};
export type Column = { readonly key: string; readonly label: string; readonly digits?: number };

/** What a bench hands back: tables to read, and the figures that have a target, by the name `targets.ts` uses. */
export type BenchOutcome = { readonly tables: readonly Table[]; readonly figures: Readonly<Record<string, number>> };

/** A thing to measure: one call of `run` is one round and returns its figure (time per event, say). */
export type Variant = { readonly name: string; run(round: number): number | Promise<number> };

/** One variant's rounds. */
export type Samples = {
  readonly name: string;
  readonly values: readonly number[];
  readonly median: number;
  readonly min: number;
};

/**
 * Measure variants in turn, round after round, so that what disturbs the machine disturbs all of them alike. The first
 * of a round changes from round to round. One more round goes before, unmeasured, to warm up.
 */
export async function interleaved(variants: readonly Variant[], rounds: number): Promise<Map<string, Samples>> {
  const values = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < variants.length; i++) {
      const variant = variants[(i + Math.max(round, 0)) % variants.length];
      if (variant === undefined) continue;
      collectGarbage();
      const value = await variant.run(round);
      if (round >= 0) values.get(variant.name)?.push(value);
    }
  }
  return new Map([...values].map(([name, list]) => [name, samplesOf(name, list)]));
}

export function samplesOf(name: string, values: readonly number[]): Samples {
  return { name, values, median: quantile(values, 0.5), min: Math.min(...values) };
}

/** By linear interpolation between closest ranks. NaN for no values. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.ceil(rank)] ?? Number.NaN;
  return low + (high - low) * (rank - Math.floor(rank));
}

/** How far a baseline strayed between rounds: interquartile range ÷ median, in percent. The noise of the run. */
export function spreadPercent(values: readonly number[]): number {
  return (100 * (quantile(values, 0.75) - quantile(values, 0.25))) / quantile(values, 0.5);
}

/** Median of the samples of a variant that must be there. */
export function medianOf(measured: ReadonlyMap<string, Samples>, name: string): number {
  const samples = measured.get(name);
  if (samples === undefined) throw new Error(`no variant is called "${name}"`);
  return samples.median;
}

/** Median of the ratios of two variants' figures of the same round: what slows a whole round down falls out. */
export function medianRatio(over: readonly number[], under: readonly number[]): number {
  return quantile(
    over.map((value, round) => value / (under[round] ?? Number.NaN)),
    0.5,
  );
}

/** Milliseconds that something took. */
export async function millisOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The end of this turn of the event loop: what was recorded in it has been written. */
export function turnEnd(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A folder of its own, removed when the bench is done. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'amicus-bench-'));

  /** A path inside, not yet made. */
  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Start a round with an empty nursery, where Node was started so that it can. */
function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}
