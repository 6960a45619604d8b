import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { defineMetric, type Metric } from '../../src/metrics/define-metric.ts';
import { count, id, name, names } from '../../src/model/field.ts';
import type { IncomingEvent, StoredEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import { forgetRequestOf } from '../../src/analysis/insights/forget-request.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { findBytes } from '../support/byte-search.ts';
import { imbalances } from '../support/recording.ts';
import { NOW_MICROS, sample, SAMPLE } from '../support/sample-events.ts';
import { storedRows } from '../support/sealed-blocks.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

/** Names that are in no other bytes. */
const NODE = 'Node-Q7ZK4W';
const TASK = 'task-x9v2k7ffp';
const SESSION = '5e55a0de-77aa-4b1f-9c3e-facade5e5510';

const HELD = defineMetric({
  name: 'lock.held',
  category: 'custom',
  doc: 'Who waited for whom.',
  fields: {
    waited_for_node_id: name('Whom it waited for.'),
    task_id: id('For what.'),
    session_id: id('In which session.'),
    with_nodes: names('Who else was there.'),
    finding_id: id('What came of it.'),
    note: name('A word.'),
    size_bytes: count('How large.'),
  },
}) as Metric;
const METRICS = [SAMPLE, HELD];
const EVERYTHING = { nodes: [NODE], tasks: [TASK], sessions: [SESSION] };
const REQUEST = forgetRequestOf(EVERYTHING);

const held = (atMicros: number, data: IncomingEvent['data'], more: Partial<IncomingEvent> = {}): IncomingEvent => ({
  ...sample(atMicros, data, more),
  metric: HELD.name,
});

/** Whether an event is about what is to be forgotten. */
const isMeant = ({ data }: Pick<IncomingEvent, 'data'>): boolean =>
  data['node_id'] === NODE ||
  data['task_id'] === TASK ||
  data['session_id'] === SESSION ||
  String(data['finding_id']).endsWith(`/node/${NODE}`);

/** What is to be left of an event. */
function without(event: StoredEvent): StoredEvent {
  const { waited_for_node_id: waitedFor, with_nodes: others, ...data } = event.data;
  return {
    ...event,
    data: {
      ...data,
      ...(waitedFor !== undefined && waitedFor !== NODE && { waited_for_node_id: waitedFor }),
      ...(Array.isArray(others) && { with_nodes: others.filter((one) => one !== NODE) }),
    },
  };
}

/** Three days of two metrics in which what is to be forgotten stands among others, in every place there is. */
function history(): IncomingEvent[] {
  const start = NOW_MICROS - 3 * MICROS_PER_DAY;
  return Array.from({ length: 6_000 }, (_, i) => {
    const at = start + i * 40_000_000;
    const node = i % 7 === 0 ? NODE : `Node-${i % 5}`;
    const task = i % 11 === 0 ? TASK : `task-${i % 50}`;
    if (i % 2 === 0) return sample(at, { node_id: node, task_id: task, tests: i, files: ['a.ts', `f${i % 9}.ts`] });
    return held(
      at,
      {
        node_id: node,
        task_id: task,
        size_bytes: i,
        note: `n${i % 3}`,
        ...(i % 13 === 1 && { session_id: SESSION }),
        ...(i % 5 === 1 && { waited_for_node_id: i % 2 === 1 ? NODE : 'Node-1' }),
        ...(i % 3 === 1 && { with_nodes: ['Node-2', NODE, 'Node-3'] }),
        ...(i % 17 === 1 && { finding_id: `lock_contention/node/${i % 2 === 1 ? NODE : 'Node-1'}` }),
      },
      { identity: `held-${i}` },
    );
  });
}

async function allEvents(store: SqliteStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const { name: metric } of METRICS) {
    const range = { fromMicros: 0, toMicros: 2 * NOW_MICROS };
    for await (const batch of store.scan({ metric, range, filters: [], order: 'oldest_first' })) events.push(...batch);
  }
  return events;
}

/** Where the names stand in the bytes of the folder, and in what the store makes of compressed ones. */
async function traces({ directory, store }: StoreBench, texts = [NODE, TASK, SESSION]): Promise<string[]> {
  const inAnswers = JSON.stringify(await allEvents(store));
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  const named = JSON.stringify(db.prepare('SELECT s FROM dict').all());
  db.close();
  return texts.flatMap((text) => [
    ...findBytes(directory, text),
    ...(inAnswers.includes(text) ? [`answers: ${text}`] : []),
    ...(named.includes(text) ? [`names: ${text}`] : []),
  ]);
}

/** A store of three days, most of it sealed, with some in the typed tables. */
async function filled(): Promise<StoreBench> {
  const bench = await openBench(undefined, METRICS);
  const events = history();
  await bench.put(events.slice(0, -200));
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  await bench.put(events.slice(-200));
  return bench;
}

describe('what is forgotten', () => {
  it('is in no byte of any file, and everything else is as it was', { timeout: 60_000 }, async () => {
    const bench = await filled();
    const { store, directory } = bench;
    const before = await allEvents(store);
    const path = join(directory, 'metrics.db');
    expect(storedRows(path, SAMPLE.name)).toMatchObject({ sealed: expect.any(Number), hot: expect.any(Number) });
    expect(storedRows(path, HELD.name).sealed).toBeGreaterThan(2_000);
    expect(storedRows(path, HELD.name).hot).toBeGreaterThan(50);
    // The spool's file of this process, the database and its answers: so this very search finds what is there.
    const found = await traces(bench);
    for (const place of ['answers', 'names', 'metrics.db', '.spool']) {
      expect(found.filter((trace) => trace.includes(place))).not.toEqual([]);
    }
    await bench.endSpool();
    const gone = before.filter(isMeant);
    const report = await store.forget(REQUEST, 'remove');
    expect(report.state).toBe('erased');
    expect(report.metrics.reduce((sum, { events }) => sum + events, 0)).toBe(gone.length);
    expect([report.kept, report.spoolFiles, report.otherFiles]).toEqual([[], [], []]);

    expect(await traces(bench)).toEqual([]);
    expect(await allEvents(store)).toEqual(before.filter((event) => !isMeant(event)).map(without));
    const ledger = await store.ledger();
    expect(imbalances(ledger)).toEqual([0]);
    expect(ledger[0]?.dropped).toEqual({ forgotten: gone.length });
    expect((await store.stats()).events).toBe(before.length - gone.length);
    // Also when it is looked for once more, and after the next upkeep.
    expect((await store.forget(REQUEST, 'look')).metrics).toEqual([]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await traces(bench)).toEqual([]);
  });
});
