import { getHeapStatistics } from 'node:v8';

import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  medianRatio,
  quantile,
  Scratch,
  spreadPercent,
  turnEnd,
} from './harness.ts';
import {
  COUNTER,
  COUNTER_HISTOGRAM,
  DISCARD,
  EMPTY,
  LITERAL,
  openRecorders,
  OTEL_BOTH,
  OURS,
  PER_TURN,
  PINO,
  type Recorder,
} from './recorders.ts';

/** Recording in a hot loop, beside the metric libraries, a logger and a table. */
export async function benchRecord({ rounds, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const recorders = openRecorders(scratch);
  const bytes = new Map<string, number[]>(recorders.map(({ name }) => [name, []]));
  const cpu = new Map<string, number[]>(recorders.map(({ name }) => [name, []]));
  const variants = recorders.map((recorder) => ({
    name: recorder.name,
    async run(round: number) {
      tell(`record: round ${round + 1}, ${recorder.name}`);
      await hotLoop(recorder, recorder.events / 4);
      const before = getHeapStatistics().total_allocated_bytes;
      const cpuBefore = process.threadCpuUsage();
      const nanos = await hotLoop(recorder, recorder.events);
      const { user, system } = process.threadCpuUsage(cpuBefore);
      const allocated = getHeapStatistics().total_allocated_bytes - before;
      if (round >= 0) {
        bytes.get(recorder.name)?.push(allocated / recorder.events);
        cpu.get(recorder.name)?.push(((user + system) * 1e3) / recorder.events);
      }
      await recorder.settle?.();
      return nanos;
    },
  }));
  const measured = await interleaved(variants, rounds);
  for (const recorder of recorders) await recorder.close();

  const wall = new Map([...measured].map(([name, { values }]) => [name, values]));
  const costs = new Map(recorders.map(({ name, perTurn }) => [name, costsOf(wall, name, perTurn)]));
  const cpuCosts = new Map(recorders.map(({ name, perTurn }) => [name, costsOf(cpu, name, perTurn)]));
  const costOf = (name: string) => quantile(costs.get(name) ?? [], 0.5);
  const oursOver = (name: string) => medianRatio(costs.get(OURS) ?? [], costs.get(name) ?? []);
  const heapFloor = quantile(bytes.get(`${EMPTY}, ${PER_TURN} per turn`) ?? [], 0.5);
  const rows = recorders.map(({ name }) => {
    const samples = measured.get(name)?.values ?? [];
    const empty = name.startsWith(EMPTY);
    return {
      name,
      nanos: empty ? medianOf(measured, name) : costOf(name),
      ratio: empty ? undefined : oursOver(name),
      cpuNanos: quantile((empty ? cpu : cpuCosts).get(name) ?? [], 0.5),
      cpuRatio: empty ? undefined : medianRatio(cpuCosts.get(OURS) ?? [], cpuCosts.get(name) ?? []),
      heap: quantile(bytes.get(name) ?? [], 0.5) - (empty ? 0 : heapFloor),
      spread: spreadPercent(samples),
    };
  });
  const heapOf = (wanted: string) => rows.find(({ name }) => name === wanted)?.heap ?? Number.NaN;
  return {
    tables: [
      {
        title: 'Recording, hot loop: whole cost of one event, check, sanitizing and write included',
        columns: [
          { key: 'name', label: 'what' },
          { key: 'nanos', label: 'ns per event', digits: 0 },
          { key: 'ratio', label: 'ours ÷ this', digits: 4 },
          { key: 'cpuNanos', label: 'CPU ns', digits: 0 },
          { key: 'cpuRatio', label: 'ours ÷ this, CPU', digits: 4 },
          { key: 'heap', label: 'heap, bytes per event', digits: 0 },
          { key: 'spread', label: 'spread, %', digits: 1 },
        ],
        rows,
        notes: [
          `${PER_TURN} events per turn of the event loop unless the row says otherwise, the turn's end included. An empty call in the same loop is subtracted.`,
          'CPU is the time of the recording thread alone: it leaves out waiting for the disk, and what other programs took of the machine.',
          "The heap of our record() itself is its row less the row of the discarded object, which is the caller's own.",
          'Only ours, pino and SQLite survive SIGKILL; of these only SQLite waits for the disk. The peers in memory lose all.',
        ],
      },
    ],
    figures: {
      'record ÷ prom-client counter.inc': oursOver(COUNTER),
      'record ÷ prom-client counter + histogram': oursOver(COUNTER_HISTOGRAM),
      'record ÷ OpenTelemetry counter + histogram': oursOver(OTEL_BOTH),
      'record ÷ pino to a file': oursOver(PINO),
      'literal schema ÷ record': 1 / oursOver(LITERAL),
      'record(): heap bytes per event': heapOf(OURS) - heapOf(DISCARD),
    },
  };
}

/** What a recorder added to the empty loop, round by round. */
function costsOf(measured: ReadonlyMap<string, readonly number[]>, name: string, perTurn: number): number[] {
  const floor = measured.get(`${EMPTY}, ${perTurn} per turn`) ?? [];
  return (measured.get(name) ?? []).map((nanos, round) => nanos - (floor[round] ?? Number.NaN));
}

async function hotLoop({ record, perTurn }: Recorder, events: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < events; done += perTurn) {
    for (let i = 0; i < perTurn; i++) record(done + i);
    await turnEnd();
  }
  return ((performance.now() - start) * 1e6) / events;
}
