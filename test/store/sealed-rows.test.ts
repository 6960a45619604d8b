import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics, type EventData, type MetricsCollector, type StoredEvent } from '../../src/index.ts';
import { MICROS_PER_HOUR } from '../../src/model/range.ts';
import { imbalances } from '../support/recording.ts';
import { storedRows } from '../support/sealed-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const METRIC = 'state.write';
const OLD = Date.now() * 1_000 - 72 * MICROS_PER_HOUR;
const open = (): MetricsCollector => openMetrics({ directory: join(temporaryFolder(), '.ai') });

function tell(collector: MetricsCollector, data: EventData, identity: string, atMicros = OLD): void {
  collector.emit({ metric: METRIC, atMicros, data, source: 'amicus-state', inferred: false, identity });
}

function copyInto(collector: MetricsCollector, events: readonly StoredEvent[]): void {
  for (const { metric, atMicros, data } of events) {
    collector.emit({ metric, atMicros, data, source: 'import', inferred: false, copy: true });
  }
}

const allOf = async (collector: MetricsCollector): Promise<readonly StoredEvent[]> =>
  (await collector.query({ metric: METRIC, limit: 10_000, since: OLD / 1e6 - 7_200 })).events;
const rowsIn = async (collector: MetricsCollector) => storedRows((await collector.stats()).path, METRIC);

/** A collector whose events are all sealed. */
async function sealedHistory(howMany: number): Promise<MetricsCollector> {
  const collector = open();
  for (let i = 0; i < howMany; i++) tell(collector, { node_id: `n${i % 3}`, duration_ms: i }, `w${i}`, OLD + i * 1_000);
  await collector.upkeep();
  expect(await rowsIn(collector)).toMatchObject({ hot: 0, sealed: howMany });
  return collector;
}

describe('a sealed event', () => {
  it('that is told again counts once, and stays sealed when nothing new is told', async () => {
    const collector = await sealedHistory(500);
    const before = await allOf(collector);
    for (let i = 0; i < 500; i++) tell(collector, { node_id: `n${i % 3}` }, `w${i}`, OLD + i * 1_000);
    await collector.drain();
    expect(await rowsIn(collector)).toMatchObject({ hot: 0, sealed: 500 });
    expect(await allOf(collector)).toEqual(before);
    expect((await collector.ledger())[0]?.dropped).toEqual({ duplicate: 500 });
  });

  it('that is told again with more gains it, and is sealed with it', async () => {
    const collector = await sealedHistory(500);
    tell(collector, { node_id: 'n1', file_size_bytes: 77 }, 'w100', OLD + 100 * 1_000);
    tell(collector, { node_id: 'n2', file_size_bytes: 78 }, 'w101', OLD + 101 * 1_000);
    tell(collector, { node_id: 'another', file_size_bytes: 79 }, 'w102', OLD + 102 * 1_000);
    await collector.drain();
    const filled = (await allOf(collector)).filter(({ data }) => data['file_size_bytes'] !== undefined);
    expect(filled.map(({ data }) => data)).toEqual([
      { node_id: 'n1', duration_ms: 100, file_size_bytes: 77 },
      { node_id: 'n2', duration_ms: 101, file_size_bytes: 78 },
    ]);
    await collector.upkeep();
    expect(await rowsIn(collector)).toMatchObject({ hot: 0, sealed: 500 });
    expect((await allOf(collector)).filter(({ data }) => data['file_size_bytes'] !== undefined)).toEqual(filled);
    const { rows } = await collector.aggregate({
      metric: METRIC,
      aggregations: ['count', 'sum(file_size_bytes)'],
      since: OLD / 1e6 - 7_200,
    });
    expect(rows.map(({ values }) => values)).toEqual([{ count: 500, 'sum(file_size_bytes)': 155 }]);
    expect(imbalances(await collector.ledger())).toEqual([0]);
  });

  it('is known when its export is imported, there and after a detour', async () => {
    const [a, b] = [await sealedHistory(300), open()];
    const exported = await allOf(a);
    copyInto(b, exported);
    await b.upkeep();
    expect(await rowsIn(b)).toMatchObject({ hot: 0, sealed: 300 });
    copyInto(b, exported);
    copyInto(a, await allOf(b));
    expect((await allOf(b)).map(({ atMicros, data }) => [atMicros, data])).toEqual(
      exported.map(({ atMicros, data }) => [atMicros, data]),
    );
    expect(await allOf(a)).toEqual(exported);
    expect(imbalances([...(await a.ledger()), ...(await b.ledger())])).toEqual([0, 0]);
  });

  it('never shares its time with a later one of the same microsecond', async () => {
    const collector = await sealedHistory(3);
    for (let i = 0; i < 1_500; i++) tell(collector, { duration_ms: i }, `x${i}`, OLD);
    await collector.drain();
    const events = await allOf(collector);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1_503);
    expect(events.map(({ atMicros }) => atMicros - OLD)).toContain(1_000);
  });
});

describe('an old history that is imported after sealing', () => {
  it('counts once, however often, and is merged with what was there', async () => {
    const collector = await sealedHistory(400);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 400; i++)
        tell(collector, { node_id: 'h', duration_ms: i }, `h${i}`, OLD - 200_500 + i * 1_000);
      await collector.upkeep();
      const { hot, sealed, blocks } = await rowsIn(collector);
      expect([hot, sealed, blocks.length]).toEqual([0, 800, 1]);
    }
    expect(await allOf(collector)).toHaveLength(800);
  });
});
