import { isObject } from '../amicus-state/read-value.ts';
import { type AnswerFacts, claudeUsage, speedOf } from './claude-answer-facts.ts';
import { lookAt, microsAt, wordAt } from './line-text.ts';

/** What stands behind the message's content: usage, the request's id, whose line it is. */
const TAIL_BYTES = 1_400;

const HEAD =
  /"message":\{(?:"[a-z_]+":(?:"[\w.:-]*"|null),)*?"model":"([\w.:@/-]+)"[^[\]]*?"content":\[\{"type":"(\w+)"(?:,"id":"([\w-]{1,128})","name":"([\w-]{1,128})")?/;
const AGENT = /^\{[^[\]]*?"agentId":"([\w-]{1,128})"[^[\]]*?"message":\{/;
const USAGE =
  /("usage":\{"input_tokens":(\d+),"cache_creation_input_tokens":(\d+),"cache_read_input_tokens":(\d+),"output_tokens":(\d+),)(?:"output_tokens_details":\{"thinking_tokens":(\d+)\},)?"server_tool_use":\{[^{}]*\},"service_tier":"(\w+)","cache_creation":\{"ephemeral_1h_input_tokens":(\d+),"ephemeral_5m_input_tokens":(\d+)\},(?:"inference_geo":"[^"\\]*",)?(?:"iterations":\[\],)?"speed":"(\w+)"/y;
const STOPPED = /"stop_reason":(null|"\w+"),"stop_sequence":(?:null|"[^"\\]*"),$/;
/** What few lines have and only parsing reads. */
const UNUSUAL = /"(?:costUSD|isApiErrorMessage)":/;
const USAGE_START = '"usage":{';
const REQUEST_START = '"requestId":"';
const TOOL_USE = Buffer.from('"type":"tool_use"');

/** A line of an answer, read without parsing its content. */
export type AnswerLine = {
  readonly facts: AnswerFacts;
  /** The usage as it is written, up to the output: the next line of the same answer repeats it. */
  readonly usage: Written;
  /** The request's id with what closes it. */
  readonly request: Written;
};

/** Bytes of a line, and how far before its end they begin. */
type Written = { readonly bytes: Buffer; readonly beforeEnd: number };

/** The call of a tool that is a line's only block; `unclear` where there may be more than one. */
type Call = { readonly id: string; readonly name: string } | 'none' | 'unclear';

/**
 * Reads lines as newer versions write them, by looking at both ends and leaving the content alone. Whatever is laid out
 * otherwise is not read, and must be parsed.
 */
export class AnswerBytes {
  #head = '';
  #tail = '';
  #usageAt = -1;
  #requestAt = -1;
  #call: Call = 'unclear';

  /**
   * Looks at a line. Where it stands as before that the usage of the last line is this line's too, nothing else is read.
   *
   * @param head Its beginning, as `lineHead()` makes it.
   * @param last The line before, if that was read here.
   * @returns `unclear` when it must be parsed, `new` when `read()` may tell of it.
   */
  look(head: string, bytes: Buffer, start: number, end: number, last?: AnswerLine): 'new' | 'repeated' | 'unclear' {
    this.#head = head;
    const isRepeated =
      last !== undefined &&
      last.facts.isWhole &&
      isWrittenIn(last.usage, bytes, start, end) &&
      isWrittenIn(last.request, bytes, start, end);
    if (!isRepeated) {
      this.#tail = lookAt(bytes, Math.max(start, end - TAIL_BYTES), end);
      this.#usageAt = this.#tail.lastIndexOf(USAGE_START);
      this.#requestAt = this.#usageAt < 0 ? -1 : this.#tail.indexOf(REQUEST_START, this.#usageAt);
      if (this.#requestAt < 0) return 'unclear';
    }
    this.#call = callIn(head, bytes.subarray(start, end));
    if (this.#call === 'unclear') return 'unclear';
    return isRepeated ? 'repeated' : 'new';
  }

  /** The tool that the line calls, if any. */
  get call(): Exclude<Call, string> | undefined {
    return typeof this.#call === 'string' ? undefined : this.#call;
  }

  /** The facts of the new line that was looked at; nothing when it must be parsed. */
  read(): AnswerLine | undefined {
    const model = HEAD.exec(this.#head)?.[1];
    USAGE.lastIndex = this.#usageAt;
    const usage = USAGE.exec(this.#tail);
    const stop = STOPPED.exec(this.#tail.slice(Math.max(0, this.#usageAt - 200), this.#usageAt))?.[1];
    if (model === undefined || usage === null || stop === undefined) return undefined;
    // What follows the message; parsed, so that it is known to be the line's own and not a part of something in it.
    const line = parseRest(this.#tail.slice(this.#requestAt));
    const key = wordAt(line, 'requestId');
    const atMicros = microsAt(line, 'timestamp');
    if (line === undefined || key === undefined || atMicros === undefined) return undefined;
    if (UNUSUAL.test(this.#tail.slice(this.#usageAt))) return undefined;
    const [, usageText = '', input, written, cacheRead, output, thinking, tier, oneHour, fiveMinutes, speed] = usage;
    return {
      usage: this.#written(usageText, this.#usageAt),
      request: this.#written(`${REQUEST_START}${key}"`, this.#requestAt),
      facts: {
        key,
        atMicros,
        sessionId: wordAt(line, 'sessionId'),
        agentId: wordAt(line, 'agentId') ?? AGENT.exec(this.#head)?.[1],
        model,
        usage: claudeUsage({
          input: Number(input),
          output: Number(output),
          cacheRead: Number(cacheRead),
          cacheWrite: Number(written),
          cacheWrite5m: Number(fiveMinutes),
          cacheWrite1h: Number(oneHour),
          reasoning: thinking === undefined ? undefined : Number(thinking),
        }),
        speed: speedOf(tier, speed),
        costUsd: undefined,
        isWhole: stop !== 'null',
      },
    };
  }

  #written(text: string, at: number): Written {
    return { bytes: Buffer.from(text, 'latin1'), beforeEnd: this.#tail.length - at };
  }
}

function isWrittenIn({ bytes, beforeEnd }: Written, line: Buffer, start: number, end: number): boolean {
  const at = end - beforeEnd;
  return at >= start && line.compare(bytes, 0, bytes.length, at, Math.min(end, at + bytes.length)) === 0;
}

function callIn(head: string, line: Buffer): Call {
  const first = line.indexOf(TOOL_USE);
  if (first < 0) return 'none';
  const [, , type, id, name] = HEAD.exec(head) ?? [];
  if (type !== 'tool_use' || id === undefined || name === undefined) return 'unclear';
  return line.includes(TOOL_USE, first + 1) ? 'unclear' : { id, name };
}

function parseRest(text: string) {
  try {
    const value: unknown = JSON.parse(`{${text}`);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
