import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineMetric, measure, type MetricsCollector, openMetrics } from '../src/index.ts';
import type { EventData } from '../src/model/event.ts';
import { imbalances, stillClock } from './support/recording.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const BUILD = defineMetric({
  name: 'build.finished',
  category: 'custom',
  doc: 'A build ended.',
  fields: { duration_seconds: measure('seconds', 'How long it took.') },
});

const open = (directory = join(temporaryFolder(), '.ai')): MetricsCollector =>
  openMetrics({ directory, metrics: [BUILD] });

const dataOf = async (metrics: MetricsCollector, metric: string): Promise<EventData[]> =>
  (await metrics.query({ metric, order: 'oldest_first' })).events.map(({ data }) => data);

describe('a collector', () => {
  it('touches no disk until the first event or question', async () => {
    const metrics = open();
    metrics.health();
    await metrics.flush();
    expect(existsSync(metrics.directory)).toBe(false);
    metrics.record('state.read', {});
    await metrics.flush();
    expect(readdirSync(metrics.directory)).toEqual(['metrics.spool']);
    await metrics.stats();
    expect(readdirSync(metrics.directory)).toContain('metrics.db');
    await metrics.close();
  });

  it('answers with what was recorded a moment ago, in the same turn', async () => {
    const metrics = open();
    metrics.record('task.completed', {
      task_id: 'task-1',
      node_id: 'Node-1',
      duration_seconds: 400,
      outcome: 'success',
    });
    const { events } = await metrics.query({ metric: 'task.completed' });
    expect(events).toMatchObject([
      {
        metric: 'task.completed',
        node_id: 'Node-1',
        data: { task_id: 'task-1', node_id: 'Node-1', duration_seconds: 400, outcome: 'success' },
        source: 'library',
        inferred: false,
      },
    ]);
    expect(Math.abs((events[0]?.timestamp ?? 0) - Date.now() / 1_000)).toBeLessThan(60);
    await metrics.close();
  });

  it('shows to one process what another recorded', async () => {
    const one = open();
    const other = open(one.directory);
    one.record('state.read', { duration_ms: 3 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await dataOf(other, 'state.read')).toEqual([{ duration_ms: 3 }]);
    expect(await other.aggregate({ metric: 'state.read', aggregations: ['count', 'avg(duration_ms)'] })).toMatchObject({
      rows: [{ values: { count: 1, 'avg(duration_ms)': 3 } }],
    });
    await Promise.all([one.close(), other.close()]);
  });

  it('keeps the time, source, identity and cluster that an event is given', async () => {
    const metrics = open();
    const options = {
      timestamp: 1_770_104_400.5,
      source: 'git',
      inferred: true,
      cluster: 'blue',
      identity: 'c1',
    } as const;
    expect(metrics.record('code.changed', { lines_added: 1 }, options)).toBe(true);
    expect(metrics.record('code.changed', { lines_added: 1 }, options)).toBe(true);
    expect((await metrics.query({ metric: 'code.changed' })).events).toMatchObject([
      { timestamp: 1_770_104_400.5, atMicros: 1_770_104_400_500_000, source: 'git', inferred: true, cluster: 'blue' },
    ]);
    expect(await metrics.ledger()).toMatchObject([{ recorded: 2, inDatabase: 1, dropped: { duplicate: 1 } }]);
    await metrics.close();
  });

  it('takes custom metrics by their declaration, and counts one that it was not opened with', async () => {
    const metrics = open();
    expect(metrics.record(BUILD, { duration_seconds: 2.5 })).toBe(true);
    const stranger = defineMetric({ name: 'stranger.came', category: 'custom', doc: 'Unknown.', fields: {} });
    expect(metrics.record(stranger, {})).toBe(false);
    expect(await dataOf(metrics, BUILD.name)).toEqual([{ duration_seconds: 2.5 }]);
    expect(metrics.health()).toMatchObject({ recorded: 2, accepted: 1, dropped: { unknown_metric: 1 } });
    await metrics.close();
  });

  it('switches metrics and categories off and on while it runs', async () => {
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), disabled: ['state.read'] });
    metrics.setEnabled('task', false);
    expect(metrics.health().disabled.toSorted()).toEqual(['state.read', 'task']);
    expect(metrics.record('state.read', {})).toBe(false);
    expect(metrics.record('task.claimed', { task_id: 't' })).toBe(false);
    metrics.setEnabled('state.read', true);
    metrics.setEnabled('task', true);
    expect(metrics.record('state.read', {})).toBe(true);
    expect(metrics.record('task.claimed', { task_id: 't' })).toBe(true);
    const ledger = await metrics.ledger();
    expect(ledger).toMatchObject([{ recorded: 4, inDatabase: 2, dropped: { metric_disabled: 2 } }]);
    expect(imbalances(ledger)).toEqual([0]);
    await metrics.close();
  });

  it('tracks functions of both kinds, and methods through a decorator', async () => {
    const clock = stillClock(Date.now() * 1_000);
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), clock, metrics: [BUILD] });
    const read = metrics.track('state.read', (text: string) => text.length, {
      data: ({ result }) => ({ file_size_bytes: result }),
    });
    expect(read('12345')).toBe(5);
    expect(metrics.track('no.such' as 'state.read', read)).toBe(read);

    class Bus {
      readonly factor = 3;
      async write(n: number): Promise<number> {
        clock.millis += 40;
        return n * this.factor;
      }
    }
    // What a compiler makes of `@metrics.tracked('state.write')`.
    const decorate = metrics.tracked<Bus['write']>('state.write');
    // oxlint-disable-next-line unbound-method -- a decorator gets the method itself
    Bus.prototype.write = decorate(Bus.prototype.write, { kind: 'method', name: 'write' } as never);
    expect(await new Bus().write(7)).toBe(21);
    const build = metrics.track(BUILD, () => {
      throw new Error('of the host');
    });
    expect(build).toThrow('of the host');
    expect(await dataOf(metrics, 'state.read')).toEqual([{ duration_ms: 0, file_size_bytes: 5 }]);
    expect(await dataOf(metrics, 'state.write')).toEqual([{ duration_ms: 40 }]);
    expect(await dataOf(metrics, BUILD.name)).toEqual([{ duration_seconds: 0 }]);
    await metrics.close();
  });

  it('streams all events, and each once', async () => {
    const metrics = open();
    for (let n = 0; n < 3_500; n++) metrics.record('state.read', { file_size_bytes: n });
    let total = 0;
    const sizes: number[] = [];
    for await (const batch of metrics.events({ metric: 'state.read', order: 'oldest_first' })) {
      sizes.push(batch.length);
      for (const { data } of batch) expect(data['file_size_bytes']).toBe(total++);
    }
    expect(total).toBe(3_500);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    await metrics.close();
  });

  it('refuses questions after close, and closes twice', async () => {
    const metrics = open();
    metrics.record('state.read', {});
    await Promise.all([metrics.close(), metrics.close()]);
    await metrics.close();
    expect(metrics.record('state.read', {})).toBe(false);
    for (const ask of [() => metrics.stats(), () => metrics.drain(), () => metrics.query({ metric: 'state.read' })]) {
      await expect(ask()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
    await expect(metrics.flush()).resolves.toBeUndefined();
    const again = open(metrics.directory);
    expect(await dataOf(again, 'state.read')).toEqual([{}]);
    await again.close();
  });

  it('asks many things at once', async () => {
    const metrics = open();
    const other = open(metrics.directory);
    for (let n = 0; n < 30; n++) metrics.record('state.read', { duration_ms: n });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? metrics : other).aggregate({ metric: 'state.read', aggregations: ['count'] }),
      ),
    );
    expect(new Set(answers.map(({ rows }) => rows[0]?.values['count']))).toEqual(new Set([30]));
    await Promise.all([metrics.close(), other.close()]);
  });

  it('tells what is wrong with its configuration, and records all the same', async () => {
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), cluster: '\u001b[2J' });
    expect(metrics.record('state.read', {})).toBe(true);
    expect(metrics.health().dropped).toEqual({ control_character: 1 });
    expect((await metrics.query({ metric: 'state.read' })).events[0]?.cluster).toBeUndefined();
    await metrics.close();
  });
});
