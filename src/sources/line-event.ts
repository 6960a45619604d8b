import { type EventData, type IncomingEvent, type SourceName, SOURCES } from '../model/event.ts';
import { isEventId } from '../model/identity-hash.ts';
import { MICROS_PER_SECOND } from '../model/range.ts';

/** Why a line holds no event. */
export const LINE_PROBLEMS = ['not_json', 'line_too_long', 'not_an_object', 'no_metric', 'no_time'] as const;
export type LineProblem = (typeof LINE_PROBLEMS)[number];

type ParsedLine = Readonly<Record<string, unknown>>;

/** What describes the event itself where its fields stand beside it, as in `{"metric": …, "timestamp": …, "node_id": …}`. */
const NOT_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'metric',
  'timestamp',
  'at_micros',
  'source',
  'inferred',
  'cluster',
  'data',
  // An own property of that name is legal JSON; assigning it would exchange an object's prototype instead.
  '__proto__',
]);
const SOURCE_NAMES: ReadonlySet<string> = new Set(SOURCES);

/**
 * The event that a line holds, apart from its identity. Two forms are read: that of `amicus-metrics export`, with the
 * fields under `data` (an object, or JSON text as a database dump has it), and the flat one with the fields beside
 * `metric` and `timestamp`.
 */
export function parseEventLine(line: string): IncomingEvent | LineProblem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return 'not_json';
  }
  if (!isObject(parsed)) return 'not_an_object';
  const { metric, source, cluster, id } = parsed;
  if (typeof metric !== 'string') return 'no_metric';
  const atMicros = momentOf(parsed);
  if (atMicros === undefined) return 'no_time';
  const data = dataOf(parsed);
  if (data === undefined) return 'not_an_object';
  const copy = isEventId(id, metric, atMicros);
  return {
    metric,
    atMicros,
    data,
    source: typeof source === 'string' && SOURCE_NAMES.has(source) ? (source as SourceName) : 'import',
    // SQLite has no booleans: 1 is how it writes true.
    inferred: parsed['inferred'] === true || parsed['inferred'] === 1,
    cluster: typeof cluster === 'string' ? cluster : undefined,
    identity: typeof id === 'string' && id !== '' && !copy ? id : undefined,
    copy,
  };
}

/** Exact microseconds, else seconds as a float, else an ISO time. */
function momentOf({ at_micros: micros, timestamp }: ParsedLine): number | undefined {
  if (typeof micros === 'number' && Number.isSafeInteger(micros)) return micros;
  if (typeof timestamp === 'number') return Math.round(timestamp * MICROS_PER_SECOND);
  if (typeof timestamp !== 'string') return undefined;
  const millis = Date.parse(timestamp);
  return Number.isNaN(millis) ? undefined : millis * 1_000;
}

function dataOf(parsed: ParsedLine): EventData | undefined {
  const { data, node_id: nodeId } = parsed;
  if (data === undefined || data === null) return flatFields(parsed);
  const fields = typeof data === 'string' ? parseObject(data) : data;
  if (!isObject(fields)) return undefined;
  // Values are what JSON has; those that no field can hold are refused and counted where all others are.
  const present = withoutNulls(fields) as EventData;
  return typeof nodeId === 'string' && present['node_id'] === undefined ? { ...present, node_id: nodeId } : present;
}

function flatFields(parsed: ParsedLine): EventData {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(parsed)) if (!NOT_FIELDS.has(key)) fields[key] = parsed[key];
  return withoutNulls(fields) as EventData;
}

/** Null is how JSON says absent. */
function withoutNulls(fields: ParsedLine): ParsedLine {
  for (const key in fields) {
    if (fields[key] === null) return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  }
  return fields;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is ParsedLine =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The line without what JSON documents put around an event: brackets on lines of their own, a comma behind it. */
export function withoutFrame(written: string): string {
  if (written.startsWith('{') && written.endsWith('}')) return written;
  const line = written.trim();
  if (line === '[' || line === ']' || line === '[]') return '';
  return line.endsWith(',') ? line.slice(0, -1) : line;
}
