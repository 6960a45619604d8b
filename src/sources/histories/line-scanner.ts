import { readSync } from 'node:fs';

const CHUNK_BYTES = 256 << 10;
/** A line of more is passed over: no line that matters comes near, only images and whole files in base64. */
const MAX_LINE_BYTES = 32 << 20;
const LINE_FEED = 10;

export type TakeLine = (bytes: Buffer, start: number, end: number, offset: number) => void;

/** Reads lines of open files into one buffer that all of them share. */
export class LineScanner {
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  /** Bytes that were read of any file: what is new should be all that is. */
  bytesRead = 0;
  lines = 0;
  tooLong = 0;

  /**
   * Whole lines from an offset on. Stops after each chunk, so that the caller can do something else meanwhile.
   *
   * @returns Where the last whole line ends, and the bytes behind it, a line that is not finished (a view, until the
   *   next call; empty when it is longer than any line may be).
   */
  *scan(file: number, from: number, take: TakeLine): Generator<undefined, { end: number; rest: Buffer }> {
    let [lineStart, filled, skipping] = [from, 0, false];
    let longStart = from;
    for (;;) {
      const got = readSync(file, this.#buffer, filled, this.#buffer.length - filled, lineStart + filled);
      if (got === 0) {
        return skipping
          ? { end: longStart, rest: this.#buffer.subarray(0, 0) }
          : { end: lineStart, rest: this.#buffer.subarray(0, filled) };
      }
      this.bytesRead += got;
      const searchFrom = filled;
      filled += got;
      const bytes = this.#buffer.subarray(0, filled);
      let start = 0;
      let end = bytes.indexOf(LINE_FEED, searchFrom);
      for (; end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        this.lines += 1;
        if (skipping) this.tooLong += 1;
        else if (end > start) take(bytes, start, end, lineStart + start);
        skipping = false;
        start = end + 1;
      }
      if (skipping) start = filled;
      this.#buffer.copyWithin(0, start, filled);
      lineStart += start;
      filled -= start;
      if (filled === this.#buffer.length) {
        if (filled < MAX_LINE_BYTES) this.#grow();
        else {
          longStart = lineStart;
          [lineStart, filled, skipping] = [lineStart + filled, 0, true];
        }
      }
      yield undefined;
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(Math.min(this.#buffer.length * 4, MAX_LINE_BYTES));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
