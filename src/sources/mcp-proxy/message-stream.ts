import { ENVELOPE, Envelope } from './envelope.ts';
import { EnvelopeScanner } from './envelope-scanner.ts';

/** One message has passed: what was read of it, and its size on the wire, line end not counted. */
export type OnMessage = (envelope: Envelope, sizeBytes: number) => void;

/** Takes the bytes of one direction and tells its messages. Holds none of them. */
export interface MessageStream {
  push(chunk: Buffer): void;
  /** No more bytes come. */
  end(): void;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Messages as stdio has them: one a line. */
export class LineStream implements MessageStream {
  readonly #scanner = new EnvelopeScanner(ENVELOPE);
  readonly #onMessage: OnMessage;
  #sizeBytes = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const stop = chunk.indexOf(LINE_FEED, start);
      const rest = stop < 0 ? chunk.length : stop;
      if (rest > start) this.#scanner.push(start === 0 && rest === chunk.length ? chunk : chunk.subarray(start, rest));
      this.#sizeBytes += rest - start;
      if (stop < 0) return;
      this.end();
      start = stop + 1;
    }
  }

  end(): void {
    const kept = this.#scanner.end();
    const sizeBytes = this.#sizeBytes;
    this.#sizeBytes = 0;
    if (sizeBytes > 0) this.#onMessage(new Envelope(kept), sizeBytes);
  }
}

/** One message as the body of an HTTP request or answer. */
export class BodyStream implements MessageStream {
  readonly #scanner = new EnvelopeScanner(ENVELOPE);
  readonly #onMessage: OnMessage;
  #sizeBytes = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    this.#sizeBytes += chunk.length;
    this.#scanner.push(chunk);
  }

  end(): void {
    if (this.#sizeBytes > 0) this.#onMessage(new Envelope(this.#scanner.end()), this.#sizeBytes);
    this.#sizeBytes = 0;
  }
}

const DATA_FIELD = 'data:';
const FIELD_NAME = 0;
const DATA = 1;
const IGNORED = 2;

/** Messages as server-sent events: the `data` lines of an event are one message. */
export class EventStream implements MessageStream {
  readonly #scanner = new EnvelopeScanner(ENVELOPE);
  readonly #onMessage: OnMessage;
  #part = FIELD_NAME;
  /** The beginning of the present line, as far as it may still become a data field. */
  #field = '';
  #sizeBytes = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#part === FIELD_NAME ? this.#fieldName(chunk, at) : this.#line(chunk, at);
  }

  end(): void {
    const kept = this.#scanner.end();
    if (this.#sizeBytes > 0) this.#onMessage(new Envelope(kept), this.#sizeBytes);
    this.#sizeBytes = 0;
  }

  #fieldName(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      // An empty line ends the event.
      if (this.#field === '' && byte === LINE_FEED) this.end();
      this.#field = '';
      return at + 1;
    }
    this.#field += String.fromCharCode(byte);
    if (this.#field === DATA_FIELD) this.#part = DATA;
    else if (!DATA_FIELD.startsWith(this.#field)) this.#part = IGNORED;
    return at + 1;
  }

  #line(chunk: Buffer, from: number): number {
    let stop = chunk.indexOf(LINE_FEED, from);
    const isOver = stop >= 0;
    if (!isOver) stop = chunk.length;
    if (this.#part === DATA) {
      this.#scanner.push(chunk.subarray(from, stop));
      this.#sizeBytes += stop - from;
    }
    if (!isOver) return stop;
    this.#part = FIELD_NAME;
    this.#field = '';
    return stop + 1;
  }
}
