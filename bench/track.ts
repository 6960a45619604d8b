import { readFileSync, writeFileSync } from 'node:fs';

import { openMetrics } from '../src/metrics-collector.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  Scratch,
  spreadPercent,
  turnEnd,
} from './harness.ts';

const READ_MILLIS = 15;
const READS_PER_ROUND = 40;

/** What track() adds to a read of the shared state. */
export async function benchTrack({ rounds }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const collector = openMetrics({ directory: scratch.at('tracked') });
  const path = scratch.at('state.json');
  writeFileSync(
    path,
    JSON.stringify({ tasks: Array.from({ length: 400 }, (_, i) => ({ id: `task-${i}`, title: 'x'.repeat(80) })) }),
  );
  const bare = () => readState(path);
  const tracked = collector.track('state.read', bare, { data: { node_id: 'Node-X901' } });
  const variantOf = (name: string, read: () => unknown) => ({
    name,
    async run() {
      const start = performance.now();
      for (let i = 0; i < READS_PER_ROUND; i++) {
        read();
        await turnEnd();
      }
      return (performance.now() - start) / READS_PER_ROUND;
    },
  });
  const names = { bare: 'bare read', again: 'bare read, again', tracked: 'read inside track()' };
  const measured = await interleaved(
    [variantOf(names.bare, bare), variantOf(names.tracked, tracked), variantOf(names.again, bare)],
    Math.max(rounds, 7),
  );
  await collector.close();
  const bareMillis = medianOf(measured, names.bare);
  const rows = Object.values(names).map((name) => ({
    name,
    millis: medianOf(measured, name),
    overhead: name === names.bare ? undefined : 100 * (medianOf(measured, name) / bareMillis - 1),
    spread: spreadPercent(measured.get(name)?.values ?? []),
  }));
  return {
    tables: [
      {
        title: `track() around a state read of ${READ_MILLIS} ms`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'millis', label: 'ms per read', digits: 4 },
          { key: 'overhead', label: 'over bare, %', digits: 3 },
          { key: 'spread', label: 'spread, %', digits: 3 },
        ],
        rows,
        notes: ['The second bare read shows how far two equal things differ in this run.'],
      },
    ],
    figures: { 'track() overhead, %': rows.find(({ name }) => name === names.tracked)?.overhead ?? Number.NaN },
  };
}

/** Read and parse a state file, then hold on until 15 ms are over: as long as a locked read takes in a busy cluster. */
function readState(path: string): unknown {
  const until = performance.now() + READ_MILLIS;
  const state: unknown = JSON.parse(readFileSync(path, 'utf8'));
  while (performance.now() < until);
  return state;
}
