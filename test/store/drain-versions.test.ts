import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/index.ts';
import { defineMetric, type Fields, type Metric } from '../../src/metrics/define-metric.ts';
import { count, delta, flag, id, measure, name, names } from '../../src/model/field.ts';
import { imbalances, openRecorder } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** One metric as different versions of a program declare it. */
const version = (fields: Fields, metricName = 'build.finished'): Metric =>
  defineMetric({ name: metricName, category: 'custom', doc: 'A build ended.', fields });

const V1 = version({ task_id: id('x'), size_bytes: count('x') });
const V2 = version({ task_id: id('x'), size_bytes: count('x'), cached: flag('x'), wait_ms: measure('ms', 'x') });

const dataOf = async (metrics: MetricsCollector, metric: string) =>
  (await metrics.query({ metric, order: 'oldest_first', limit: 1_000 })).events.map(({ data }) => data);

describe('one metric, declared by several versions at once', () => {
  it('gets the columns of the widest, whichever drains first, and no event loses a field', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const old = openMetrics({ directory, metrics: [V1] });
    const young = openMetrics({ directory, metrics: [V2] });
    // Both have the store open before the metric has a table.
    await Promise.all([old.drain(), young.drain()]);
    const told: object[] = [];
    for (let n = 0; n < 30; n++) {
      const data = n % 2 === 0 ? { task_id: `t${n}`, size_bytes: n } : { task_id: `t${n}`, cached: true, wait_ms: n };
      told.push(data);
      (n % 2 === 0 ? old : young).record(n % 2 === 0 ? V1 : V2, data as never);
      // Each drains what the other recorded, now and then.
      if (n % 3 === 0) await (n % 4 < 2 ? old : young).drain();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await dataOf(old, V1.name)).toEqual(told);
    expect(await dataOf(young, V1.name)).toEqual(told);
    const fields = (await old.storedMetrics()).find(({ name: stored }) => stored === V1.name)?.fields;
    expect(Object.keys(fields ?? {})).toEqual(Object.keys(V2.fields));
    // A process that starts now reads and widens on.
    const V3 = version({ ...V2.fields, builder: name('x') });
    const newest = openMetrics({ directory, metrics: [V3] });
    newest.record(V3, { builder: 'b' } as never);
    expect((await dataOf(newest, V1.name)).at(-1)).toEqual({ builder: 'b' });
    old.record(V1, { task_id: 'last' } as never);
    expect((await dataOf(old, V1.name)).at(-1)).toEqual({ task_id: 'last' });
    expect(imbalances(await newest.ledger())).toEqual([0, 0, 0]);
    await Promise.all([old.close(), young.close(), newest.close()]);
  });

  it('keeps what a changed kind still says, leaves out what it does not, and counts that', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const record = async (metric: Metric, data: Record<string, unknown>): Promise<void> => {
      const { intake } = openRecorder({ directory, metrics: [metric] });
      intake.record(metric.name, data as never);
      await intake.close();
    };
    const metrics = openMetrics({ directory });
    await record(version({ size: count('x'), wait_ms: count('x'), who: id('x'), files: names('x'), ok: flag('x') }), {
      size: 7,
      wait_ms: 12,
      who: 'a',
      files: ['f'],
      ok: true,
    });
    await metrics.drain();
    await record(
      version({ size: delta('x'), wait_ms: measure('ms', 'x'), who: name('x'), files: count('x'), ok: name('x') }),
      { size: -7, wait_ms: 3.4, who: 'b', files: 4, ok: 'yes' },
    );
    expect(await dataOf(metrics, 'build.finished')).toEqual([
      { size: 7, wait_ms: 12, who: 'a', files: ['f'], ok: true },
      // Milliseconds were kept as whole numbers: in the steps that the column has.
      { size: -7, wait_ms: 3, who: 'b' },
    ]);
    const ledger = await metrics.ledger();
    expect(ledger.map(({ dropped }) => dropped)).toEqual([{}, { kind_changed: 2 }]);
    expect(imbalances(ledger)).toEqual([0, 0]);
    await metrics.close();
  });

  it('keeps metrics apart whose names differ in a dot and an underscore', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const one = version({ size_bytes: count('x') }, 'build.step_done');
    const two = version({ size_bytes: count('x'), who: id('x') }, 'build_step.done');
    const open = (): MetricsCollector => openMetrics({ directory, metrics: [one, two] });
    const metrics = open();
    metrics.record(one, { size_bytes: 1 });
    metrics.record(two, { size_bytes: 2, who: 'x' });
    await metrics.drain();
    metrics.record(two, { size_bytes: 3 });
    await metrics.close();
    const again = open();
    expect(await dataOf(again, one.name)).toEqual([{ size_bytes: 1 }]);
    expect(await dataOf(again, two.name)).toEqual([{ size_bytes: 2, who: 'x' }, { size_bytes: 3 }]);
    expect(imbalances(await again.ledger())).toEqual([0]);
    await again.close();
  });
});
