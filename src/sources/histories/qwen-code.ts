import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import type { JsonObject } from '../amicus-state/read-value.ts';
import { normalUsage } from '../normal-usage.ts';
import { ownToolName } from '../tool-name.ts';
import type { HistoryMemory, HistoryParser, HistorySink, LineHistory } from './line-history.ts';
import { codeChanged, type Session, sessionEvent, toolCalled } from './history-events.ts';
import { placesOf } from './home-folder.ts';
import { amountAt, countAt, lookAt, microsAt, objectAt, parseLine, wordAt } from './line-text.ts';

const CLIENT = 'qwen-code';
const HEAD_BYTES = 600;
const PASSED_OVER: ReadonlySet<string> = new Set(['user', 'system', 'tool_result', 'assistant']);

/**
 * Chats of Qwen Code. Its own telemetry lies between the messages and names each request as it does when it is pushed, so
 * it is the same feed: whichever comes first, a session is the sum of both. Older chats have only sums.
 */
export const qwenCode: LineHistory = {
  name: CLIENT,
  doc: 'Chats of Qwen Code.',
  places: (environment) => placesOf(environment, 'QWEN_HOME', '.qwen'),
  folders: ['projects', 'tmp'],
  accepts: (within) => /(^|\/)chats\/[^/]+\.jsonl$/.test(within),
  open: (_file, memory, sink) => new QwenChat(memory, sink),
};

class QwenChat implements HistoryParser {
  readonly heldFrom = undefined;
  readonly #sink: HistorySink;
  #sessionId: string | undefined;
  #cwd: string | undefined;
  #hasTelemetry: boolean;

  constructor(memory: HistoryMemory, sink: HistorySink) {
    this.#sink = sink;
    this.#sessionId = wordAt(memory, 'session');
    this.#cwd = wordAt(memory, 'cwd');
    this.#hasTelemetry = memory['telemetry'] === true;
  }

  memory(): HistoryMemory {
    return { session: this.#sessionId, cwd: this.#cwd, telemetry: this.#hasTelemetry };
  }

  pause(): void {}

  take(bytes: Buffer, start: number, end: number): void {
    const head = lookAt(bytes, start, Math.min(end, start + HEAD_BYTES));
    const type = /"type":"(\w{1,40})"/.exec(head)?.[1];
    const wanted = head.includes('"subtype":"ui_telemetry"') || (type === 'assistant' && !this.#hasTelemetry);
    if (this.#sessionId !== undefined && type !== undefined && !wanted) {
      if (!PASSED_OVER.has(type)) this.#sink.unknown(type);
      return;
    }
    const line = parseLine(bytes, start, end);
    const atMicros = microsAt(line, 'timestamp');
    if (line === undefined || atMicros === undefined) return this.#sink.damaged();
    this.#noteSession(line, atMicros);
    const told = objectAt(objectAt(line, 'systemPayload'), 'uiEvent');
    if (told !== undefined)
      this.#readTelemetry(told, wordAt(line, 'uuid'), microsAt(told, 'event.timestamp') ?? atMicros);
    else if (line['type'] === 'assistant' && !this.#hasTelemetry) this.#readMessage(line, atMicros);
  }

  #noteSession(line: JsonObject, atMicros: number): void {
    this.#cwd = wordAt(line, 'cwd') ?? this.#cwd;
    if (this.#sessionId !== undefined) return;
    this.#sessionId = wordAt(line, 'sessionId');
    const started = sessionEvent('session.started', this.#session(), atMicros, {
      client_version: wordAt(line, 'version'),
    });
    if (started !== undefined) this.#sink.tell(started, this.#cwd);
  }

  #session(agent?: string): Session {
    return { client: CLIENT, session_id: this.#sessionId, agent_id: agent };
  }

  #readTelemetry(told: JsonObject, uuid: string | undefined, atMicros: number): void {
    const session = this.#session(wordAt(told, 'subagent_name'));
    switch (told['event.name']) {
      case 'qwen-code.api_response': {
        this.#hasTelemetry = true;
        const named = wordAt(told, 'response_id');
        const key = named ?? uuid;
        if (key === undefined) return;
        const feed = named === undefined ? 'transcript' : 'events';
        return this.#tellUsage(atMicros, key, feed, session, wordAt(told, 'model'), amountAt(told, 'duration_ms'), {
          input: countAt(told, 'input_token_count'),
          output: countAt(told, 'output_token_count'),
          cacheRead: countAt(told, 'cached_content_token_count'),
          reasoning: countAt(told, 'thoughts_token_count'),
          total: countAt(told, 'total_token_count'),
        });
      }
      case 'qwen-code.tool_call':
        return this.#readCall(told, session, atMicros);
      case 'qwen-code.api_error':
        return this.#readFailure(told, uuid, session, atMicros);
    }
  }

  #readMessage(line: JsonObject, atMicros: number): void {
    const usage = objectAt(line, 'usageMetadata');
    const key = wordAt(line, 'uuid');
    if (usage === undefined || key === undefined) return;
    this.#tellUsage(atMicros, key, 'transcript', this.#session(), wordAt(line, 'model'), undefined, {
      input: countAt(usage, 'promptTokenCount'),
      output: countAt(usage, 'candidatesTokenCount'),
      cacheRead: countAt(usage, 'cachedContentTokenCount'),
      reasoning: countAt(usage, 'thoughtsTokenCount'),
      total: countAt(usage, 'totalTokenCount'),
    });
  }

  #tellUsage(
    atMicros: number,
    key: string,
    feed: 'events' | 'transcript',
    session: Session,
    model: string | undefined,
    duration_ms: number | undefined,
    told: Parameters<typeof normalUsage>[0],
  ): void {
    this.#sink.tell(
      {
        metric: 'tokens.consumed',
        atMicros,
        source: 'transcript',
        inferred: false,
        identity: usageIdentity(CLIENT, key),
        data: {
          ...session,
          ...normalUsage(told, { cacheInInput: true, reasoningInOutput: true }),
          model,
          feed,
          requests: 1,
          duration_ms,
        },
      },
      this.#cwd,
    );
  }

  #readCall(told: JsonObject, session: Session, atMicros: number): void {
    const callId = wordAt(told, 'call_id');
    if (callId === undefined) return;
    const { status, success } = told;
    const outcome = status === 'cancelled' ? 'cancelled' : success === true ? 'success' : 'error';
    const server = wordAt(told, 'mcp_server_name') ?? CLIENT;
    const name = wordAt(told, 'function_name');
    const tool = name === undefined ? undefined : ownToolName(name, server);
    const durationMillis = amountAt(told, 'duration_ms');
    this.#sink.tell(toolCalled(session, atMicros, { callId, server, tool, outcome, durationMillis }), this.#cwd);
    const counts = objectAt(told, 'metadata');
    const [added, deleted] = [countAt(counts, 'model_added_lines'), countAt(counts, 'model_removed_lines')];
    if (added === undefined && deleted === undefined) return;
    const lines = { added: added ?? 0, deleted: deleted ?? 0 };
    this.#sink.tell(codeChanged(session, atMicros, { ...lines, callId, files: [] }), this.#cwd);
  }

  #readFailure(told: JsonObject, uuid: string | undefined, session: Session, atMicros: number): void {
    const key = wordAt(told, 'response_id') ?? uuid;
    if (key === undefined) return;
    const status = countAt(told, 'status_code');
    this.#sink.tell(
      {
        metric: 'api.failed',
        atMicros,
        source: 'transcript',
        inferred: false,
        identity: apiFailureIdentity(CLIENT, key),
        data: {
          ...session,
          failure: apiFailureOfStatus(status),
          status: status === undefined ? undefined : String(status),
          model: wordAt(told, 'model'),
          duration_ms: amountAt(told, 'duration_ms'),
        },
      },
      this.#cwd,
    );
  }
}
