import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics, type MetricsCollector, type StoredEvent } from '../../src/index.ts';
import { imbalances } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AT = 1_764_000_000_000_000;
const open = (): MetricsCollector => openMetrics({ directory: join(temporaryFolder(), '.ai') });

async function allOf(collector: MetricsCollector): Promise<readonly StoredEvent[]> {
  return (await collector.query({ metric: 'state.read' })).events;
}

/** Hands events over as an import of their export does. */
function copyInto(collector: MetricsCollector, events: readonly StoredEvent[]): void {
  for (const { metric, atMicros, data } of events) {
    collector.emit({ metric, atMicros, data, source: 'import', inferred: false, copy: true });
  }
}

const dropped = async (collector: MetricsCollector) => (await collector.ledger()).map((entry) => entry.dropped);

describe('an exported event that is imported', () => {
  it('is known in the store it came from, also after a detour through another', async () => {
    const [a, b] = [open(), open()];
    for (let i = 0; i < 100; i++) a.record('state.read', { node_id: `n${i % 3}`, duration_ms: i });
    const exported = await allOf(a);

    copyInto(b, exported);
    copyInto(b, exported);
    const detoured = await allOf(b);
    copyInto(a, [...exported, ...detoured]);

    expect(detoured.map(({ atMicros, data }) => ({ atMicros, data }))).toEqual(
      exported.map(({ atMicros, data }) => ({ atMicros, data })),
    );
    expect(await allOf(a)).toEqual(exported);
    expect(await dropped(a)).toEqual([{ duplicate: 200 }]);
    expect(imbalances([...(await a.ledger()), ...(await b.ledger())])).toEqual([0, 0]);
  });

  it('stands beside another event of the same microsecond', async () => {
    const [a, b] = [open(), open()];
    for (const [store, duration] of [
      [a, 1],
      [b, 2],
    ] as const) {
      store.emit({
        metric: 'state.read',
        atMicros: AT,
        data: { duration_ms: duration },
        source: 'library',
        inferred: false,
      });
    }
    const fromA = await allOf(a);
    await b.drain();

    copyInto(b, fromA);
    expect((await allOf(b)).map(({ atMicros, data }) => [atMicros - AT, data])).toEqual([
      [0, { duration_ms: 2 }],
      [1, { duration_ms: 1 }],
    ]);
    // A later import must look at the moved row, too.
    copyInto(b, fromA);
    expect(await allOf(b)).toHaveLength(2);
  });

  it('differs from one that lacks a field, or has one more', async () => {
    const [a, b] = [open(), open()];
    for (const [store, data] of [
      [a, { duration_ms: 1, file_size_bytes: 0 }],
      [b, { duration_ms: 1 }],
    ] as const) {
      store.emit({ metric: 'state.read', atMicros: AT, data, source: 'library', inferred: false });
    }
    await b.drain();
    copyInto(b, await allOf(a));
    expect((await allOf(b)).map(({ data }) => data)).toEqual([
      { duration_ms: 1 },
      { duration_ms: 1, file_size_bytes: 0 },
    ]);
  });
});

describe('an event that is told again when its detail has expired', () => {
  it('is counted as too old, and changes no rollup', async () => {
    const collector = openMetrics({
      directory: join(temporaryFolder(), '.ai'),
      retention: { rawDays: 1, rollupDays: 400, maxBytes: 1e9 },
    });
    const tell = (): boolean =>
      collector.emit({
        metric: 'state.read',
        atMicros: AT,
        data: { duration_ms: 5 },
        source: 'amicus-state',
        inferred: false,
        identity: 'once',
      });
    tell();
    collector.record('state.read', { duration_ms: 1 });
    await collector.upkeep();
    tell();
    copyInto(collector, [
      {
        ...(await allOf(collector))[0],
        metric: 'state.read',
        atMicros: AT,
        data: {},
        id: `0123456789ab:state.read:${AT}`,
      } as StoredEvent,
    ]);

    const { rows } = await collector.aggregate({ metric: 'state.read', aggregations: ['count', 'sum(duration_ms)'] });
    expect(rows.map(({ values }) => values)).toEqual([{ count: 2, 'sum(duration_ms)': 6 }]);
    expect(await dropped(collector)).toEqual([{ too_old: 2 }]);
    expect(imbalances(await collector.ledger())).toEqual([0]);
  });
});
