import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count, defineMetric, type EventData, type MetricsCollector, openMetrics } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AT = 1_795_521_600_000_000;
const open = (): MetricsCollector => openMetrics({ directory: join(temporaryFolder(), '.ai') });

function tell(collector: MetricsCollector, data: EventData, identity: string, atMicros = AT): void {
  collector.emit({ metric: 'state.write', atMicros, data, source: 'amicus-state', inferred: false, identity });
}
const dataOf = async (collector: MetricsCollector) =>
  (await collector.query({ metric: 'state.write' })).events.map(({ data }) => data);

describe('an event that two tell', () => {
  it.each([
    ['in one drain', false],
    ['one after the other', true],
  ])('counts once, with what either knows, %s', async (_, apart) => {
    const collector = open();
    tell(collector, { node_id: 'a', file_size_bytes: 10 }, 'w1');
    if (apart) await collector.drain();
    tell(collector, { node_id: 'a', duration_ms: 3, file_size_bytes: 11 }, 'w1');
    expect(await dataOf(collector)).toEqual([{ node_id: 'a', duration_ms: 3, file_size_bytes: 10 }]);
  });

  it('gains nothing from one that names another node: that is an event moved from the same moment', async () => {
    const collector = open();
    tell(collector, { node_id: 'a' }, 'w1');
    tell(collector, { node_id: 'b' }, 'w2');
    await collector.drain();
    tell(collector, { node_id: 'b', duration_ms: 3 }, 'w2');
    expect(await dataOf(collector)).toEqual([{ node_id: 'a' }, { node_id: 'b' }]);
  });

  it('changes the rollup of its hour', async () => {
    const collector = open();
    tell(collector, { node_id: 'a' }, 'w1', AT - 7_200_000_000);
    tell(collector, { node_id: 'a' }, 'w2');
    await collector.upkeep();
    tell(collector, { node_id: 'a', duration_ms: 3 }, 'w1', AT - 7_200_000_000);
    await collector.upkeep();
    const { rows, plan } = await collector.aggregate({
      metric: 'state.write',
      aggregations: ['count', 'sum(duration_ms)'],
      since: (AT - 14_400_000_000) / 1e6,
      until: AT / 1e6,
    });
    expect(plan.rollupHours).toBeGreaterThan(0);
    expect(rows.map(({ values }) => values)).toEqual([{ count: 1, 'sum(duration_ms)': 3 }]);
  });
});

describe('metrics whose names differ in a dot', () => {
  it('have tables and views of their own', async () => {
    const [a, b] = ['odd.name_here', 'odd_name.here'].map((name) =>
      defineMetric({ name, category: 'custom', doc: 'Counts.', fields: { things: count('Things.') } }),
    );
    if (a === undefined || b === undefined) throw new Error('two metrics');
    const collector = openMetrics({ directory: join(temporaryFolder(), '.ai'), metrics: [a, b] });
    collector.record(a, { things: 1 });
    collector.record(b, { things: 2 });
    collector.record(b, { things: 3 });
    const { rows } = await collector.sql(
      'SELECT (SELECT sum(things) FROM odd_name_here), (SELECT sum(things) FROM "odd_name.here")',
    );
    expect(rows).toEqual([[1, 5]]);
  });
});
