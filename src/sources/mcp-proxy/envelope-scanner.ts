/**
 * Which members of a message are kept: a tree of member names. Everything that is not named here is passed over
 * without being looked at, so that arguments and results cannot be kept by mistake.
 */
export type Wanted = {
  /** Keep the value under this name: a text or number as it is, `true` for an object or list. */
  readonly as?: string;
  /** Keep the token as it is written, quotes included, so that `1` and `"1"` differ. */
  readonly raw?: boolean;
  /** Keep every value that is met, in a list. */
  readonly all?: boolean;
  readonly members?: ReadonlyMap<string, Wanted>;
  readonly elements?: Wanted;
};

type Scalar = string | number | boolean | null;
/** What was kept of one message, by name. */
export type Kept = ReadonlyMap<string, Scalar | readonly string[]>;

/** Longest value that is kept; the longest known ids are under 80 characters. */
const MAX_VALUE_BYTES = 512;
/** Most values in one list: servers with more tools than this are recognised by the first ones. */
const MAX_LISTED = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

const VALUE = 0;
const KEY = 1;
const AFTER_KEY = 2;
const AFTER_VALUE = 3;
const IN_STRING = 4;
const IN_SCALAR = 5;
const DONE = 6;

type Level = { readonly wanted: Wanted; readonly isList: boolean };

/**
 * Reads the envelope of a JSON message from its bytes as they pass, in pieces cut anywhere. Holds a few kept values and
 * nothing else: a message of 100 MB costs no more memory than one of 100 bytes. Does not check the JSON; what makes no
 * sense keeps nothing or little, and never throws.
 */
export class EnvelopeScanner {
  readonly #root: Wanted;
  #state = VALUE;
  readonly #levels: Level[] = [];
  /** What is to be kept of the value that comes next, or is being read. */
  #wanted: Wanted | undefined;
  /** Depth inside of something that is passed over; 0 outside. */
  #skipDepth = 0;
  #isKey = false;
  /** An odd number of backslashes stood at the end of the last piece. */
  #isEscaped = false;
  /** The token that is being read, one character a byte; undefined when it is not kept. */
  #token: string | undefined;
  #kept = new Map<string, Scalar | string[]>();

  constructor(root: Wanted) {
    this.#root = root;
    this.#wanted = root;
  }

  /** More bytes of the present message. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === IN_STRING) at = this.#string(bytes, at);
      else if (this.#skipDepth > 0) at = this.#skip(bytes, at);
      else if (this.#state === IN_SCALAR) at = this.#scalar(bytes, at);
      else if (this.#state === DONE) return;
      else at = this.#structure(bytes, at);
    }
  }

  /** The message is over. Gives what was kept, nothing when it was no whole JSON value, and is ready for the next. */
  end(): Kept {
    if (this.#state === IN_SCALAR) this.#endScalar();
    const kept = this.#state === DONE ? this.#kept : new Map<string, Scalar>();
    this.#state = VALUE;
    this.#levels.length = 0;
    this.#wanted = this.#root;
    this.#skipDepth = 0;
    this.#isEscaped = false;
    this.#token = undefined;
    if (this.#kept.size > 0) this.#kept = new Map();
    return kept;
  }

  #structure(bytes: Buffer, from: number): number {
    const byte = bytes[from] ?? SPACE;
    if (byte <= SPACE) return from + 1;
    if (byte === QUOTE) {
      this.#isKey = this.#state === KEY;
      this.#token = this.#isKey || this.#wanted?.as !== undefined ? '' : undefined;
      this.#state = IN_STRING;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close();
    else if (byte === COMMA) {
      const level = this.#levels.at(-1);
      this.#state = level?.isList === false ? KEY : VALUE;
      this.#wanted = level?.isList === true ? level.wanted.elements : undefined;
    } else if (byte === COLON) this.#state = VALUE;
    else if (this.#state !== VALUE) return from + 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open(byte === OPEN_BRACKET);
    else {
      this.#token = this.#wanted?.as === undefined ? undefined : '';
      this.#state = IN_SCALAR;
      return from;
    }
    return from + 1;
  }

  #open(isList: boolean): void {
    const wanted = this.#wanted;
    if (wanted?.as !== undefined) this.#keep(wanted, true);
    const isInteresting = isList ? wanted?.elements !== undefined : wanted?.members !== undefined;
    if (wanted === undefined || !isInteresting) {
      this.#skipDepth = 1;
      return;
    }
    this.#levels.push({ wanted, isList });
    this.#state = isList ? VALUE : KEY;
    this.#wanted = isList ? wanted.elements : undefined;
  }

  #close(): void {
    this.#levels.pop();
    this.#endValue();
  }

  #endValue(): void {
    this.#token = undefined;
    this.#wanted = undefined;
    this.#state = this.#levels.length === 0 ? DONE : AFTER_VALUE;
  }

  /** Inside of something that is passed over: only strings and brackets matter. */
  #skip(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.#isKey = false;
        this.#token = undefined;
        this.#state = IN_STRING;
        return at + 1;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#skipDepth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#skipDepth -= 1;
        if (this.#skipDepth === 0) {
          this.#endValue();
          return at + 1;
        }
      }
    }
    return bytes.length;
  }

  /** Looks for the quote that ends the string; `indexOf` passes over long texts at the speed of memory. */
  #string(bytes: Buffer, from: number): number {
    let search = from;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, search);
      const stop = quote < 0 ? bytes.length : quote;
      let first = stop;
      while (first > from && bytes[first - 1] === BACKSLASH) first -= 1;
      const isOdd = (stop - first + (first === from && this.#isEscaped ? 1 : 0)) % 2 === 1;
      if (quote < 0 || !isOdd) {
        if (this.#token !== undefined) this.#addToToken(bytes, from, stop);
        this.#isEscaped = quote < 0 && isOdd;
        if (quote < 0) return bytes.length;
        this.#endString();
        return quote + 1;
      }
      search = quote + 1;
    }
  }

  #endString(): void {
    const token = this.#token;
    if (this.#skipDepth > 0) {
      this.#state = AFTER_VALUE;
      return;
    }
    if (this.#isKey) {
      const members = this.#levels.at(-1)?.wanted.members;
      this.#wanted = token === undefined ? undefined : members?.get(unescaped(token));
      this.#token = undefined;
      this.#state = AFTER_KEY;
      return;
    }
    const wanted = this.#wanted;
    if (wanted !== undefined && token !== undefined) {
      this.#keep(wanted, wanted.raw === true ? `"${token}"` : unescaped(token));
    }
    this.#endValue();
  }

  #scalar(bytes: Buffer, from: number): number {
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? SPACE;
      if (byte <= SPACE || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break;
    }
    if (this.#token !== undefined) this.#addToToken(bytes, from, at);
    if (at < bytes.length) this.#endScalar();
    return at;
  }

  #endScalar(): void {
    const [wanted, token] = [this.#wanted, this.#token];
    if (wanted !== undefined && token !== undefined) {
      const value = wanted.raw === true ? token : scalarOf(token);
      if (value !== undefined) this.#keep(wanted, value);
    }
    this.#endValue();
  }

  #addToToken(bytes: Buffer, from: number, to: number): void {
    const length = (this.#token?.length ?? 0) + to - from;
    this.#token = length > MAX_VALUE_BYTES ? undefined : `${this.#token}${bytes.toString('latin1', from, to)}`;
  }

  #keep({ as, all }: Wanted, value: Scalar): void {
    if (as === undefined) return;
    if (all !== true) {
      this.#kept.set(as, value);
      return;
    }
    const list = this.#kept.get(as);
    if (!Array.isArray(list)) this.#kept.set(as, [String(value)]);
    else if (list.length < MAX_LISTED) list.push(String(value));
  }
}

const SCALARS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function scalarOf(token: string): Scalar | undefined {
  const word = SCALARS.get(token);
  if (word !== undefined) return word;
  const number = Number(token);
  return token !== '' && Number.isFinite(number) ? number : undefined;
}

/** The text that stands between the quotes of a JSON string, given one character a byte. */
function unescaped(token: string): string {
  const text = /[\x80-\xff]/.test(token) ? Buffer.from(token, 'latin1').toString('utf8') : token;
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
