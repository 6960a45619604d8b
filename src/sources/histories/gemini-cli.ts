import { usageIdentity } from '../../model/usage-identity.ts';
import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { nameWithin } from '../changed-lines.ts';
import { normalUsage } from '../normal-usage.ts';
import { ownToolName } from '../tool-name.ts';
import { geminiProjectFolder } from './gemini-project.ts';
import type { HistoryFile, HistoryMemory, HistoryParser, HistorySink, LineHistory } from './line-history.ts';
import { codeChanged, type Session, sessionEvent, toolCalled, type ToolOutcome } from './history-events.ts';
import { placesOf } from './home-folder.ts';
import { countAt, listAt, lookAt, microsAt, objectAt, parseLine, wordAt } from './line-text.ts';

const CLIENT = 'gemini-cli';
const HEAD_BYTES = 300;
/** Types of messages that hold nothing that is counted. */
const PASSED_OVER: ReadonlySet<string> = new Set(['user', 'info', 'error', 'warning']);

/** Chats of Gemini CLI. A message is written again when it grows, so the last one of its id counts. */
export const geminiCli: LineHistory = {
  name: CLIENT,
  doc: 'Chats of Gemini CLI.',
  places: (environment) => placesOf(environment, 'GEMINI_CLI_HOME', '.gemini'),
  folders: ['tmp', '.gemini/tmp'],
  accepts: (within) => /(^|\/)chats\/(?:.+\/)?[^/]+\.jsonl$/.test(within),
  open: (file, memory, sink) => new GeminiChat(file, memory, sink),
};

class GeminiChat implements HistoryParser {
  readonly #sink: HistorySink;
  readonly #folder: string | undefined;
  #sessionId: string | undefined;
  #held: { message: JsonObject; readonly offset: number } | undefined;

  constructor(file: HistoryFile, memory: HistoryMemory, sink: HistorySink) {
    this.#sink = sink;
    this.#folder = geminiProjectFolder(file);
    this.#sessionId = wordAt(memory, 'session');
  }

  get heldFrom(): number | undefined {
    return this.#held?.offset;
  }

  memory(): HistoryMemory {
    return { session: this.#sessionId };
  }

  take(bytes: Buffer, start: number, end: number, offset: number): void {
    const head = lookAt(bytes, start, Math.min(end, start + HEAD_BYTES));
    if (head.startsWith('{"$set":{"lastUpdated"')) return;
    const type = /^\{"id":"[^"]{1,80}","timestamp":"[^"]{1,40}","type":"(\w{1,40})"/.exec(head)?.[1];
    if (type !== undefined && type !== 'gemini') {
      if (PASSED_OVER.has(type)) this.#tellHeld();
      else this.#sink.unknown(type);
      return;
    }
    const line = parseLine(bytes, start, end);
    if (line === undefined) return this.#sink.damaged();
    if (wordAt(line, 'sessionId') !== undefined) return this.#readHeader(line);
    const patch = objectAt(line, '$set');
    for (const message of patch === undefined ? [line] : listAt(patch, 'messages')) {
      if (isObject(message) && message['type'] === 'gemini') this.#readMessage(message, offset);
    }
  }

  pause(settled: boolean): void {
    if (settled) this.#tellHeld();
  }

  #readHeader(line: JsonObject): void {
    this.#sessionId = wordAt(line, 'sessionId');
    const atMicros = microsAt(line, 'startTime');
    if (atMicros === undefined || line['kind'] === 'subagent') return;
    const started = sessionEvent('session.started', this.#session, atMicros, {});
    if (started !== undefined) this.#sink.tell(started, this.#folder);
  }

  get #session(): Session {
    return { client: CLIENT, session_id: this.#sessionId };
  }

  #readMessage(message: JsonObject, offset: number): void {
    if (this.#held !== undefined && this.#held.message['id'] === message['id']) this.#held.message = message;
    else {
      this.#tellHeld();
      this.#held = { message, offset };
    }
  }

  #tellHeld(): void {
    const message = this.#held?.message;
    this.#held = undefined;
    if (message === undefined) return;
    const key = wordAt(message, 'id');
    const atMicros = microsAt(message, 'timestamp');
    const tokens = objectAt(message, 'tokens');
    if (key === undefined || atMicros === undefined) return this.#sink.damaged();
    if (tokens !== undefined) this.#tellUsage(key, atMicros, tokens, wordAt(message, 'model'));
    for (const call of listAt(message, 'toolCalls')) if (isObject(call)) this.#tellCall(call, atMicros);
  }

  #tellUsage(key: string, atMicros: number, tokens: JsonObject, model: string | undefined): void {
    this.#sink.tell(
      {
        metric: 'tokens.consumed',
        atMicros,
        source: 'transcript',
        inferred: false,
        identity: usageIdentity(CLIENT, key),
        data: {
          ...this.#session,
          ...normalUsage(
            {
              input: countAt(tokens, 'input'),
              output: countAt(tokens, 'output'),
              cacheRead: countAt(tokens, 'cached'),
              reasoning: countAt(tokens, 'thoughts'),
              total: countAt(tokens, 'total'),
            },
            { cacheInInput: true, reasoningInOutput: false },
          ),
          model,
          feed: 'transcript',
          requests: 1,
        },
      },
      this.#folder,
    );
  }

  #tellCall(call: JsonObject, messageMicros: number): void {
    const callId = wordAt(call, 'id');
    const outcome = OUTCOMES.get(call['status']);
    if (callId === undefined || outcome === undefined) return;
    const atMicros = microsAt(call, 'timestamp') ?? messageMicros;
    this.#sink.tell(toolCalled(this.#session, atMicros, { callId, ...namesOf(call), outcome }), this.#folder);
    const result = objectAt(call, 'resultDisplay');
    const lines = objectAt(result, 'diffStat');
    if (lines === undefined || outcome !== 'success') return;
    const added = (countAt(lines, 'model_added_lines') ?? 0) + (countAt(lines, 'user_added_lines') ?? 0);
    const deleted = (countAt(lines, 'model_removed_lines') ?? 0) + (countAt(lines, 'user_removed_lines') ?? 0);
    const files = [nameWithin(this.#folder, wordAt(result, 'filePath'))];
    this.#sink.tell(codeChanged(this.#session, atMicros, { callId, added, deleted, files }), this.#folder);
  }
}

/** Of a tool of an MCP server, what is shown says whose it is: `ping (demo MCP Server)`. */
function namesOf(call: JsonObject): { readonly server: string; readonly tool: string | undefined } {
  const tool = wordAt(call, 'name');
  const server = / \((.{1,100}) MCP Server\)$/.exec(wordAt(call, 'displayName') ?? '')?.[1];
  const own = tool === undefined || server === undefined ? undefined : ownToolName(tool, server);
  // Any tool may be shown in such words; one of a server has its name in its own.
  return server === undefined || own === tool ? { server: CLIENT, tool } : { server, tool: own };
}

/** What is not here is still going on. */
const OUTCOMES: ReadonlyMap<unknown, ToolOutcome> = new Map([
  ['success', 'success'],
  ['error', 'error'],
  ['cancelled', 'cancelled'],
] as const);
