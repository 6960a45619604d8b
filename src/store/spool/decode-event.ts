import { EVENT_PREFIX_BYTES, EVENTS_PREFIX_BYTES, type Frame, HAS_IDENTITY, IS_COPY } from './frame.ts';
import type { Definitions, SpooledMetric } from './definitions.ts';

/** An event as it lies in the spool: names are numbers of definitions of its file. */
export type SpooledEvent = {
  readonly metric: SpooledMetric;
  /** Number of the origin's definition. */
  readonly origin: number;
  readonly atMicros: number;
  /** 63 bits of a hash of what the event was derived from. */
  readonly identity: bigint | undefined;
  /** It comes from an export: one that equals a row at its time is that row. */
  readonly isCopy: boolean;
  /** By field index of the metric: steps of numbers, numbers of strings, 0 or 1 of flags, lists of numbers of strings. */
  readonly values: readonly (number | readonly number[] | undefined)[];
};

/** 63 bits: what SQLite keeps as a positive integer. */
const IDENTITY_BITS = 0x7fff_ffff_ffff_ffffn;

/**
 * Decode the events of a frame whose checksum holds, and append them to `into`: all of them, or none.
 *
 * @throws RangeError for what no writer of ours writes.
 */
export function decodeEvents(buffer: Buffer, frame: Frame, definitions: Definitions, into: SpooledEvent[]): void {
  const before = into.length;
  try {
    decodeEach(buffer.subarray(0, frame.end), frame, definitions, into);
  } catch (cause) {
    into.length = before;
    throw cause;
  }
}

function decodeEach(buffer: Buffer, frame: Frame, definitions: Definitions, into: SpooledEvent[]): void {
  const sequence = buffer.readDoubleLE(frame.start + 1);
  const count = buffer.readUInt32LE(frame.start + 9);
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new RangeError('a sequence number that is none');
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  let at = frame.start + EVENTS_PREFIX_BYTES;
  for (let i = 0; i < count; i++) {
    const metric = definitions.metrics[view.getUint16(at, true)];
    if (metric === undefined) throw new RangeError('an event of a metric that its file does not define');
    const origin = view.getUint16(at + 2, true);
    if (origin >= definitions.origins.length)
      throw new RangeError('an event of an origin that its file does not define');
    const atMicros = view.getFloat64(at + 4, true);
    if (!Number.isSafeInteger(atMicros)) throw new RangeError('a time that is none');
    const flags = view.getUint8(at + 12);
    const fieldCount = view.getUint8(at + 13);
    at += EVENT_PREFIX_BYTES;
    let identity: bigint | undefined;
    if (flags & HAS_IDENTITY) {
      identity = view.getBigUint64(at, true) & IDENTITY_BITS;
      at += 8;
    }
    const values: (number | readonly number[] | undefined)[] = [];
    for (let index = 0; index < metric.fields.length; index++) values.push(undefined);
    for (let n = 0; n < fieldCount; n++) {
      const index = view.getUint8(at);
      at += 1;
      switch (metric.fields[index]?.[1]) {
        case undefined:
          throw new RangeError('a field that its metric does not declare');
        case 'count':
        case 'delta':
        case 'measure':
          values[index] = view.getFloat64(at, true);
          if (!Number.isSafeInteger(values[index])) throw new RangeError('a number that is none');
          at += 8;
          break;
        case 'flag':
          values[index] = view.getUint8(at);
          at += 1;
          break;
        case 'names': {
          const length = view.getUint16(at, true);
          at += 2;
          const list: number[] = [];
          for (let k = 0; k < length; k++) list.push(textNumber(view.getUint32(at + 4 * k, true), definitions));
          at += 4 * length;
          values[index] = list;
          break;
        }
        default:
          values[index] = textNumber(view.getUint32(at, true), definitions);
          at += 4;
      }
    }
    into.push({ metric, origin, atMicros, identity, isCopy: (flags & IS_COPY) !== 0, values });
  }
}

function textNumber(number: number, { texts }: Definitions): number {
  if (number >= texts.length) throw new RangeError('a name that its file does not define');
  return number;
}
