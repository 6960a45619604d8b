import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../private-file.ts';
import type { KeptSeries } from './cumulative-series.ts';

/** What became of what one client sent, since the record began. */
export type ClientCounts = {
  requests: number;
  /** Log records, data points and spans that were understood. */
  records: number;
  /** Events that were made of them; the store then counts those it had already. */
  events: number;
  /** Moment of the last request, in microseconds. */
  lastMicros: number;
  /** What was left out, by reason: `rejected.<why>` and the words of `LEFT_OUT`. */
  left: Record<string, number>;
};

/** Why something that was understood is not kept. */
export const LEFT_OUT = {
  private_attribute: 'attributes with content or personal data',
  unlisted_attribute: 'attributes that nothing is read from',
  unused_record: 'records that say nothing that is kept',
  unknown_event: 'events of a name that is not known',
  repeated_point: 'data points that were told before or came late',
} as const;

/** What the receiver keeps between runs, and what `amicus-metrics sources` reads. */
export type ReceiverRecord = {
  readonly version: 1;
  /** Where it listens, while it does. */
  readonly listening: string | undefined;
  readonly clients: Readonly<Record<string, ClientCounts>>;
  /** Requests that were refused, by HTTP status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly series: KeptSeries;
};

const FILE_NAME = 'otlp.state.json';
/** Some forty bytes for each series, and there is a bound on these. */
const MAX_BYTES = 8 * 1024 * 1024;

export const EMPTY_RECORD: ReceiverRecord = { version: 1, listening: undefined, clients: {}, refused: {}, series: [] };

const pathIn = (metricsDirectory: string): string => join(metricsDirectory, FILE_NAME);

/** What a receiver of this folder kept. Undefined without one; `unreadable` for a file that cannot be understood. */
export function readReceiverRecord(metricsDirectory: string): ReceiverRecord | 'unreadable' | undefined {
  const path = pathIn(metricsDirectory);
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isFile() || stats.size > MAX_BYTES) return 'unreadable';
    return checked(JSON.parse(readFileSync(path, 'utf8'))) ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Makes the folder for the record, where events are about to be the first to lie. Nothing where something has its name. */
export function makeFolder(metricsDirectory: string): void {
  try {
    mkdirSync(metricsDirectory, { mode: 0o700 });
  } catch {
    // It is there, or cannot be: whoever writes into it says so.
  }
}

/** Replaces what is kept, in one step. False when it cannot be written. */
export function writeReceiverRecord(metricsDirectory: string, record: ReceiverRecord): boolean {
  return writePrivateFile(pathIn(metricsDirectory), JSON.stringify(record), 'replace');
}

function checked(value: unknown): ReceiverRecord | undefined {
  const record = value as Partial<ReceiverRecord> | null;
  if (typeof record !== 'object' || record?.version !== 1 || !Array.isArray(record.series)) return undefined;
  const series = (record.series as readonly unknown[]).filter((entry): entry is KeptSeries[number] => isSeries(entry));
  // From entries, because a client may call itself `__proto__`.
  const clients = Object.fromEntries(
    Object.entries(record.clients ?? {}).map(([client, counts]) => [client, checkedCounts(counts)]),
  );
  const listening = typeof record.listening === 'string' ? record.listening : undefined;
  return { version: 1, listening, clients, refused: checkedNumbers(record.refused), series };
}

function isSeries(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [key, atMicros, value, unsure = [], ...more] = entry as readonly unknown[];
  return (
    typeof key === 'string' &&
    Number.isFinite(atMicros) &&
    Number.isFinite(value) &&
    Array.isArray(unsure) &&
    unsure.every((point) => isKeptPoint(point)) &&
    more.length === 0
  );
}

function isKeptPoint(point: unknown): boolean {
  if (!Array.isArray(point)) return false;
  const [atMicros, value, toldAs] = point as readonly unknown[];
  return Number.isFinite(atMicros) && Number.isFinite(value) && typeof toldAs === 'string' && point.length === 3;
}

function checkedCounts(counts: Partial<ClientCounts>): ClientCounts {
  const number = (given: unknown): number => (Number.isSafeInteger(given) ? Number(given) : 0);
  return {
    requests: number(counts.requests),
    records: number(counts.records),
    events: number(counts.events),
    lastMicros: number(counts.lastMicros),
    left: checkedNumbers(counts.left),
  };
}

function checkedNumbers(given: unknown): Record<string, number> {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return Object.fromEntries(entries.filter(([, count]) => Number.isSafeInteger(count)) as [string, number][]);
}
