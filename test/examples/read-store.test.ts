import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { EventData } from '../../src/model/event.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { findProgram } from '../support/prometheus-tools.ts';
import { runInProcess } from '../support/run-cli.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openBench } from '../support/sqlite-stores.ts';

const READER = 'examples/read-store.py';
const random = seededRandom(21);
const whole = (below: number): number => Math.floor(random() * below);

/** An event with cells of every kind and encoding: absent ones, costs that are tokens times a price, lists, wide numbers. */
function eventData(i: number): EventData {
  const tests = whole(5_000);
  const model = ['small', 'large', 'largest'][whole(3)] ?? 'small';
  return {
    node_id: `N${whole(12)}`,
    ...(random() < 0.9 && { task_id: `task-${i}` }),
    model,
    ...(random() < 0.5 && { outcome: random() < 0.9 ? 'good' : 'bad', cached: random() < 0.5 }),
    tests,
    ...(random() < 0.9 && { change: whole(2_000) - 1_000 }),
    wait_ms: random() < 0.01 ? 0 : Math.round(1_000 * Math.exp(random() * 14)) / 1_000,
    cost_usd: Math.round(tests * model.length * 1_500) / 1e9,
    ...(i % 5 === 0 && { files: [`src/${whole(40)}.ts`, `ü${whole(9)}`] }),
  };
}

const sortedByTime = (lines: string): { timestamp: number }[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { metric: string; timestamp: number; data: object })
    .map(({ metric, timestamp, data }) => ({ metric, timestamp, data }))
    .toSorted((a, b) => a.timestamp - b.timestamp);

it('read-store.py prints the events of a store as the export does, sealed ones and others', async ({ skip }) => {
  const python = findProgram('python3') ?? skip('python3 is not on this machine');
  const bench = await openBench();
  const step = (3 * MICROS_PER_DAY) / 4_000;
  await bench.put(
    Array.from({ length: 4_000 }, (_, i) =>
      sample(Math.floor(NOW_MICROS - 3 * MICROS_PER_DAY + i * step + whole(step)), eventData(i)),
    ),
  );
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  const path = join(bench.directory, 'metrics.db');
  const db = new DatabaseSync(path, { readOnly: true });
  const counted = db
    .prepare(
      `SELECT (SELECT sum(n) FROM block) AS sealed, (SELECT sum(n) FROM name_block) AS names, count(*) AS hot
        FROM "m_sample.taken"`,
    )
    .get();
  db.close();
  expect(Number(counted?.['sealed'])).toBeGreaterThan(2_000);
  expect(Number(counted?.['names'])).toBeGreaterThan(2_000);
  expect(Number(counted?.['hot'])).toBeGreaterThan(100);

  const printed = execFileSync(python, [READER, path], { maxBuffer: 1e8 }).toString();
  const exported = await runInProcess(['export', 'sample.taken'], {
    env: { AMICUS_METRICS_DIRECTORY: bench.directory },
  });
  expect(exported.stderr).toBe('');
  expect(sortedByTime(printed)).toEqual(sortedByTime(exported.stdout));
}, 30_000);
