import { join } from 'node:path';
import { forgetRequestOf } from '../../src/analysis/insights/forget-request.ts';
import { defineMetric, type Metric } from '../../src/metrics/define-metric.ts';
import type { IncomingEvent, StoredEvent } from '../../src/model/event.ts';
import { count, id, name, names } from '../../src/model/field.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { findBytes } from './byte-search.ts';
import { NOW_MICROS, sample, SAMPLE } from './sample-events.ts';
import { openBench, type StoreBench } from './sqlite-stores.ts';
import { storedNames } from './stored-names.ts';

/** Names that are in no other bytes. */
export const NODE = 'Node-Q7ZK4W';
export const TASK = 'task-x9v2k7ffp';
export const SESSION = '5e55a0de-77aa-4b1f-9c3e-facade5e5510';

/** A metric in which names stand in every place there is. */
export const HELD = defineMetric({
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
/** All three are to be forgotten. */
export const REQUEST = forgetRequestOf({ nodes: [NODE], tasks: [TASK], sessions: [SESSION] });

/** An event of it. */
export const held = (
  atMicros: number,
  data: IncomingEvent['data'],
  more: Partial<IncomingEvent> = {},
): IncomingEvent => ({
  ...sample(atMicros, data, more),
  metric: HELD.name,
});

/** Whether an event is about what is to be forgotten. */
export const isMeant = ({ data }: Pick<IncomingEvent, 'data'>): boolean =>
  data['node_id'] === NODE ||
  data['task_id'] === TASK ||
  data['session_id'] === SESSION ||
  String(data['finding_id']).endsWith(`/node/${NODE}`);

/** What is to be left of an event. */
export function without(event: StoredEvent): StoredEvent {
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

/**
 * Three days of two metrics in which what is to be forgotten stands among others, in every place there is. There are so
 * many names that most are sealed; the session's is not.
 */
export function history(): IncomingEvent[] {
  const start = NOW_MICROS - 3 * MICROS_PER_DAY;
  return Array.from({ length: 6_000 }, (_, i) => {
    const at = start + i * 40_000_000;
    const node = i % 7 === 0 ? NODE : `Node-${i % 5}`;
    const task = i % 11 === 0 ? TASK : `task-${i}`;
    if (i % 2 === 0) return sample(at, { node_id: node, task_id: task, tests: i, files: ['a.ts', `f${i % 9}.ts`] });
    return held(
      at,
      {
        node_id: node,
        task_id: task,
        size_bytes: i,
        note: `n${i % 3}`,
        ...(i % 13 === 1 && i > 5_200 && { session_id: SESSION }),
        ...(i % 5 === 1 && { waited_for_node_id: i % 2 === 1 ? NODE : 'Node-1' }),
        ...(i % 3 === 1 && { with_nodes: ['Node-2', NODE, 'Node-3'] }),
        ...(i % 17 === 1 && { finding_id: `lock_contention/node/${i % 2 === 1 ? NODE : 'Node-1'}` }),
      },
      { identity: `held-${i}` },
    );
  });
}

export async function allEvents(store: SqliteStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const { name: metric } of METRICS) {
    const range = { fromMicros: 0, toMicros: 2 * NOW_MICROS };
    for await (const batch of store.scan({ metric, range, filters: [], order: 'oldest_first' })) events.push(...batch);
  }
  return events;
}

/** Where the names stand in the bytes of the folder, and in what the store makes of compressed ones. */
export async function traces({ directory, store }: StoreBench, texts = [NODE, TASK, SESSION]): Promise<string[]> {
  const inAnswers = JSON.stringify(await allEvents(store));
  const named = JSON.stringify(storedNames(join(directory, 'metrics.db')));
  return texts.flatMap((text) => [
    ...findBytes(directory, text),
    ...(inAnswers.includes(text) ? [`answers: ${text}`] : []),
    ...(named.includes(text) ? [`names: ${text}`] : []),
  ]);
}

/** A store of three days, most of it sealed, with some in the typed tables. */
export async function filled(): Promise<StoreBench> {
  const bench = await openBench(undefined, METRICS);
  const events = history();
  await bench.put(events.slice(0, -200));
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  await bench.put(events.slice(-200));
  return bench;
}
