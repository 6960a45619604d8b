import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeEvents, type SpooledEvent } from './decode-event.ts';
import {
  addDefinitions,
  type Definitions,
  parseCounts,
  parseHeader,
  parseVersion,
  type SpooledCounts,
} from './definitions.ts';
import { FRAME_HEADER_BYTES, FRAME_KIND, frameAt, framesBehind } from './frame.ts';
import { mayGrow, type SegmentFile, type SegmentHeader } from './spool-folder.ts';

/** The version of the file format that is read here. Files of a later one are left for whoever knows it. */
const FORMAT_VERSION = 1;

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
  /** Bytes behind it that are no good frame: torn, damaged, or being written. */
  readonly tornBytes: number;
  /** The producer closed the file. */
  readonly ended: boolean;
  /** There are good frames behind `endOffset`: the stretch was cut by its event limit. */
  readonly more: boolean;
  /** What lies behind `endOffset` was damaged after it was written: it will never be read. */
  readonly damaged: boolean;
};

/** What the first frame of a file says of it. `unborn`: it is not all there yet, or its writer died over it. */
export type SegmentBirth = 'whole' | 'unborn' | 'newer' | 'damaged';

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

  /** Who writes the file; `undefined` when its first frame does not say. */
  header(): SegmentHeader | undefined {
    if (this.#header === undefined) this.birth();
    return this.#header;
  }

  birth(): SegmentBirth {
    if (this.#header !== undefined) return 'whole';
    const buffer = this.#read(0);
    const frame = frameAt(buffer, 0, true);
    if (frame === undefined) {
      const declared = buffer.length < FRAME_HEADER_BYTES ? 0 : buffer.readUInt32LE(0) + FRAME_HEADER_BYTES;
      return buffer.length < Math.max(declared, FRAME_HEADER_BYTES) ? 'unborn' : 'damaged';
    }
    if (frame.kind !== FRAME_KIND.header) return 'damaged';
    if ((parseVersion(buffer, frame) ?? 0) > FORMAT_VERSION) return 'newer';
    this.#header = parseHeader(buffer, frame);
    return this.#header === undefined ? 'damaged' : 'whole';
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
    const shift = Math.min(this.#knownTo, offset);
    const buffer = this.#read(shift);
    this.#learn(buffer, shift, offset);
    // Without them the numbers in the events mean nothing.
    const isLegible = this.#knownTo >= offset;

    const events: SpooledEvent[] = [];
    let firstSequence: number | undefined;
    let nextSequence: number | undefined;
    let missing = 0;
    let counts: SpooledCounts | undefined;
    let ended = false;
    let damaged = !isLegible;
    let at = offset - shift;
    let frame = isLegible ? frameAt(buffer, at, true) : undefined;
    for (; frame !== undefined && events.length < maxEvents && !ended; frame = frameAt(buffer, at, true)) {
      try {
        if (frame.kind === FRAME_KIND.events) {
          const first = buffer.readDoubleLE(frame.start + 1);
          decodeEvents(buffer, frame, this.definitions, events);
          firstSequence ??= first;
          missing += Math.max(0, first - (nextSequence ?? first));
          nextSequence = first + buffer.readUInt32LE(frame.start + 9);
        } else if (frame.kind === FRAME_KIND.counts) {
          counts = parseCounts(buffer, frame);
        } else if (frame.kind === FRAME_KIND.end) {
          ended = true;
        } else if (frame.kind === FRAME_KIND.definitions && shift + at >= this.#knownTo) {
          addDefinitions(buffer, frame, this.definitions);
        }
      } catch {
        damaged = true;
        break;
      }
      at = frame.end;
    }
    const endOffset = shift + at;
    this.#knownTo = Math.max(this.#knownTo, endOffset);
    const more = frame !== undefined && !ended && !damaged;
    const tornBytes = more ? 0 : Math.max(0, buffer.length - at);
    // A good frame behind a bad one: not just cut short.
    damaged ||= tornBytes > 0 && !ended && !framesBehind(buffer, at).next().done;
    return { events, firstSequence, nextSequence, missing, counts, endOffset, tornBytes, ended, more, damaged };
  }

  /** Whether the writer may still append. Asked once for a writer that is gone: the dead do not come back. */
  mayStillGrow(file: SegmentFile, nowMillis: number): boolean {
    const header = this.header();
    if (header === undefined || this.#writerGone) return false;
    this.#writerGone = !mayGrow(header, file, nowMillis);
    return !this.#writerGone;
  }

  /** The highest sequence number that follows damage at an offset: what was lost with it. `undefined` when none is found. */
  sequenceBehind(offset: number): number | undefined {
    const buffer = this.#read(offset);
    let highest: number | undefined;
    for (const frame of framesBehind(buffer, 0)) {
      if (frame.kind !== FRAME_KIND.events || frame.end - frame.start < 13) continue;
      const next = buffer.readDoubleLE(frame.start + 1) + buffer.readUInt32LE(frame.start + 9);
      if (Number.isSafeInteger(next)) highest = Math.max(highest ?? 0, next);
    }
    return highest;
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

  /** Take in the definitions from `#knownTo` up to an offset, or to the first that is damaged. `buffer` begins at `shift`. */
  #learn(buffer: Buffer, shift: number, upTo: number): void {
    let at = this.#knownTo - shift;
    while (shift + at < upTo) {
      const frame = frameAt(buffer, at, false);
      if (frame === undefined) return;
      if (frame.kind === FRAME_KIND.definitions) {
        if (frameAt(buffer, at, true) === undefined) return;
        addDefinitions(buffer, frame, this.definitions);
      }
      at = frame.end;
      this.#knownTo = shift + at;
    }
  }
}
