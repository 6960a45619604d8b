import { usageIdentity } from '../../model/usage-identity.ts';
import type { IncomingEvent } from '../../model/event.ts';
import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { normalUsage } from '../normal-usage.ts';
import type { Session } from './history-events.ts';
import { amountAt, countAt, microsAt, objectAt, wordAt } from './line-text.ts';
import type { OpenCalls } from './open-calls.ts';

const CLIENT = 'claude-code';
/** How far before a line's end the usage and the request's id may stand. */
const REPEATED_BYTES = 2_500;
/** As much as a call's id and name take. */
const CALL_BYTES = 400;
const USAGE = Buffer.from('"usage":{');
const TOOL_USE = Buffer.from('"type":"tool_use"');
const CALL = /^"type":"tool_use","id":"([\w-]{1,128})","name":"([\w-]{1,128})"/;
const [OPEN, CLOSE] = [0x7b, 0x7d];

/** What the lines of one answer repeat, byte by byte. */
type Repeated = { readonly usage: Buffer; readonly requestId: Buffer };

/** The answer to one request, of which each block has a line of its own with the usage of all. */
export class ClaudeAnswer {
  /** The request's id, the same in every copy of its lines. */
  readonly key: string;
  /** Where its first line begins. */
  readonly offset: number;
  readonly #line: JsonObject;
  #usage: JsonObject;
  #isWhole: boolean;
  readonly #repeated: Repeated | undefined;

  /** @param bytes The buffer in which the line lies, from `start` to `end`. */
  constructor(
    key: string,
    line: JsonObject,
    usage: JsonObject,
    offset: number,
    bytes: Buffer,
    start: number,
    end: number,
  ) {
    this.key = key;
    this.offset = offset;
    this.#line = line;
    this.#usage = usage;
    this.#isWhole = hasEnded(line);
    this.#repeated = repeatedIn(line, bytes, start, end);
  }

  /** True once a reason to stop stands on a line: the usage is final. Old versions wrote none while the answer streamed. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** A further line of the same answer. A stream may log a partial count first, and never a larger one than the last. */
  add(line: JsonObject, usage: JsonObject): void {
    this.#isWhole ||= hasEnded(line);
    if ((amountAt(usage, 'output_tokens') ?? 0) >= (amountAt(this.#usage, 'output_tokens') ?? 0)) this.#usage = usage;
  }

  /**
   * Whether a line only repeats this answer, with a block that calls no tool, or one whose first bytes say which. Most
   * lines of an answer do, and need not be parsed.
   */
  isRepeatedBy(bytes: Buffer, start: number, end: number, calls: OpenCalls): boolean {
    const repeated = this.#repeated;
    if (repeated === undefined || !this.#isWhole) return false;
    const line = bytes.subarray(start, end);
    const tail = line.subarray(Math.max(0, line.length - REPEATED_BYTES));
    if (!tail.includes(repeated.requestId) || !tail.includes(repeated.usage)) return false;
    const first = line.indexOf(TOOL_USE);
    if (first < 0) return true;
    if (line.includes(TOOL_USE, first + 1)) return false;
    const [, id, name] = CALL.exec(line.toString('latin1', first, first + CALL_BYTES)) ?? [];
    calls.opened(id, name);
    return id !== undefined;
  }

  /** The request, as it counts. The moment is that of its first line. */
  event(session: Session): IncomingEvent | undefined {
    const atMicros = microsAt(this.#line, 'timestamp');
    if (atMicros === undefined) return undefined;
    const usage = this.#usage;
    const lifetimes = objectAt(usage, 'cache_creation');
    const tier = usage['service_tier'];
    return {
      metric: 'tokens.consumed',
      atMicros,
      source: 'transcript',
      inferred: false,
      identity: usageIdentity(CLIENT, this.key),
      data: {
        client: session.client,
        session_id: wordAt(this.#line, 'sessionId') ?? session.session_id,
        agent_id: wordAt(this.#line, 'agentId'),
        ...normalUsage(
          {
            input: countAt(usage, 'input_tokens'),
            output: countAt(usage, 'output_tokens'),
            cacheRead: countAt(usage, 'cache_read_input_tokens'),
            cacheWrite: countAt(usage, 'cache_creation_input_tokens'),
            cacheWrite5m: countAt(lifetimes, 'ephemeral_5m_input_tokens'),
            cacheWrite1h: countAt(lifetimes, 'ephemeral_1h_input_tokens'),
            reasoning: countAt(objectAt(usage, 'output_tokens_details'), 'thinking_tokens'),
          },
          { cacheInInput: false, reasoningInOutput: true },
        ),
        model: wordAt(objectAt(this.#line, 'message'), 'model'),
        feed: 'transcript',
        requests: 1,
        speed: tier === 'batch' ? 'batch' : usage['speed'] === 'fast' ? 'fast' : 'standard',
        reported_cost_usd: amountAt(this.#line, 'costUSD'),
      },
    };
  }
}

function hasEnded(line: JsonObject): boolean {
  const { message } = line;
  return isObject(message) && typeof message['stop_reason'] === 'string';
}

function repeatedIn(line: JsonObject, bytes: Buffer, start: number, end: number): Repeated | undefined {
  const requestId = wordAt(line, 'requestId');
  const usageStart = bytes.subarray(start, end).lastIndexOf(USAGE);
  if (requestId === undefined || usageStart < 0) return undefined;
  let depth = 0;
  for (let at = start + usageStart + USAGE.length - 1; at < end; at++) {
    // Usage is numbers and words; a brace in a text would make it end too early, and what is compared only shorter.
    if (bytes[at] === OPEN) depth += 1;
    else if (bytes[at] === CLOSE && --depth === 0) {
      const usage = Buffer.from(bytes.subarray(start + usageStart, at + 1));
      return { usage, requestId: Buffer.from(`"requestId":${JSON.stringify(requestId)}`) };
    }
  }
  return undefined;
}
