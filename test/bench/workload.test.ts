import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { workload, type WorkloadEvent, WORKLOAD_DAYS } from '../../bench/workload.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';

const END = Date.UTC(2026, 10, 1) * 1_000;

function digestOf(events: Iterable<WorkloadEvent>): string {
  const hash = createHash('sha256');
  for (const event of events) hash.update(JSON.stringify(event));
  return hash.digest('hex');
}

describe('the workload of the benchmarks', () => {
  it('is the same for the same seed and another for another', () => {
    const options = { events: 5_000, endMicros: END };
    const first = digestOf(workload(options));
    expect(digestOf(workload(options))).toBe(first);
    expect(digestOf(workload({ ...options, seed: 7 }))).not.toBe(first);
  });

  it('has exactly as many events as asked for, within its 30 days, no two at one microsecond', () => {
    const times = [...workload({ events: 20_000, endMicros: END })].map(({ atMicros }) => atMicros);
    expect(times).toHaveLength(20_000);
    expect(times[0]).toBeGreaterThanOrEqual(END - WORKLOAD_DAYS * MICROS_PER_DAY);
    expect(times.at(-1)).toBeLessThan(END);
    expect(times.every((at, i) => Number.isSafeInteger(at) && at > (times[i - 1] ?? 0))).toBe(true);
  });

  it('has the ten metrics, and no field that the catalogue does not declare', () => {
    const declared = new Map<string, readonly string[]>(METRICS.map(({ name, fields }) => [name, Object.keys(fields)]));
    const seen = new Set<string>();
    const undeclared = new Set<string>();
    for (const { metric, data } of workload({ events: 50_000, endMicros: END })) {
      seen.add(metric);
      for (const field of Object.keys(data)) if (!declared.get(metric)?.includes(field)) undeclared.add(field);
    }
    expect([...undeclared]).toEqual([]);
    expect([...seen].sort()).toEqual([
      'cluster.snapshot',
      'code.changed',
      'node.registered',
      'node.terminated',
      'state.read',
      'state.write',
      'task.claimed',
      'task.completed',
      'tests.executed',
      'tokens.consumed',
    ]);
  });
});
