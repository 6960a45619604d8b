import { describe, expect, it } from 'vitest';

import { costPerOutcome } from '../../../src/analysis/reports/cost-per-outcome.ts';
import { costReport } from '../../../src/analysis/reports/cost-report.ts';
import { second, type Told } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const task = (at: number, id: string, outcome: string): Told[] => [
  [at, 'task.claimed', 'Node-A', { task_id: id }],
  [at + 50, 'task.completed', 'Node-A', { task_id: id, outcome }],
];
const used = (at: number, costUsd: number | undefined, more = {}): Told => [
  at,
  'tokens.consumed',
  undefined,
  { model: 'm', input_tokens: 1_000, reported_cost_usd: costUsd, ...more },
];

const TOLD: readonly Told[] = [
  ...[0, 1, 2, 3, 4].flatMap((n) => task(n * 100, `good-${n}`, 'success')),
  ...[0, 1, 2, 3, 4].map((n) => used(n * 100 + 10, 0.1 + n / 1e9, { task_id: `good-${n}` })),
  ...task(600, 'bad', 'failure'),
  used(610, 0.333_333_333, { task_id: 'bad' }),
  [700, 'task.claimed', 'Node-B', { task_id: 'open' }],
  // Names no task; its node holds one.
  [710, 'tokens.consumed', 'Node-B', { model: 'm', input_tokens: 5, reported_cost_usd: 0.05 }],
  used(720, 0.007),
  used(730, undefined, { task_id: 'good-0' }),
];
const RANGE = { fromMicros: second(0), toMicros: second(1_000) };

describe('cost per outcome', () => {
  it('adds up to what costs says, to the nano-dollar, with what has no task and no price apart', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const report = await costPerOutcome(metrics, RANGE, 'UTC', second(1_000), []);
    const span = { since: RANGE.fromMicros / 1e6, until: RANGE.toMicros / 1e6 };
    const costs = await costReport(metrics, span, ['model'], []);
    expect(report.totalNanos).toBe(costs.ledger.total.figures.costNanos);
    expect(report.parts.reduce((sum, { nanos }) => sum + nanos, 0n)).toBe(report.totalNanos);
    expect(report.parts).toEqual([
      { part: 'accepted', tasks: 5, nanos: 500_000_010n },
      { part: 'not_success', tasks: 1, nanos: 333_333_333n },
      { part: 'open', tasks: 1, nanos: 50_000_000n },
      { part: 'unattributed', tasks: undefined, nanos: 7_000_000n },
    ]);
    expect(report.unpriced).toEqual({ events: 1, ofEvents: 9, tokens: 1_000 });
  });

  it('names both denominators, and divides what was spent by each', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const { completed, accepted, typical, dearest } = await costPerOutcome(metrics, RANGE, 'UTC', second(1_000), []);
    expect(completed.tasks).toBe(6);
    expect(completed.allUsd).toBeCloseTo(0.890_333_343 / 6, 12);
    expect(completed.attributedUsd).toBeCloseTo(0.883_333_343 / 6, 12);
    expect(accepted).toMatchObject({ tasks: 5, estimated: false, untested: 5 });
    expect(accepted.allUsd).toBeCloseTo(0.890_333_343 / 5, 12);
    expect(typical?.tasks).toBe(6);
    expect(typical?.usd).toBeCloseTo(0.1, 6);
    expect(dearest[0]).toEqual({ taskId: 'bad', fate: 'not_success', nanos: 333_333_333n });
  });

  it('divides by no number of tasks that is not known any more', async () => {
    const day = 86_400;
    const late = [...task(9 * day, 'late', 'success'), used(9 * day + 10, 0.5, { task_id: 'late' })];
    const { metrics } = await storeOf([...TOLD, ...late], 10 * day, 3);
    await metrics.upkeep();
    const range = { fromMicros: second(0), toMicros: second(10 * day) };
    const report = await costPerOutcome(metrics, range, 'UTC', second(10 * day), []);
    expect(report).toMatchObject({ expired: true, completed: { allUsd: undefined }, accepted: { estimated: false } });
    expect(report.parts.find(({ part }) => part === 'expired')?.nanos).toBe(890_333_343n);
    expect(report.parts.reduce((sum, { nanos }) => sum + nanos, 0n)).toBe(report.totalNanos);
  });

  it('gives no cost for each of a few tasks', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const range = { ...RANGE, fromMicros: second(590) };
    const { completed, accepted } = await costPerOutcome(metrics, range, 'UTC', second(1_000), []);
    expect(completed).toEqual({ tasks: 1, allUsd: undefined, attributedUsd: undefined });
    expect(accepted.tasks).toBe(0);
  });
});
