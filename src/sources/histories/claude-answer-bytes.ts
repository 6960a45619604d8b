import { isObject } from '../amicus-state/read-value.ts';
import { type AnswerFacts, claudeUsage, speedOf } from './claude-answer-facts.ts';
import { lookAt, microsAt, wordAt } from './line-text.ts';

/** The message's head, and what stands behind its content: usage, the request's id, whose line it is. */
const HEAD_BYTES = 600;
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
  readonly usageText: string;
  /** The request's id with what closes it. */
  readonly requestText: string;
};

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

  /** Looks at a line. @returns False when it must be parsed. */
  look(bytes: Buffer, start: number, end: number): boolean {
    this.#tail = lookAt(bytes, Math.max(start, end - TAIL_BYTES), end);
    this.#usageAt = this.#tail.lastIndexOf(USAGE_START);
    this.#requestAt = this.#usageAt < 0 ? -1 : this.#tail.indexOf(REQUEST_START, this.#usageAt);
    if (this.#requestAt < 0) return false;
    this.#head = lookAt(bytes, start, Math.min(end, start + HEAD_BYTES));
    this.#call = callIn(this.#head, bytes.subarray(start, end));
    return this.#call !== 'unclear';
  }

  /** The tool that the line calls, if any. */
  get call(): Exclude<Call, string> | undefined {
    return typeof this.#call === 'string' ? undefined : this.#call;
  }

  /** Whether the line's request and usage are those of a line before. */
  repeats({ facts, usageText, requestText }: AnswerLine): boolean {
    return (
      facts.isWhole &&
      this.#tail.startsWith(usageText, this.#usageAt) &&
      this.#tail.startsWith(requestText, this.#requestAt)
    );
  }

  /** The facts of the line that was looked at; nothing when it must be parsed. */
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
      usageText,
      requestText: `${REQUEST_START}${key}"`,
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
