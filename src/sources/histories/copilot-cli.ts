import { usageIdentity } from '../../model/usage-identity.ts';
import type { JsonObject } from '../amicus-state/read-value.ts';
import { nameWithin } from '../changed-lines.ts';
import { normalUsage } from '../normal-usage.ts';
import type { HistoryMemory, HistoryParser, HistorySink, LineHistory } from './line-history.ts';
import { codeChanged, type Session, sessionEvent, toolCalled } from './history-events.ts';
import { placesOf } from './home-folder.ts';
import { amountAt, countAt, listAt, lookAt, microsAt, objectAt, parseLine, wordAt } from './line-text.ts';

const CLIENT = 'copilot-cli';
const TYPE = /^\{"type":"([\w.-]{1,60})"/;
const HEAD_BYTES = 80;
/** Calls that were begun and not answered. */
const MAX_OPEN = 128;

const READ: ReadonlySet<string> = new Set([
  'session.start',
  'session.resume',
  'session.usage_record',
  'session.shutdown',
  'tool.execution_start',
  'tool.execution_complete',
]);
/** First words of types that hold nothing that is counted. */
const PASSED_OVER =
  /^(?:session|assistant|user|system|tool|hook|subagent|skill|abort|pending|permission|model|mcp|command)\b/;

/** Sessions of GitHub Copilot CLI. */
export const copilotCli: LineHistory = {
  name: CLIENT,
  doc: 'Sessions of GitHub Copilot CLI.',
  places: (environment) => placesOf(environment, 'COPILOT_HOME', '.copilot'),
  folders: ['session-state'],
  accepts: (within) => /(^|\/)events\.jsonl$/.test(within),
  open: (_file, memory, sink) => new CopilotEvents(memory, sink),
};

type OpenCall = { readonly server: string; readonly tool: string | undefined; readonly startMicros: number };

class CopilotEvents implements HistoryParser {
  readonly heldFrom = undefined;
  readonly #sink: HistorySink;
  readonly #calls: Map<string, OpenCall>;
  #sessionId: string | undefined;
  #cwd: string | undefined;
  #added: number;
  #deleted: number;

  constructor(memory: HistoryMemory, sink: HistorySink) {
    this.#sink = sink;
    this.#sessionId = wordAt(memory, 'session');
    this.#cwd = wordAt(memory, 'cwd');
    this.#added = countAt(memory, 'added') ?? 0;
    this.#deleted = countAt(memory, 'deleted') ?? 0;
    this.#calls = new Map(Object.entries((objectAt(memory, 'calls') ?? {}) as Record<string, OpenCall>));
  }

  memory(): HistoryMemory {
    return {
      session: this.#sessionId,
      cwd: this.#cwd,
      added: this.#added,
      deleted: this.#deleted,
      calls: Object.fromEntries(this.#calls),
    };
  }

  pause(): void {}

  take(bytes: Buffer, start: number, end: number): void {
    const type = TYPE.exec(lookAt(bytes, start, Math.min(end, start + HEAD_BYTES)))?.[1];
    if (type !== undefined && !READ.has(type)) {
      if (!PASSED_OVER.test(type)) this.#sink.unknown(type);
      return;
    }
    const line = parseLine(bytes, start, end);
    const data = objectAt(line, 'data');
    const atMicros = microsAt(line, 'timestamp');
    if (line === undefined || data === undefined || atMicros === undefined) return this.#sink.damaged();
    switch (line['type']) {
      case 'session.start':
      case 'session.resume':
        return this.#readStart(data, atMicros);
      case 'session.usage_record':
        return this.#readUsage(objectAt(data, 'usage'), atMicros);
      case 'tool.execution_start':
        return this.#openCall(data, atMicros);
      case 'tool.execution_complete':
        return this.#closeCall(data, atMicros);
      case 'session.shutdown':
        return this.#readEnd(data, wordAt(line, 'id'), atMicros);
    }
  }

  get #session(): Session {
    return { client: CLIENT, session_id: this.#sessionId };
  }

  #readStart(data: JsonObject, atMicros: number): void {
    this.#sessionId = wordAt(data, 'sessionId') ?? this.#sessionId;
    this.#cwd = wordAt(objectAt(data, 'context'), 'cwd') ?? this.#cwd;
    const started = sessionEvent('session.started', this.#session, microsAt(data, 'startTime') ?? atMicros, {
      model: wordAt(data, 'selectedModel'),
      client_version: wordAt(data, 'copilotVersion'),
    });
    if (started !== undefined) this.#sink.tell(started, this.#cwd);
  }

  #readUsage(usage: JsonObject | undefined, atMicros: number): void {
    const accounting = objectAt(usage, 'accounting');
    const key = wordAt(accounting, 'usageId') ?? wordAt(usage, 'apiCallId');
    if (usage === undefined || key === undefined) return this.#sink.damaged();
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
              input: countAt(usage, 'inputTokens'),
              output: countAt(usage, 'outputTokens'),
              cacheRead: countAt(usage, 'cacheReadTokens'),
              cacheWrite: countAt(usage, 'cacheWriteTokens'),
              reasoning: countAt(usage, 'reasoningTokens'),
            },
            { cacheInInput: true, reasoningInOutput: true },
          ),
          session_id: this.#sessionId ?? wordAt(accounting, 'sourceSessionId'),
          model: wordAt(usage, 'model'),
          feed: 'transcript',
          requests: 1,
          duration_ms: amountAt(usage, 'duration'),
        },
      },
      this.#cwd,
    );
  }

  #openCall(data: JsonObject, startMicros: number): void {
    const callId = wordAt(data, 'toolCallId');
    if (callId === undefined || this.#calls.size >= MAX_OPEN) return;
    const server = wordAt(data, 'mcpServerName') ?? CLIENT;
    const tool = wordAt(data, 'mcpToolName') ?? wordAt(data, 'toolName');
    this.#calls.set(callId, { server, tool, startMicros });
  }

  #closeCall(data: JsonObject, atMicros: number): void {
    const callId = wordAt(data, 'toolCallId');
    if (callId === undefined) return;
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    const { success } = data;
    this.#sink.tell(
      toolCalled(this.#session, atMicros, {
        callId,
        server: call?.server ?? CLIENT,
        tool: call?.tool,
        outcome: success === true ? 'success' : success === false ? 'error' : 'unknown',
        durationMillis: call === undefined ? undefined : Math.max(0, atMicros - call.startMicros) / 1_000,
      }),
      this.#cwd,
    );
  }

  #readEnd(data: JsonObject, lineId: string | undefined, atMicros: number): void {
    const snapshot = objectAt(data, 'accountingSnapshot') ?? data;
    const startMicros = microsAt(snapshot, 'sessionStartTime');
    const ended = sessionEvent('session.ended', this.#session, atMicros, {
      reason: data['shutdownType'] === 'error' ? 'error' : 'exit',
      duration_seconds: startMicros === undefined ? undefined : Math.max(0, atMicros - startMicros) / 1e6,
    });
    if (ended !== undefined) this.#sink.tell(ended, this.#cwd);
    const changes = objectAt(snapshot, 'codeChanges');
    // Counts of the whole session; one that was resumed ends more than once.
    const [added, deleted] = [countAt(changes, 'linesAdded') ?? 0, countAt(changes, 'linesRemoved') ?? 0];
    const grown = { added: Math.max(0, added - this.#added), deleted: Math.max(0, deleted - this.#deleted) };
    [this.#added, this.#deleted] = [added, deleted];
    if (grown.added + grown.deleted === 0) return;
    const paths = listAt(changes, 'filesModified').filter((path) => typeof path === 'string');
    const files = paths.map((path) => nameWithin(this.#cwd, path));
    this.#sink.tell(codeChanged(this.#session, atMicros, { ...grown, callId: lineId, files }), this.#cwd);
  }
}
