import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AlertEvaluator } from '../../../src/analysis/alerts/alert-evaluator.ts';
import { toAlertData } from '../../../src/analysis/alerts/alert-book.ts';
import type { MetricRule } from '../../../src/analysis/alerts/alert-rule.ts';
import { backTest } from '../../../src/analysis/alerts/back-test.ts';
import { firingMicros } from '../../../src/analysis/alerts/replay.ts';
import { readFigures } from '../../../src/analysis/alerts/rule-figures.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../src/model/range.ts';
import { stillClock } from '../../support/recording.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const START = Date.UTC(2026, 10, 20) * 1_000;
const RULE: MetricRule = {
  kind: 'metric',
  name: 'queue',
  metric: 'task.claimed',
  aggregation: 'p95(queue_seconds)',
  windowMicros: MICROS_PER_HOUR,
  stepMicros: 5 * MICROS_PER_MINUTE,
  where: {},
  groupBy: undefined,
  direction: 'above',
  warn: 300,
  critical: 900,
  forMicros: 0,
  noData: 'ok',
  cooldownMicros: MICROS_PER_HOUR,
  notify: ['terminal'],
};

type Claim = { readonly minute: number; readonly node: string; readonly queued: number };

/** A store with claims at minutes after the start. */
function storeOf(claims: readonly Claim[], nowMicros: number) {
  const directory = join(temporaryFolder(), '.ai');
  const clock = stillClock(nowMicros);
  const metrics = openMetrics({ directory, clock });
  for (const [i, { minute, node, queued }] of claims.entries()) {
    const timestamp = START / 1e6 + minute * 60 + (i % 50) / 100;
    metrics.record('task.claimed', { task_id: `t${i}`, node_id: node, queue_seconds: queued }, { timestamp });
  }
  return { metrics, clock };
}

const anyClaims = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 600 }),
    node: fc.constantFrom('A', 'B'),
    queued: fc.constantFrom(10, 200, 400, 1_200),
  }),
  { minLength: 1, maxLength: 40 },
);
const anyRule = fc.record({
  aggregation: fc.constantFrom(
    'count',
    'rate',
    'sum(queue_seconds)',
    'avg(queue_seconds)',
    'min(queue_seconds)',
    'max(queue_seconds)',
    'p95(queue_seconds)',
    'median(queue_seconds)',
    'distinct(task_id)',
    'last(queue_seconds)',
  ),
  groupBy: fc.constantFrom(undefined, 'node_id'),
  noData: fc.constantFrom('ok' as const, 'alert' as const, 'keep' as const),
  forMicros: fc.constantFrom(0, 10 * MICROS_PER_MINUTE),
  direction: fc.constantFrom('above' as const, 'below' as const),
});

describe('figures of a rule', () => {
  it('are those that questions give for each window', async () => {
    await fc.assert(
      fc.asyncProperty(anyClaims, anyRule, async (claims, given) => {
        const rule = { ...RULE, ...given };
        const end = START + 11 * MICROS_PER_HOUR;
        const { metrics } = storeOf(claims, end);
        const moments = await readFigures(metrics, rule, START + MICROS_PER_HOUR, end);
        for (const { atMicros, groups } of moments.filter((_, i) => i % 17 === 0)) {
          const { rows } = await metrics.aggregate({
            metric: rule.metric,
            aggregations: [rule.aggregation],
            ...(rule.groupBy === undefined ? {} : { groupBy: [rule.groupBy] }),
            since: (atMicros - rule.windowMicros) / 1e6,
            until: atMicros / 1e6,
          });
          for (const { group, values } of rows) {
            const figure = groups.get(rule.groupBy === undefined ? undefined : String(group[rule.groupBy]));
            const asked = values[rule.aggregation];
            expect(figure === undefined).toBe(asked === undefined);
            expect(figure ?? 0).toBeCloseTo(Number(asked ?? 0), 6);
          }
        }
        await metrics.close();
      }),
      { numRuns: 15 },
    );
  });

  it('refuse what the metric does not have, in words', async () => {
    const { metrics } = storeOf([], START);
    const bad = { ...RULE, aggregation: 'p95(queue_second)' };
    await expect(readFigures(metrics, bad, START, START)).rejects.toThrow('no field "queue_second"');
    await metrics.close();
  });
});

describe('a back-test', () => {
  it('fires when evaluation as time goes on would have fired', async () => {
    await fc.assert(
      fc.asyncProperty(anyClaims, anyRule, async (claims, given) => {
        const rule = { ...RULE, ...given, warn: 150, critical: given.direction === 'above' ? 500 : 50 };
        const end = START + 11 * MICROS_PER_HOUR;
        // History begins a window before the first evaluation, so that both begin there.
        const { metrics, clock } = storeOf([{ minute: -60, node: 'A', queued: 10 }, ...claims], end);
        const evaluator = new AlertEvaluator();
        const live: unknown[] = [];
        for (let now = START + 3_000_000; now <= end + 3_000_000; now += rule.stepMicros) {
          clock.micros = now;
          const { changes } = await evaluator.evaluateMetrics(metrics, evaluator.due([rule], now), now);
          for (const { before: _, ...change } of changes) {
            const identity = JSON.stringify([rule.name, change.group, change.change.atMicros]);
            metrics.emit({
              metric: 'alert.changed',
              atMicros: change.change.atMicros,
              data: toAlertData(change),
              source: 'library',
              inferred: true,
              identity,
            });
            if (change.change.notified) live.push(change.change.announced);
          }
        }
        const tested = await backTest(metrics, rule, START, end);
        expect(tested.told + tested.toldEnds).toBe(live.length);
        expect(tested.toldEnds).toBe(live.filter((level) => level === 'ok').length);
        await metrics.close();
      }),
      { numRuns: 8 },
    );
  }, 300_000);

  it('says how often, how long and when it would have fired', async () => {
    const claims = [60, 61, 62, 300, 301].map((minute) => ({ minute, node: 'A', queued: 600 }));
    const end = START + 12 * MICROS_PER_HOUR;
    const { metrics } = storeOf(claims, end);
    const tested = await backTest(metrics, RULE, START, end);
    expect(tested.episodes).toMatchObject([
      { level: 'warn', fromMicros: START + 65 * MICROS_PER_MINUTE, toMicros: START + 125 * MICROS_PER_MINUTE },
      { level: 'warn', fromMicros: START + 305 * MICROS_PER_MINUTE, toMicros: START + 365 * MICROS_PER_MINUTE },
    ]);
    expect(firingMicros(tested.episodes, end)).toBe(2 * MICROS_PER_HOUR);
    expect(tested).toMatchObject({ told: 2, toldEnds: 2 });
    await metrics.close();
  });

  it('begins where the history begins, and takes quiet days in it for what they are', async () => {
    const { metrics } = storeOf(
      [
        { minute: 600, node: 'A', queued: 9 },
        { minute: 4_000, node: 'A', queued: 9 },
      ],
      START + 72 * MICROS_PER_HOUR,
    );
    const rule: MetricRule = { ...RULE, aggregation: 'count', direction: 'below', warn: 1, critical: undefined };
    const all = await backTest(metrics, rule, START, START + 70 * MICROS_PER_HOUR);
    expect(all.fromMicros).toBe(START + 11 * MICROS_PER_HOUR);
    expect(all.episodes).toMatchObject([
      { fromMicros: START + 665 * MICROS_PER_MINUTE, toMicros: START + 4_005 * MICROS_PER_MINUTE },
      { toMicros: undefined },
    ]);
    const part = await backTest(metrics, rule, START + 24 * MICROS_PER_HOUR, START + 70 * MICROS_PER_HOUR);
    expect(part).toMatchObject({ fromMicros: START + 24 * MICROS_PER_HOUR, told: 2 });
    await metrics.close();
  });

  it('suggests a level from history to a rule that never fires', async () => {
    const claims = Array.from({ length: 300 }, (_, i) => ({
      minute: i * 2,
      node: 'A',
      queued: i === 250 ? 250 : 20 + (i % 10),
    }));
    const end = START + 11 * MICROS_PER_HOUR;
    const { metrics } = storeOf(claims, end);
    const { suggestion } = await backTest(metrics, { ...RULE, aggregation: 'max(queue_seconds)' }, START, end);
    expect(suggestion).toMatchObject({ why: 'never', episodes: 1 });
    expect(suggestion?.level).toBeLessThan(250);
    await metrics.close();
  });
});
