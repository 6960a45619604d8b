import type { Chunk, Key } from '../../src/store/columns/chunk.ts';
import type { RolledRows } from '../../src/store/columns/rolled-rows.ts';
import { RollupChunk } from '../../src/store/columns/rollup-chunk.ts';
import { encodeRollup, StoredRollup } from '../../src/store/columns/rollup-codec.ts';
import { type EventTable, toColumn } from '../../src/store/sqlite/rows/event-tables.ts';
import { coded } from './block-columns.ts';

/** A metric with fields of each kind that rollups keep, and one that they do not. */
export const ROLLED_TABLE: EventTable = {
  metricId: 1,
  metric: 'a.b',
  table: '"m_a.b"',
  columns: [
    toColumn(['node_id', 'name', null]),
    toColumn(['task_id', 'id', null]),
    toColumn(['tests', 'count', null]),
    toColumn(['ok', 'flag', null]),
    toColumn(['change', 'delta', null]),
  ],
  declared: [],
};

/** An event as cells: hour of the day, node, ok, tests, change. */
export type PlainEvent = readonly [
  hour: number,
  node: number | null,
  ok: number | null,
  tests: number | null,
  change: number | null,
];

/** Events in order of their hours as a chunk. */
export function chunkOf(events: readonly PlainEvent[]): Chunk {
  const sorted = events.toSorted((a, b) => a[0] - b[0]);
  const cells = (place: 1 | 2): Key[] => sorted.map((event) => event[place]);
  const numbers = (place: 3 | 4): Float64Array => Float64Array.from(sorted, (event) => event[place] ?? Number.NaN);
  const columns: Readonly<Record<string, Key[]>> = { node_id: cells(1), ok: cells(2) };
  const figures: Readonly<Record<string, Float64Array>> = { tests: numbers(3), change: numbers(4) };
  return {
    rows: sorted.length,
    first: 0,
    last: 0,
    times: () => Float64Array.from(sorted, ([hour]) => hour),
    origins: () => coded(sorted.map(() => 1)),
    coded: (name) => coded(columns[name] ?? sorted.map(() => null)),
    numbers: (name) => figures[name] ?? new Float64Array(sorted.length).fill(Number.NaN),
  };
}

/** The rows of each hour, as parts of the chunk of the same events. */
export function hoursOf(events: readonly PlainEvent[]): { bucket: number; lo: number; hi: number }[] {
  const hours = events.map(([hour]) => hour).sort((a, b) => a - b);
  return [...new Set(hours)].map((bucket) => ({
    bucket,
    lo: hours.indexOf(bucket),
    hi: hours.lastIndexOf(bucket) + 1,
  }));
}

export const bytesOf = (rolled: RolledRows): Uint8Array => encodeRollup(rolled, ROLLED_TABLE.columns);

/** What comes back from the bytes of a rollup. */
export const decoded = (bytes: Uint8Array): RollupChunk =>
  new RollupChunk(new StoredRollup(bytes, ROLLED_TABLE.columns), 0);
