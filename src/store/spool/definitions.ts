import { DROP_REASONS, type DropReason, type SourceName } from '../../model/event.ts';
import { FIELD_KINDS, type FieldKind, type Unit, UNITS } from '../../model/field.ts';
import { DEFINITION_KIND, type Frame } from './frame.ts';
import type { SegmentHeader } from './spool-folder.ts';

/** A metric as its producer declared it. */
export type SpooledMetric = {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, kind: FieldKind, unit: Unit | null])[];
};
export type SpooledOrigin = { readonly source: SourceName; readonly inferred: boolean; readonly cluster: string };

/** What a file has defined so far; positions are the numbers used in events. */
export type Definitions = {
  readonly texts: string[];
  readonly metrics: SpooledMetric[];
  readonly origins: SpooledOrigin[];
};

/** Running totals of drops, as the producer tells them. */
export type SpooledCounts = Readonly<Partial<Record<DropReason, number>>>;

/** Wider than what this version writes, so that a newer one's names pass; no quote or control character does. */
const METRIC_NAME = /^[a-z][a-z0-9_]{0,62}(\.[a-z0-9_]{1,62}){0,5}$/;
const FIELD_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const SOURCE = /^[a-z][a-z0-9-]{0,31}$/;
const PRODUCER = /^[\w-]{1,64}$/;
/** Columns that every table has. */
const TAKEN_NAMES = ['t', 'o'];

/*
 * A file may be damaged where its checksum still holds, or be made by somebody else to do harm. Nothing of it reaches
 * SQL, the process table or the screen that does not have the form written here.
 */

/** The version of the file format, from the first frame; `undefined` when it is none. */
export function parseVersion(buffer: Buffer, frame: Frame): number | undefined {
  const { version } = (parse(textOf(buffer, frame)) ?? {}) as { version?: unknown };
  return typeof version === 'number' ? version : undefined;
}

/** Who writes a file of version 1; `undefined` when the frame does not say. */
export function parseHeader(buffer: Buffer, frame: Frame): SegmentHeader | undefined {
  const header = parse(textOf(buffer, frame)) as Partial<Record<keyof SegmentHeader, unknown>> | undefined;
  if (typeof header !== 'object' || header === null) return undefined;
  const { version, producer, pid, processStart, pidSpace, host, startedMicros } = header;
  const isGood =
    version === 1 &&
    typeof producer === 'string' &&
    PRODUCER.test(producer) &&
    Number.isSafeInteger(pid) &&
    Number(pid) > 0 &&
    (processStart === undefined || typeof processStart === 'string') &&
    (pidSpace === undefined || typeof pidSpace === 'string') &&
    typeof host === 'string' &&
    Number.isSafeInteger(startedMicros);
  return isGood ? (header as SegmentHeader) : undefined;
}

/** @throws RangeError for what no writer of ours writes. */
export function parseCounts(buffer: Buffer, frame: Frame): SpooledCounts {
  const told = parse(textOf(buffer, frame));
  if (typeof told !== 'object' || told === null) throw new RangeError('counts that are none');
  return Object.fromEntries(
    Object.entries(told).filter(
      ([reason, total]) => DROP_REASONS.has(reason) && Number.isSafeInteger(total) && Number(total) >= 0,
    ),
  );
}

/**
 * Take in the definitions of a frame.
 *
 * @throws RangeError for what no writer of ours writes.
 */
export function addDefinitions(buffer: Buffer, frame: Frame, into: Definitions): void {
  let at = frame.start + 1;
  while (at < frame.end) {
    const kind = buffer[at];
    const start = at + 3;
    const end = start + buffer.readUInt16LE(at + 1);
    if (end > frame.end) throw new RangeError('a definition longer than its frame');
    const text = buffer.toString('utf8', start, end);
    if (kind === DEFINITION_KIND.text) into.texts.push(text);
    else if (kind === DEFINITION_KIND.metric) into.metrics.push(metricOf(text));
    else if (kind === DEFINITION_KIND.origin) into.origins.push(originOf(text));
    else throw new RangeError('a definition of an unknown kind');
    at = end;
  }
}

function metricOf(text: string): SpooledMetric {
  const { name, fields } = (parse(text) ?? {}) as { name?: unknown; fields?: unknown };
  const isField = (field: unknown): boolean =>
    Array.isArray(field) &&
    FIELD_NAME.test(String(field[0])) &&
    !TAKEN_NAMES.includes(String(field[0])) &&
    FIELD_KINDS.includes(field[1] as FieldKind) &&
    (field[2] === null || UNITS.includes(field[2] as Unit));
  if (typeof name !== 'string' || !METRIC_NAME.test(name) || !Array.isArray(fields) || !fields.every(isField)) {
    throw new RangeError('a metric that is none');
  }
  if (new Set(fields.map((field) => String((field as unknown[])[0]))).size !== fields.length) {
    throw new RangeError('a metric with a field twice');
  }
  return { name, fields: fields as SpooledMetric['fields'] };
}

function originOf(text: string): SpooledOrigin {
  const { source, inferred, cluster } = (parse(text) ?? {}) as Partial<Record<keyof SpooledOrigin, unknown>>;
  if (!SOURCE.test(String(source)) || typeof inferred !== 'boolean' || typeof cluster !== 'string') {
    throw new RangeError('an origin that is none');
  }
  return { source: source as SourceName, inferred, cluster };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textOf = (buffer: Buffer, frame: Frame): string => buffer.toString('utf8', frame.start + 1, frame.end);
