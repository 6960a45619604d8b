import { crc32 } from 'node:zlib';

/**
 * A spool file is a row of frames: length (u32), CRC-32 of the payload (u32), payload. All numbers are little-endian.
 * The first byte of a payload is its kind. A reader stops at the first frame that is short or fails its checksum:
 * what follows cannot be trusted, and it may be a frame that is being written.
 */
export const FRAME_HEADER_BYTES = 8;

export const FRAME_KIND = {
  /** JSON: who writes this file. Always the first frame. */
  header: 1,
  /** Strings, metrics and origins, numbered from 0 in order of appearance, before their first use. */
  definitions: 2,
  /** Sequence number of the first event (f64), number of events (u32), events. */
  events: 3,
  /** JSON: running totals of what was dropped, by reason. */
  counts: 4,
  /** Nothing follows: the file was closed. */
  end: 5,
} as const;

/** Kind, first sequence number, number of events. */
export const EVENTS_PREFIX_BYTES = 1 + 8 + 4;

/** One definition: kind (u8), length (u16), UTF-8. */
export const DEFINITION_KIND = { text: 1, metric: 2, origin: 3 } as const;

/**
 * One event: metric (u16), origin (u16), microseconds since the Unix epoch (f64), flags (u8), number of fields (u8),
 * then identity (u64) if flagged, then fields: index (u8) and value. Values by kind: numbers f64 in stored steps,
 * strings u32 (number of the definition), flags u8, lists u16 and that many u32.
 */
export const EVENT_PREFIX_BYTES = 2 + 2 + 8 + 1 + 1;
export const HAS_IDENTITY = 1;
/** Flag of an event that was exported from a store: one that equals a row at its time is that row. */
export const IS_COPY = 2;

/** A longer frame is taken for damage: writers flush at 64 KiB, and only one list of names can exceed that. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export type Frame = {
  readonly kind: number;
  /** Offsets of the payload in the buffer, kind included. */
  readonly start: number;
  readonly end: number;
};

/** Fill in the header of a frame whose payload lies at `start + 8` to `end`. */
export function sealFrame(buffer: Buffer, start: number, end: number): void {
  const payload = start + FRAME_HEADER_BYTES;
  buffer.writeUInt32LE(end - payload, start);
  buffer.writeUInt32LE(crc32(buffer.subarray(payload, end)), start + 4);
}

/** A whole frame around a payload. */
export function frameOf(kind: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 1 + payload.length);
  frame[FRAME_HEADER_BYTES] = kind;
  payload.copy(frame, FRAME_HEADER_BYTES + 1);
  sealFrame(frame, 0, frame.length);
  return frame;
}

/**
 * The frame that begins at an offset.
 *
 * @param check Compute the checksum too. Not needed for frames that were checked when they were drained.
 * @returns `undefined` when it is short or damaged, or the buffer ends there.
 */
export function frameAt(buffer: Buffer, offset: number, check: boolean): Frame | undefined {
  const start = offset + FRAME_HEADER_BYTES;
  if (start > buffer.length) return undefined;
  const length = buffer.readUInt32LE(offset);
  const end = start + length;
  if (length === 0 || length > MAX_FRAME_BYTES || end > buffer.length) return undefined;
  if (check && crc32(buffer.subarray(start, end)) !== buffer.readUInt32LE(offset + 4)) return undefined;
  return { kind: buffer[start] ?? 0, start, end };
}

/** Bounds of the search below: someone may have made a file so that it never ends. */
const MAX_CANDIDATES = 20_000;
const MAX_CHECKED_BYTES = 128 * 1024 * 1024;

/** Good frames anywhere behind a bad one, found by their checksums. */
export function* framesBehind(buffer: Buffer, offset: number): Generator<Frame> {
  let candidates = 0;
  let checkedBytes = 0;
  for (let at = offset + 1; at + FRAME_HEADER_BYTES < buffer.length;) {
    const frame = frameAt(buffer, at, false);
    if (frame === undefined || frame.kind < FRAME_KIND.header || frame.kind > FRAME_KIND.end) {
      at += 1;
      continue;
    }
    candidates += 1;
    checkedBytes += frame.end - frame.start;
    if (candidates > MAX_CANDIDATES || checkedBytes > MAX_CHECKED_BYTES) return;
    if (frameAt(buffer, at, true) === undefined) {
      at += 1;
    } else {
      yield frame;
      at = frame.end;
    }
  }
}
