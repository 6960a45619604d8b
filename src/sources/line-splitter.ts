/** Stands for a line that was longer than the limit and was passed over. */
export const TOO_LONG = Symbol('too long');

const LINE_FEED = 10;
/** Many small pieces of one long line are joined now and then, so that their number is bounded too. */
const MAX_PIECES = 64;

/**
 * Cuts bytes into blocks of whole lines. Holds at most one unfinished line, and of that at most `maxLineBytes`: a line
 * of a gigabyte costs no more memory than one of a megabyte.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #skipping = false;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes that end with a line feed and holds one line or many; or `TOO_LONG`, in the line's place. */
  *push(chunk: Buffer): Generator<Buffer | typeof TOO_LONG> {
    let start = 0;
    if (this.#skipping) {
      const end = chunk.indexOf(LINE_FEED);
      if (end < 0) return;
      this.#skipping = false;
      start = end + 1;
      yield TOO_LONG;
    }
    const first = this.#pieces.length === 0 ? -1 : chunk.indexOf(LINE_FEED, start);
    if (first >= 0) {
      this.#pieces.push(chunk.subarray(start, first + 1));
      yield this.#takePieces();
      start = first + 1;
    }
    const last = chunk.lastIndexOf(LINE_FEED);
    if (last >= start) {
      yield chunk.subarray(start, last + 1);
      start = last + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** What is left when no more bytes come: a last line without its line feed. */
  *end(): Generator<Buffer | typeof TOO_LONG> {
    if (this.#skipping) yield TOO_LONG;
    else if (this.#pieceBytes > 0) {
      this.#pieces.push(Uint8Array.of(LINE_FEED));
      yield this.#takePieces();
    }
    this.#skipping = false;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(Buffer.from(piece));
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > this.#maxLineBytes) {
      this.#pieces = [];
      this.#pieceBytes = 0;
      this.#skipping = true;
    } else if (this.#pieces.length > MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  #takePieces(): Buffer {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pieceBytes = 0;
    return bytes;
  }
}
