import { UnreadableTelemetry } from './telemetry.ts';

/** Brackets within brackets. A request nests about a dozen deep; each list or map inside an attribute adds four. */
const MAX_DEPTH = 96;
/** Values of one request, by their separators: what decides how much memory the parsed text takes. */
const MAX_VALUES = 1_000_000;
/** Lists and objects take more bytes than this with what they hold; what has more of them is made of empty ones. */
const BYTES_PER_BRACKET = 10;
/** Of which a small request may have as many as it likes. */
const FREE_BRACKETS = 1_000;

/** Members of one object; a span has some twenty. A hundred thousand names take a tenth of a second to tell apart. */
const MAX_MEMBERS = 256;

const NOT_COUNTED = -(2 ** 31);

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/**
 * Parses the JSON of an OTLP request. The text is measured before: a few megabytes of brackets would take hundreds
 * once parsed.
 *
 * @throws UnreadableTelemetry
 */
export function decodeJson(bytes: Buffer): unknown {
  measure(bytes);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new UnreadableTelemetry('The body is not JSON.');
  }
}

function measure(bytes: Buffer): void {
  let depth = 0;
  let values = 0;
  let brackets = 0;
  /** Commas so far in what is open at each depth; of a list they do not count. */
  const commas = new Int32Array(MAX_DEPTH + 1);
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfText(bytes, at);
        break;
      case OPEN_LIST:
      case OPEN_MAP:
        brackets += 1;
        depth += 1;
        if (depth > MAX_DEPTH) throw new UnreadableTelemetry(`The JSON nests deeper than ${MAX_DEPTH} levels.`);
        commas[depth] = bytes[at] === OPEN_MAP ? 0 : NOT_COUNTED;
        break;
      case CLOSE_LIST:
      case CLOSE_MAP:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
        if ((commas[depth] = (commas[depth] ?? 0) + 1) >= MAX_MEMBERS) throw tooManyMembers();
        break;
      default:
    }
  }
  if (brackets > FREE_BRACKETS + bytes.length / BYTES_PER_BRACKET) {
    throw new UnreadableTelemetry('The JSON is made of empty lists and objects.', true);
  }
  if (values + brackets > MAX_VALUES)
    throw new UnreadableTelemetry(`More than ${MAX_VALUES} values in one request.`, true);
}

const tooManyMembers = (): UnreadableTelemetry =>
  new UnreadableTelemetry(`More than ${MAX_MEMBERS} members in one object.`, true);

/** Most texts are short: so many bytes are looked at here before the search that is faster on long ones. */
const SHORT_TEXT = 64;

/** Where the text that begins at `start` ends: at its closing quote, or with the body. */
function endOfText(bytes: Buffer, start: number): number {
  const near = Math.min(bytes.length, start + SHORT_TEXT);
  for (let at = start + 1; at < near; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  for (let at = start + 1; ; at += 1) {
    at = bytes.indexOf(QUOTE, at);
    if (at < 0) return bytes.length;
    let before = at - 1;
    while (bytes[before] === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
}
