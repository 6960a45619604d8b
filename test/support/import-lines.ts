import { Readable } from 'node:stream';

import { openMetrics } from '../../src/metrics-collector.ts';
import type { Clock } from '../../src/model/clock.ts';
import { importFile, type ImportedFile } from '../../src/surfaces/export/import-events.ts';
import { EVERY_KIND } from './every-kind.ts';
import { imbalances } from './recording.ts';
import { seededRandom } from './seeded-random.ts';

/** When the lines begin. */
export const LINES_FROM_MICROS = Date.UTC(2026, 0, 7, 6) * 1_000;

type Written = Readonly<Record<string, unknown>>;

/** A line of each kind that an import must not take for granted, at a moment; `[]` none at all. */
const STRANGE: readonly ((at: number) => readonly (Written | string)[])[] = [
  () => ['not json', '', '[', '{"metric":"state.read"}'],
  (at) => [{ metric: 'state.read', at_micros: at, data: { duration_ms: 'x', node_id: 'n' } }],
  (at) => [{ metric: 'state.read', at_micros: at, data: { duration_ms: -1, file_size_bytes: 1.5, stranger: 1 } }],
  (at) => [{ metric: 'nobody.knows', at_micros: at, data: {} }],
  (at) => [{ metric: 'state.read', at_micros: at, data: { node_id: `sk-${'a'.repeat(40)}`, duration_ms: 1 } }],
  (at) => [{ metric: 'state.read', at_micros: at, data: { node_id: 'Nödé', duration_ms: 2 } }],
  (at) => [{ metric: 'state.read', at_micros: 7, data: { duration_ms: at % 7 } }],
  (at) => [{ metric: 'state.read', at_micros: at * 2, data: { duration_ms: 1 } }],
  (at) => Array.from({ length: 3 }, () => ({ metric: 'state.read', at_micros: at, data: { duration_ms: 9 } })),
  (at) => [0, 1, 0, 2].map((n) => ({ metric: 'state.read', at_micros: at, data: { duration_ms: n } })),
  (at) => [{ id: `request-${at % 50}`, metric: 'state.read', at_micros: at, data: { duration_ms: 3 } }],
  (at) => [{ metric: EVERY_KIND.name, at_micros: at, some_names: ['a', 'b'.repeat(300)], an_id: '' }],
  (at) => [{ metric: EVERY_KIND.name, timestamp: new Date(at / 1_000).toISOString(), data: '{"a_count":1}' }],
  (at) => [{ metric: EVERY_KIND.name, at_micros: at, data: { a_flag: 1, a_word: 'blue', a_delta: null } }],
];

/** So many moments of lines of some metrics, in order of time; every so many of them are strange. */
export function linesOf({ moments, seed, strange = 0 }: { moments: number; seed: number; strange?: number }): string {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const lines: string[] = [];
  let at = LINES_FROM_MICROS;
  for (let moment = 0; moment < moments; moment++) {
    at += 50 + whole(500_000);
    if (random() < strange) {
      for (const line of STRANGE[whole(STRANGE.length)]?.(at) ?? []) {
        lines.push(typeof line === 'string' ? line : JSON.stringify(line));
      }
      continue;
    }
    const node_id = `Node-${whole(9)}`;
    const kind = whole(10);
    const rest = kind < 5 ? { metric: 'state.read', data: read(node_id, whole) } : everyKind(node_id, kind, whole);
    const form = whole(4);
    if (form === 0) lines.push(JSON.stringify({ timestamp: at / 1e6, node_id, ...rest }));
    else if (form === 1) lines.push(JSON.stringify({ metric: rest.metric, timestamp: at / 1e6, ...rest.data }));
    else {
      const id = `0123456789ab:${rest.metric}:${at}`;
      const source = whole(2) === 0 ? 'otlp' : 'library';
      const cluster = whole(2) === 0 ? 'east' : undefined;
      lines.push(JSON.stringify({ id, at_micros: at, source, inferred: form === 2, cluster, ...rest }));
    }
  }
  return lines.join('\n');
}

const read = (node_id: string, whole: (below: number) => number) => ({
  node_id,
  duration_ms: whole(1e6) / 1e3,
  ...(whole(3) === 0 ? {} : { file_size_bytes: whole(1e5) }),
});

const everyKind = (node_id: string, kind: number, whole: (below: number) => number) => ({
  metric: EVERY_KIND.name,
  data: {
    ...(kind === 5 ? {} : { node_id }),
    an_id: `task-${whole(1e5)}`,
    a_word: whole(2) === 0 ? 'red' : 'green',
    a_flag: whole(2) === 0,
    ...(kind < 8 ? {} : { a_delta: whole(100) - 50, a_measure_ms: whole(1e9) / 1e3 }),
    ...(kind === 9 ? { some_names: [`src/${whole(20)}.ts`, 'README.md'] } : {}),
  },
});

/** What an import of a text says, told alike whichever way it went. */
export async function importText(
  directory: string,
  text: string,
  bulkAfterLines: number,
  clock?: Clock,
): Promise<Omit<ImportedFile, 'findings'> & { readonly findings: unknown }> {
  const collector = openMetrics({ directory, metrics: [EVERY_KIND], ...(clock && { clock }) });
  try {
    const bytes = Buffer.from(text);
    const chunks = function* (): Generator<Buffer> {
      for (let at = 0; at < bytes.length; at += 100_000) yield Buffer.from(bytes.subarray(at, at + 100_000));
    };
    const stdin = Readable.from(chunks());
    const imported = await importFile(collector, { path: undefined, stdin, bulkAfterLines });
    return { ...imported, findings: Object.fromEntries(imported.findings) };
  } finally {
    await collector.close();
  }
}

/** What a store holds, apart from its own id, and by how much each ledger that is not even is off. */
export type Content = { readonly events: readonly string[]; readonly sums: unknown; readonly imbalances: number[] };

export async function contentOf(directory: string, clock?: Clock): Promise<Content> {
  const collector = openMetrics({ directory, metrics: [EVERY_KIND], ...(clock && { clock }) });
  try {
    const events: string[] = [];
    for (const { name } of await collector.storedMetrics()) {
      for await (const batch of collector.events({ metric: name })) {
        for (const event of batch) events.push(JSON.stringify({ ...event, id: '' }));
      }
    }
    const sums = await collector.totals([
      { metric: 'state.read', sums: ['duration_ms', 'file_size_bytes'], groupBy: ['node_id'], distributions: [] },
    ]);
    return { events, sums, imbalances: imbalances(await collector.ledger()).filter((difference) => difference !== 0) };
  } finally {
    await collector.close();
  }
}

/** The first few events that only one of two stores has, and everything else in which they differ. */
export function differences(one: Content, other: Content): unknown {
  const only = (these: Content, those: Content): readonly string[] => {
    const there = new Set(those.events);
    return these.events.filter((event) => !there.has(event)).slice(0, 3);
  };
  const same = JSON.stringify(one.sums) === JSON.stringify(other.sums) && one.events.length === other.events.length;
  const [first, second] = [only(one, other), only(other, one)];
  const isEven = one.imbalances.length + other.imbalances.length === 0;
  return same && isEven && first.length + second.length === 0
    ? []
    : [first, second, one.events.length, other.events.length, one.imbalances, other.imbalances, one.sums, other.sums];
}
