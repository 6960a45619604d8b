import { describe, expect, it } from 'vitest';

import type { MetricsCollector } from '../../src/metrics-collector.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { isDimension, isNumeric } from '../../src/model/field.ts';
import type { TotalsAnswer, TotalsQuestion } from '../../src/query/question.ts';
import { exposed, letPass } from '../support/exposed.ts';

async function totalsOf(collector: MetricsCollector, question: TotalsQuestion): Promise<TotalsAnswer> {
  const [answer] = await collector.totals([question]);
  return answer ?? { groups: [], distributions: {} };
}

describe('totals of a metric', () => {
  it('are what aggregate says of the same span, from rollups as from events', async () => {
    const { collector, clock } = exposed();
    const outcomes = ['success', 'failure', undefined] as const;
    for (let i = 0; i < 600; i++) {
      const timestamp = clock.nowMicros() / 1e6 - i * 700;
      const data = {
        task_id: `t${i}`,
        outcome: outcomes[i % 3],
        files_modified: i % 5,
        duration_seconds: 1 + (i % 90),
      };
      collector.record('task.completed', data, { timestamp });
    }
    for (const rolledUp of [false, true]) {
      if (rolledUp) await collector.upkeep();
      const { groups, distributions } = await totalsOf(collector, {
        metric: 'task.completed',
        groupBy: ['outcome'],
        sums: ['files_modified', 'tests_failed'],
        distributions: ['duration_seconds'],
      });
      const { rows, plan } = await collector.aggregate({
        metric: 'task.completed',
        aggregations: ['count', 'sum(files_modified)'],
        groupBy: ['outcome'],
      });
      expect(plan.level).toBe(rolledUp ? 'mixed' : 'raw');
      expect(groups).toEqual(
        rows.map(({ group, values }) => ({
          group: [group['outcome']],
          count: values['count'],
          sums: [values['sum(files_modified)'], undefined],
        })),
      );
      const shape = distributions['duration_seconds'];
      expect(shape?.values.reduce((sum, { count }) => sum + count, 0)).toBe(600);
      expect(shape?.sum).toBe(Array.from({ length: 600 }, (_, i) => 1 + (i % 90)).reduce((a, b) => a + b, 0));
    }
  });

  it('are of the span that is asked for, and nothing where there is nothing', async () => {
    const { collector, clock } = exposed();
    const question = { metric: 'task.created', groupBy: ['priority'], sums: [], distributions: [] };
    expect(await totalsOf(collector, question)).toEqual({ groups: [], distributions: {} });
    collector.record('task.created', { task_id: 'a', priority: 'high' });
    letPass(clock, 60);
    const between = clock.nowMicros();
    collector.record('task.created', { task_id: 'b', priority: 'high' });
    letPass(clock, 60);
    const counts = async (span: object) =>
      (await totalsOf(collector, { ...question, ...span })).groups.map(({ count }) => count);
    expect(await counts({})).toEqual([2]);
    expect(await counts({ untilMicros: between })).toEqual([1]);
    expect(await counts({ fromMicros: between })).toEqual([1]);
    expect(await counts({ fromMicros: between + 1 })).toEqual([]);
    await expect(totalsOf(collector, { ...question, metric: 'no.such' })).rejects.toThrow('There is no metric');
  });

  it('can be asked for of every metric with all of its fields', async () => {
    const { collector, clock } = exposed();
    for (const metric of METRICS) {
      const entries = Object.entries(metric.fields);
      const data = Object.fromEntries(
        entries.map(([name, field]) => [
          name,
          field.kind === 'one_of'
            ? field.words[0]
            : field.kind === 'flag'
              ? true
              : isNumeric(field)
                ? 2
                : field.kind === 'names'
                  ? ['a']
                  : 'x',
        ]),
      );
      collector.emit({
        metric: metric.name,
        atMicros: clock.nowMicros() - 1,
        data,
        source: 'library',
        inferred: false,
      });
      const numbers = entries.flatMap(([name, field]) => (isNumeric(field) ? [name] : []));
      const dimensions = entries.flatMap(([name, field]) => (isDimension(field) ? [name] : []));
      const { groups, distributions } = await totalsOf(collector, {
        metric: metric.name,
        groupBy: dimensions,
        sums: numbers,
        distributions: numbers,
      });
      expect(groups).toHaveLength(1);
      expect(groups[0]?.sums).toEqual(numbers.map(() => 2));
      expect(Object.keys(distributions)).toEqual(numbers);
    }
  });
});
