import type { IncomingEvent } from '../../model/event.ts';
import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { type JsonObject, isObject } from '../amicus-state/read-value.ts';
import { nameWithin } from '../changed-lines.ts';
import { normalUsage } from '../normal-usage.ts';
import { codexChange, codexDurationMillis, codexOutcome } from './codex-items.ts';
import { codexLineKind } from './codex-line-kind.ts';
import { CodexTotals } from './codex-totals.ts';
import type { HistoryMemory, HistoryParser, HistorySink, LineHistory } from './line-history.ts';
import { codeChanged, type Session, sessionEvent, toolCalled } from './history-events.ts';
import { placesOf } from './home-folder.ts';
import { countAt, microsAt, objectAt, parseLine, wordAt } from './line-text.ts';

const CLIENT = 'codex';

/** Rollouts of Codex. A forked or sub-agent's file repeats its parent's records at the top; response ids tell. */
export const codex: LineHistory = {
  name: CLIENT,
  doc: 'Rollouts of Codex, archived ones included.',
  places: (environment) => placesOf(environment, 'CODEX_HOME', '.codex'),
  folders: ['sessions', 'archived_sessions'],
  accepts: (within) => /(^|\/)rollout-[^/]*\.jsonl$/.test(within),
  open: (_file, memory, sink) => new CodexRollout(memory, sink),
};

class CodexRollout implements HistoryParser {
  readonly heldFrom = undefined;
  readonly #sink: HistorySink;
  readonly #totals: CodexTotals;
  #thread: string | undefined;
  #sessionId: string | undefined;
  #cwd: string | undefined;
  #model: string | undefined;

  constructor(memory: HistoryMemory, sink: HistorySink) {
    this.#sink = sink;
    this.#thread = wordAt(memory, 'thread');
    this.#sessionId = wordAt(memory, 'session');
    this.#cwd = wordAt(memory, 'cwd');
    this.#model = wordAt(memory, 'model');
    this.#totals = new CodexTotals(memory['totals']);
  }

  memory(): HistoryMemory {
    return {
      thread: this.#thread,
      session: this.#sessionId,
      cwd: this.#cwd,
      model: this.#model,
      totals: this.#totals.toJson(),
    };
  }

  pause(): void {}

  take(bytes: Buffer, start: number, end: number): void {
    const kind = codexLineKind(bytes, start, end);
    if (kind === 'other') return;
    if (kind !== 'read') return this.#sink.unknown(kind.unknown);
    const line = parseLine(bytes, start, end);
    const payload = objectAt(line, 'payload');
    const atMicros = microsAt(line, 'timestamp');
    if (line === undefined || payload === undefined || atMicros === undefined) return this.#sink.damaged();
    switch (line['type']) {
      case 'session_meta':
        return this.#readMeta(payload, atMicros);
      case 'turn_context':
        this.#model = wordAt(payload, 'model') ?? this.#model;
        return;
      case 'token_usage_record':
        return this.#readRecord(payload, atMicros);
      case 'event_msg':
        return this.#readMessage(payload, atMicros);
    }
  }

  #tell(metric: string, atMicros: number, identity: string, data: IncomingEvent['data']): void {
    this.#sink.tell({ metric, atMicros, identity, data, source: 'transcript', inferred: false }, this.#cwd);
  }

  /** The first one is the file's own; a fork repeats its parent's below. */
  #readMeta(payload: JsonObject, atMicros: number): void {
    if (this.#thread !== undefined) return;
    this.#thread = wordAt(payload, 'id');
    this.#sessionId = wordAt(payload, 'session_id') ?? this.#thread;
    this.#cwd = wordAt(payload, 'cwd');
    const { source } = payload;
    const isSubAgent = isObject(source) && source['subagent'] !== undefined;
    const isFork = wordAt(payload, 'forked_from_id') !== undefined;
    if (isSubAgent || isFork) this.#totals.replayedUntil(atMicros);
    if (isSubAgent) return;
    const started = sessionEvent('session.started', this.#session(), microsAt(payload, 'timestamp') ?? atMicros, {
      start: isFork ? 'fork' : undefined,
      client_version: wordAt(payload, 'cli_version'),
    });
    if (started !== undefined) this.#sink.tell(started, this.#cwd);
  }

  #session(thread = this.#thread, session = this.#sessionId): Session {
    return { client: CLIENT, session_id: session, agent_id: thread === session ? undefined : thread };
  }

  #readRecord(payload: JsonObject, atMicros: number): void {
    const key = wordAt(payload, 'response_id');
    const usage = objectAt(payload, 'usage');
    this.#totals.hasRecords = true;
    if (key === undefined || usage === undefined) return;
    const thread = wordAt(payload, 'thread_id') ?? this.#thread;
    this.#tellUsage(atMicros, key, usage, this.#session(thread, wordAt(payload, 'session_id') ?? this.#sessionId));
  }

  #tellUsage(atMicros: number, key: string, usage: JsonObject, session: Session): void {
    this.#tell('tokens.consumed', atMicros, usageIdentity(CLIENT, key), {
      ...session,
      ...normalUsage(
        {
          input: countAt(usage, 'input_tokens'),
          output: countAt(usage, 'output_tokens'),
          cacheRead: countAt(usage, 'cached_input_tokens'),
          cacheWrite: countAt(usage, 'cache_write_input_tokens'),
          reasoning: countAt(usage, 'reasoning_output_tokens'),
          total: countAt(usage, 'total_tokens'),
        },
        { cacheInInput: true, reasoningInOutput: true },
      ),
      model: this.#model,
      feed: 'transcript',
      requests: 1,
    });
  }

  #readMessage(payload: JsonObject, atMicros: number): void {
    switch (payload['type']) {
      case 'token_count': {
        const usage = this.#totals.next(objectAt(objectAt(payload, 'info'), 'total_token_usage'), atMicros);
        if (usage !== undefined) {
          const key = `${this.#thread ?? ''}:${String(usage['cumulative'])}`;
          this.#tellUsage(atMicros, key, usage, this.#session());
        }
        return;
      }
      case 'item_completed':
        return this.#readItem(payload, microsAt(payload, 'completed_at_ms') ?? atMicros);
      case 'error':
        return this.#readFailure(payload, atMicros);
    }
  }

  #readItem(payload: JsonObject, atMicros: number): void {
    const item = objectAt(payload, 'item');
    const callId = wordAt(item, 'id');
    const names = { CommandExecution: 'exec_command', FileChange: 'apply_patch', McpToolCall: wordAt(item, 'tool') };
    const type = item?.['type'];
    if (item === undefined || callId === undefined || typeof type !== 'string' || !(type in names)) return;
    const server = type === 'McpToolCall' ? (wordAt(item, 'server') ?? CLIENT) : CLIENT;
    const tool = names[type as keyof typeof names];
    const outcome = codexOutcome(item);
    const durationMillis = codexDurationMillis(item, payload);
    const session = this.#session(wordAt(payload, 'thread_id') ?? this.#thread);
    this.#sink.tell(toolCalled(session, atMicros, { callId, server, tool, outcome, durationMillis }), this.#cwd);
    const change = outcome === 'success' && type === 'FileChange' ? codexChange(item) : undefined;
    if (change === undefined) return;
    const files = change.paths.map((path) => nameWithin(this.#cwd, path));
    this.#sink.tell(codeChanged(session, atMicros, { ...change, callId, files }), this.#cwd);
  }

  #readFailure(payload: JsonObject, atMicros: number): void {
    const info = payload['codex_error_info'];
    // Either a word, or an object of one word that may hold the status.
    const [word, detail] = isObject(info) ? (Object.entries(info)[0] ?? []) : [info, undefined];
    if (typeof word !== 'string') return;
    const status = isObject(detail) ? countAt(detail, 'http_status_code') : undefined;
    const failure = status === undefined ? (FAILURES.get(word) ?? 'other') : apiFailureOfStatus(status);
    this.#tell('api.failed', atMicros, apiFailureIdentity(CLIENT, `${this.#thread ?? ''}:${atMicros}`), {
      ...this.#session(),
      failure,
      model: this.#model,
      status: status === undefined ? undefined : String(status),
    });
  }
}

const FAILURES = new Map([
  ['usage_limit_exceeded', 'rate_limited'],
  ['server_overloaded', 'overloaded'],
  ['unauthorized', 'authentication'],
  ['bad_request', 'invalid_request'],
  ['context_window_exceeded', 'invalid_request'],
  ['internal_server_error', 'server_error'],
  ['http_connection_failed', 'connection'],
  ['response_stream_connection_failed', 'connection'],
  ['response_stream_disconnected', 'connection'],
] as const as readonly (readonly [string, string])[]);
