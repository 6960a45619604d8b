import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DropReason, SourceName } from '../../model/event.ts';
import type { FieldKind, Unit } from '../../model/field.ts';
import { decodeEvents, type SpooledEvent } from './decode-event.ts';
import { DEFINITION_KIND, type Frame, FRAME_KIND, FRAME_HEADER_BYTES, frameAt } from './frame.ts';
import { mayGrow, type SegmentFile, type SegmentHeader } from './spool-folder.ts';

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

/** What a stretch of a file holds. */
export type Stretch = {
  readonly events: readonly SpooledEvent[];
  /** Sequence number of the first event, and the one after the last. Gaps between frames count as missing. */
  readonly firstSequence: number | undefined;
  readonly nextSequence: number | undefined;
  /** Events that the sequence numbers say were between the frames of this stretch and are not. */
  readonly missing: number;
  readonly counts: SpooledCounts | undefined;
  /** Offset behind the last good frame. */
  readonly endOffset: number;
  /** The producer closed the file. */
  readonly ended: boolean;
  /** There are good frames behind `endOffset`: the stretch was cut by its event limit. */
  readonly more: boolean;
};

/** Reads one spool file as it grows. Keeps what was defined, so that a later stretch starts where the last ended. */
export class SegmentReader {
  readonly path: string;
  readonly definitions: Definitions = { texts: [], metrics: [], origins: [] };
  #header: SegmentHeader | undefined;
  #writerGone = false;
  /** Up to here definitions are known. */
  #knownTo = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Who writes the file; `undefined` when its first frame is not whole. */
  header(): SegmentHeader | undefined {
    if (this.#header === undefined) this.#learn(this.#read(0), 0, FRAME_HEADER_BYTES);
    return this.#header;
  }

  /**
   * Everything from an offset to the last good frame.
   *
   * @param offset The end of an earlier stretch, or 0.
   * @param maxEvents Stop behind the frame that reaches so many events.
   */
  stretch(offset: number, maxEvents: number): Stretch {
    // Definitions before the offset may be unknown to this process: then the file is walked from its start,
    // leaping over events by their length.
    const from = this.#knownTo < offset ? this.#knownTo : offset;
    const buffer = this.#read(from);
    const shift = from;
    if (this.#knownTo < offset) this.#learn(buffer, shift, offset);

    const events: SpooledEvent[] = [];
    let firstSequence: number | undefined;
    let nextSequence: number | undefined;
    let missing = 0;
    let counts: SpooledCounts | undefined;
    let ended = false;
    let at = offset - shift;
    let frame = frameAt(buffer, at, true);
    for (; frame !== undefined && events.length < maxEvents && !ended; frame = frameAt(buffer, at, true)) {
      if (frame.kind === FRAME_KIND.events) {
        const first = buffer.readDoubleLE(frame.start + 1);
        decodeEvents(buffer, frame, this.definitions, events);
        firstSequence ??= first;
        missing += first - (nextSequence ?? first);
        nextSequence = first + buffer.readUInt32LE(frame.start + 9);
      } else if (frame.kind === FRAME_KIND.counts) {
        counts = jsonOf(buffer, frame) as SpooledCounts;
      } else if (frame.kind === FRAME_KIND.end) {
        ended = true;
      } else if (shift + at >= this.#knownTo) {
        this.#define(buffer, frame);
      }
      at = frame.end;
    }
    const endOffset = shift + at;
    if (endOffset > this.#knownTo) this.#knownTo = endOffset;
    return {
      events,
      firstSequence,
      nextSequence,
      missing,
      counts,
      endOffset,
      ended,
      more: frame !== undefined && !ended,
    };
  }

  /** Whether the writer may still append. Asked once for a writer that is gone: the dead do not come back. */
  mayStillGrow(file: SegmentFile, nowMillis: number): boolean {
    const header = this.header();
    if (header === undefined || this.#writerGone) return false;
    this.#writerGone = !mayGrow(header, file, nowMillis);
    return !this.#writerGone;
  }

  /** Whether good frames lie somewhere behind a bad one: then the file was damaged, and not just cut short. */
  hasFramesBehind(offset: number): boolean {
    const buffer = this.#read(offset);
    for (let at = 1; at + FRAME_HEADER_BYTES < buffer.length; at++) {
      const frame = frameAt(buffer, at, false);
      if (frame !== undefined && frame.kind <= FRAME_KIND.end && frameAt(buffer, at, true) !== undefined) return true;
    }
    return false;
  }

  /** How many events lie behind an offset, without decoding them. */
  countFrom(offset: number): number {
    const buffer = this.#read(offset);
    let total = 0;
    let at = 0;
    for (let frame = frameAt(buffer, at, true); frame !== undefined; frame = frameAt(buffer, at, true)) {
      if (frame.kind === FRAME_KIND.events) total += buffer.readUInt32LE(frame.start + 9);
      at = frame.end;
    }
    return total;
  }

  #read(offset: number): Buffer {
    const file = openSync(this.path, 'r');
    try {
      const length = Math.max(0, fstatSync(file).size - offset);
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const got = readSync(file, buffer, filled, length - filled, offset + filled);
        if (got === 0) break;
        filled += got;
      }
      return buffer.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  }

  /** Take in the definitions from `#knownTo` up to an offset. `buffer` begins at `shift`. */
  #learn(buffer: Buffer, shift: number, upTo: number): void {
    let at = this.#knownTo - shift;
    while (shift + at < upTo) {
      const frame = frameAt(buffer, at, false);
      if (frame === undefined) return;
      if (frame.kind === FRAME_KIND.header || frame.kind === FRAME_KIND.definitions) this.#define(buffer, frame);
      at = frame.end;
      this.#knownTo = shift + at;
    }
  }

  #define(buffer: Buffer, frame: Frame): void {
    if (frame.kind === FRAME_KIND.header) {
      this.#header = jsonOf(buffer, frame) as SegmentHeader;
      return;
    }
    if (frame.kind !== FRAME_KIND.definitions) return;
    let at = frame.start + 1;
    while (at < frame.end) {
      const kind = buffer[at];
      const start = at + 3;
      const end = start + buffer.readUInt16LE(at + 1);
      const text = buffer.toString('utf8', start, end);
      if (kind === DEFINITION_KIND.text) this.definitions.texts.push(text);
      else if (kind === DEFINITION_KIND.metric) this.definitions.metrics.push(JSON.parse(text) as SpooledMetric);
      else if (kind === DEFINITION_KIND.origin) this.definitions.origins.push(JSON.parse(text) as SpooledOrigin);
      at = end;
    }
  }
}

function jsonOf(buffer: Buffer, frame: Frame): unknown {
  return JSON.parse(buffer.toString('utf8', frame.start + 1, frame.end));
}
