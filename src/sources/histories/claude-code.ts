import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity } from '../../model/session-identity.ts';
import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { countHunks, countLines, nameWithin } from '../changed-lines.ts';
import { ClaudeAnswer } from './claude-answer.ts';
import { AnswerBytes, type AnswerLine } from './claude-answer-bytes.ts';
import { type AnswerFacts, answerFacts } from './claude-answer-facts.ts';
import { claudeFailure } from './claude-failure.ts';
import { claudeLineKind, lineHead } from './claude-line-kind.ts';
import type { HistoryMemory, HistoryParser, HistorySink, LineHistory } from './line-history.ts';
import { codeChanged, type Session, sessionEvent, toolCalled, toolNames } from './history-events.ts';
import { placesOf } from './home-folder.ts';
import { amountAt, countAt, listAt, microsAt, objectAt, parseLine, wordAt } from './line-text.ts';
import { OpenCalls } from './open-calls.ts';
import { type Cut, parseWithout } from './shorten-line.ts';

const CLIENT = 'claude-code';
/** Whose session it is stands on one of the first lines. */
const MAX_LOOKS = 50;

/** Transcripts of Claude Code: one line for each block of an answer, the usage of the request repeated on each. */
export const claudeCode: LineHistory = {
  name: CLIENT,
  doc: 'Transcripts of Claude Code and of its sub-agents.',
  places: (environment) => placesOf(environment, 'CLAUDE_CONFIG_DIR', '.claude', '.config/claude'),
  folders: ['projects'],
  accepts: (within) => within.endsWith('.jsonl') && !within.includes('/tool-results/'),
  // The folder is named for the working folder, every character but letters and digits a hyphen.
  mayBeOf: ({ within }, workspace) => within.startsWith(workspace.replaceAll(/[^a-zA-Z0-9]/g, '-')),
  open: (_file, memory, sink) => new ClaudeTranscript(memory, sink),
};

/** Results of tools hold whole files and outputs of commands; their numbers and names stand around these. */
const RESULT_CUTS: readonly Cut[] = [
  {
    open: Buffer.from('"type":"tool_result","content":"'),
    close: Buffer.from('}]},"uuid":"'),
    closeText: /"(?:,"is_error":(?:true|false))?(?:,"tool_use_id":"[^"\\]*")?$/,
  },
  { open: Buffer.from('"toolUseResult":{"stdout":"'), close: Buffer.from('","stderr":"') },
  { open: Buffer.from('"originalFile":"'), close: Buffer.from('","structuredPatch":[') },
];

class ClaudeTranscript implements HistoryParser {
  readonly #sink: HistorySink;
  readonly #calls: OpenCalls;
  #sessionId: string | undefined;
  #cwd: string | undefined;
  #firstMicros: number | undefined;
  #lastMicros: number | undefined;
  #started: boolean;
  /** Lines that were read because nothing tells yet whose they are. */
  #looks = 0;
  #answer: ClaudeAnswer | undefined;
  readonly #bytes = new AnswerBytes();
  /** The last line that was read without being parsed; most lines repeat it. */
  #lastLine: AnswerLine | undefined;

  constructor(memory: HistoryMemory, sink: HistorySink) {
    this.#sink = sink;
    this.#sessionId = wordAt(memory, 'session');
    this.#cwd = wordAt(memory, 'cwd');
    this.#lastMicros = countAt(memory, 'last');
    this.#started = this.#cwd !== undefined;
    this.#calls = new OpenCalls(memory['calls']);
  }

  get heldFrom(): number | undefined {
    return this.#answer?.offset;
  }

  memory(): HistoryMemory {
    return { session: this.#sessionId, cwd: this.#cwd, last: this.#lastMicros, calls: this.#calls.toJson() };
  }

  take(bytes: Buffer, start: number, end: number, offset: number): void {
    const head = lineHead(bytes, start, end);
    const kind = claudeLineKind(head, bytes, start, end);
    if (kind === 'assistant' && this.#started && this.#readBytes(head, bytes, start, end, offset)) return;
    if (kind === 'assistant' || kind === 'results' || kind === 'cost-state' || this.#isBeginning) {
      const line = kind === 'results' ? parseWithout(bytes, start, end, RESULT_CUTS) : parseLine(bytes, start, end);
      if (line === undefined) this.#sink.damaged();
      else this.#read(line, offset);
    } else if (typeof kind === 'object') this.#sink.unknown(kind.unknown);
  }

  pause(settled: boolean): void {
    if (settled || this.#answer?.facts.isWhole === true) this.#tellAnswer();
  }

  #read(line: JsonObject, offset: number): void {
    this.#lastMicros = microsAt(line, 'timestamp') ?? this.#lastMicros;
    // Where the session began: an agent that changes the folder is still at work on the same project.
    this.#cwd ??= wordAt(line, 'cwd');
    this.#noteSession(line);
    switch (line['type']) {
      case 'assistant':
        return this.#readAnswer(line, offset);
      case 'user':
        return this.#readResults(line);
      case 'cost-state':
        return this.#readEnd(line);
    }
  }

  get #isBeginning(): boolean {
    return !this.#started && this.#looks++ < MAX_LOOKS;
  }

  #noteSession(line: JsonObject): void {
    this.#sessionId ??= wordAt(line, 'sessionId');
    this.#firstMicros ??= this.#lastMicros;
    if (this.#started || this.#cwd === undefined || this.#firstMicros === undefined) return;
    this.#started = true;
    // A sub-agent's file holds the session's id, and is no session of its own.
    if (line['isSidechain'] === true) return;
    const client_version = wordAt(line, 'version');
    const started = sessionEvent('session.started', this.#session(line), this.#firstMicros, { client_version });
    if (started !== undefined) this.#sink.tell(started, this.#cwd);
  }

  #session(line: JsonObject) {
    return {
      client: CLIENT,
      session_id: wordAt(line, 'sessionId') ?? this.#sessionId,
      agent_id: wordAt(line, 'agentId'),
    };
  }

  #readAnswer(line: JsonObject, offset: number): void {
    const message = objectAt(line, 'message');
    for (const block of listAt(message, 'content')) {
      if (!isObject(block) || block['type'] !== 'tool_use') continue;
      this.#calls.opened(wordAt(block, 'id'), wordAt(block, 'name'));
    }
    if (line['isApiErrorMessage'] === true || message?.['model'] === '<synthetic>') return this.#readFailure(line);
    const facts = answerFacts(line);
    this.#lastLine = undefined;
    if (facts !== undefined) this.#addToAnswer(facts, offset);
  }

  #addToAnswer(facts: AnswerFacts, offset: number): void {
    if (this.#answer?.facts.key === facts.key) return this.#answer.add(facts);
    this.#tellAnswer();
    this.#answer = new ClaudeAnswer(facts, offset);
  }

  /** Reads a line of an answer without parsing it. @returns False when it must be parsed. */
  #readBytes(head: string, bytes: Buffer, start: number, end: number, offset: number): boolean {
    const look = this.#bytes;
    const found = look.look(head, bytes, start, end, this.#lastLine);
    if (found === 'unclear') return false;
    const line = found === 'repeated' ? this.#lastLine : look.read();
    if (line === undefined) return false;
    this.#calls.opened(look.call?.id, look.call?.name);
    if (found === 'repeated') return true;
    this.#lastLine = line;
    this.#lastMicros = line.facts.atMicros;
    this.#addToAnswer(line.facts, offset);
    return true;
  }

  #tellAnswer(): void {
    const event = this.#answer?.event({ client: CLIENT, session_id: this.#sessionId });
    this.#answer = undefined;
    if (event !== undefined) this.#sink.tell(event, this.#cwd);
  }

  /** A request that failed is written as an answer of no model, without usage. */
  #readFailure(line: JsonObject): void {
    const atMicros = microsAt(line, 'timestamp');
    const key = wordAt(line, 'requestId') ?? wordAt(line, 'uuid');
    if (line['isApiErrorMessage'] !== true || atMicros === undefined || key === undefined) return;
    const status = countAt(line, 'apiErrorStatus');
    const failure = claudeFailure(line['error']) ?? (status === undefined ? 'other' : apiFailureOfStatus(status));
    this.#sink.tell(
      {
        metric: 'api.failed',
        atMicros,
        source: 'transcript',
        inferred: false,
        identity: apiFailureIdentity(CLIENT, key),
        data: {
          ...this.#session(line),
          failure,
          status: status === undefined ? undefined : String(status),
          model: wordAt(line, 'requestedModel'),
        },
      },
      this.#cwd,
    );
  }

  #readResults(line: JsonObject): void {
    const atMicros = microsAt(line, 'timestamp');
    if (atMicros === undefined) return;
    const session = this.#session(line);
    const blocks = listAt(objectAt(line, 'message'), 'content').filter(
      (block) => isObject(block) && block['type'] === 'tool_result',
    ) as JsonObject[];
    const result = objectAt(line, 'toolUseResult');
    for (const block of blocks) {
      const callId = wordAt(block, 'tool_use_id');
      if (callId === undefined) continue;
      const names = toolNames(CLIENT, this.#calls.closed(callId));
      const outcome = result?.['interrupted'] === true ? 'cancelled' : block['is_error'] === true ? 'error' : 'success';
      const durationMillis = amountAt(result, 'durationMs') ?? amountAt(result, 'totalDurationMs');
      this.#sink.tell(toolCalled(session, atMicros, { callId, ...names, outcome, durationMillis }), this.#cwd);
      if (blocks.length === 1 && result !== undefined && outcome === 'success') {
        this.#readChange(session, atMicros, callId, result);
      }
    }
  }

  #readChange(session: Session, atMicros: number, callId: string, result: JsonObject): void {
    const hunks = listAt(result, 'structuredPatch');
    const path = wordAt(result, 'filePath');
    const created = result['type'] === 'create' && typeof result['content'] === 'string' ? result['content'] : '';
    if (path === undefined || (hunks.length === 0 && created === '')) return;
    const lines = hunks.length > 0 ? countHunks(hunks) : { added: countLines(created), deleted: 0 };
    this.#sink.tell(
      codeChanged(session, atMicros, { ...lines, callId, files: [nameWithin(this.#cwd, path)] }),
      this.#cwd,
    );
  }

  #readEnd(line: JsonObject): void {
    const millis = amountAt(line, 'totalDuration');
    if (this.#lastMicros === undefined) return;
    const duration_seconds = millis === undefined ? undefined : millis / 1_000;
    const ended = sessionEvent('session.ended', this.#session(line), this.#lastMicros, { duration_seconds });
    if (ended !== undefined) this.#sink.tell(ended, this.#cwd);
  }
}
