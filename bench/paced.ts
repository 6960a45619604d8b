import { openMetrics } from '../src/metrics-collector.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  quantile,
  Scratch,
  spreadPercent,
} from './harness.ts';
import { EMPTY, emptyCall, OURS, recorderOf } from './recorders.ts';

const PACED_PER_SECOND = 500;
const PACED_SECONDS = 4;

/** Recording now and then, as agents do: each event wakes a sleeping process. */
export async function benchPaced({ rounds }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const collector = openMetrics({ directory: scratch.at('paced') });
  const recordOne = recorderOf(collector);
  const p99 = new Map<string, number[]>();
  const variantOf = (name: string, call: (i: number) => void) => ({
    name,
    async run(round: number) {
      const micros = await paced(call);
      if (round >= 0) p99.set(name, [...(p99.get(name) ?? []), quantile(micros, 0.99)]);
      return quantile(micros, 0.5);
    },
  });
  const measured = await interleaved([variantOf(EMPTY, emptyCall), variantOf(OURS, recordOne)], rounds);
  await collector.close();
  const p99Of = (name: string) => quantile(p99.get(name) ?? [], 0.5);
  const rows = [EMPTY, OURS].map((name) => ({
    name,
    p50: medianOf(measured, name),
    p99: p99Of(name),
    spread: spreadPercent(measured.get(name)?.values ?? []),
  }));
  return {
    tables: [
      {
        title: `Recording, paced at ${PACED_PER_SECOND} events a second: time inside the call`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'p50', label: 'p50, µs', digits: 1 },
          { key: 'p99', label: 'p99, µs', digits: 1 },
          { key: 'spread', label: 'spread of p50, %', digits: 1 },
        ],
        rows,
        notes: [
          'Each event wakes a sleeping process, so caches are cold: the empty call shows what of it is the machine.',
        ],
      },
    ],
    figures: { 'paced p50, µs': medianOf(measured, OURS), 'paced p99, µs': p99Of(OURS) },
  };
}

/** Microseconds inside the call, for each of the calls of a few seconds; the first quarter is left out. */
async function paced(call: (i: number) => void): Promise<number[]> {
  const calls = PACED_PER_SECOND * PACED_SECONDS;
  const micros: number[] = [];
  const gapMillis = 1_000 / PACED_PER_SECOND;
  const begin = performance.now();
  for (let i = 0; i < calls; i++) {
    const wait = begin + i * gapMillis - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const start = performance.now();
    call(i);
    const took = (performance.now() - start) * 1_000;
    if (i >= calls / 4) micros.push(took);
  }
  return micros;
}
