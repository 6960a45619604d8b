import type { ApiFailure } from '../../metrics/api-failed.ts';
import type { IncomingEvent } from '../../model/event.ts';
import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { type ChangedLines, countHunks, countLines, nameWithin } from '../changed-lines.ts';
import { claudeFailure } from '../histories/claude-failure.ts';
import {
  codeChanged,
  type Session,
  sessionEvent,
  toolCalled,
  toolNames,
  type ToolOutcome,
} from '../histories/history-events.ts';
import { amountAt, listAt, objectAt, wordAt } from '../histories/line-text.ts';
import { hookClient } from './hook-client.ts';

/** What is known of a hook besides what it was told. */
export type HookContext = {
  readonly nowMicros: number;
  /** The client, where it is known and need not be guessed. */
  readonly client?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly taskId?: string | undefined;
};

type Told = { readonly payload: JsonObject; readonly session: Session; readonly nowMicros: number };

/**
 * The events of one call of a hook, by the JSON that the client gives it: Claude Code, Codex, Gemini CLI, Qwen Code and
 * Cursor. Most calls tell nothing that is counted. Calls of tools count only by the client's own id of the call, under
 * which its history and its telemetry tell them too. Never throws; texts, arguments and results are not looked at.
 */
export function hookEvents(payload: unknown, context: HookContext): IncomingEvent[] {
  if (!isObject(payload)) return [];
  const name = payload['hook_event_name'];
  const read = typeof name === 'string' ? READERS.get(name.charAt(0).toLowerCase() + name.slice(1)) : undefined;
  if (read === undefined) return [];
  const session = {
    client: context.client ?? hookClient(payload),
    session_id: wordAt(payload, 'session_id') ?? wordAt(payload, 'conversation_id'),
    agent_id: wordAt(payload, 'agent_id'),
  };
  const events = read({ payload, session, nowMicros: context.nowMicros });
  const { nodeId: node_id, taskId: task_id } = context;
  if (node_id === undefined && task_id === undefined) return events;
  return events.map((event) => Object.assign({}, event, { data: { ...event.data, node_id, task_id } }));
}

type Read = (told: Told) => IncomingEvent[];

/** By the name of the event, its first letter small: clients write it both ways. */
const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['sessionStart', started],
  ['sessionEnd', ended],
  ['postToolUse', (told) => called(told, 'success')],
  ['postToolUseFailure', (told) => called(told, told.payload['is_interrupt'] === true ? 'cancelled' : 'error')],
  ['permissionDenied', (told) => called(told, 'cancelled')],
  ['stopFailure', failed],
  ['afterFileEdit', edited],
]);

const STARTS: ReadonlyMap<unknown, string> = new Map([
  ['startup', 'fresh'],
  ['resume', 'resume'],
  ['clear', 'clear'],
  ['compact', 'compact'],
  ['fork', 'fork'],
]);

function started({ payload, session, nowMicros }: Told): IncomingEvent[] {
  const start = STARTS.get(payload['source']);
  const event = sessionEvent('session.started', session, nowMicros, { start, model: wordAt(payload, 'model') });
  return event === undefined ? [] : [event];
}

const ENDS: ReadonlyMap<unknown, string> = new Map([
  ['clear', 'clear'],
  ['resume', 'resume'],
  ['logout', 'logout'],
  ['prompt_input_exit', 'exit'],
  ['exit', 'exit'],
  ['completed', 'exit'],
  ['user_close', 'exit'],
  ['error', 'error'],
]);

function ended({ payload, session, nowMicros }: Told): IncomingEvent[] {
  const reason = ENDS.get(payload['reason']) ?? 'other';
  const event = sessionEvent('session.ended', session, nowMicros, { reason });
  return event === undefined ? [] : [event];
}

function called({ payload, session, nowMicros }: Told, outcome: ToolOutcome): IncomingEvent[] {
  const callId = wordAt(payload, 'tool_use_id');
  if (callId === undefined) return [];
  const names = toolNames(session.client, wordAt(payload, 'tool_name'));
  const durationMillis = amountAt(payload, 'duration_ms') ?? amountAt(payload, 'duration');
  const call = toolCalled(session, nowMicros, { callId, ...names, outcome, durationMillis });
  const response = objectAt(payload, 'tool_response');
  const lines = outcome === 'success' && response !== undefined ? changeIn(response) : undefined;
  if (lines === undefined) return [call];
  const files = [nameWithin(wordAt(payload, 'cwd'), wordAt(response, 'filePath'))];
  return [call, codeChanged(session, nowMicros, { ...lines, callId, files })];
}

/** What Claude Code's tools for files answer. */
function changeIn(response: JsonObject): ChangedLines | undefined {
  const hunks = listAt(response, 'structuredPatch');
  if (hunks.length > 0) return countHunks(hunks);
  const { type, content } = response;
  return type === 'create' && typeof content === 'string' ? { added: countLines(content), deleted: 0 } : undefined;
}

/** Cursor tells each edit by its texts before and after. Nothing else of Cursor's tells it, so it has no identity. */
function edited({ payload, session, nowMicros }: Told): IncomingEvent[] {
  const edits = listAt(payload, 'edits').filter(isObject);
  if (edits.length === 0) return [];
  const sum = (key: string): number =>
    edits.reduce((total, edit) => total + (typeof edit[key] === 'string' ? countLines(edit[key]) : 0), 0);
  const [root] = listAt(payload, 'workspace_roots');
  const files = [nameWithin(typeof root === 'string' ? root : undefined, wordAt(payload, 'file_path'))];
  const lines = { added: sum('new_string'), deleted: sum('old_string') };
  return [codeChanged(session, nowMicros, { ...lines, callId: undefined, files })];
}

function failed({ payload, session, nowMicros }: Told): IncomingEvent[] {
  const failure: ApiFailure = claudeFailure(payload['error']) ?? 'other';
  const data = { ...session, failure, model: wordAt(payload, 'model') };
  return [{ metric: 'api.failed', atMicros: nowMicros, source: 'transcript', inferred: false, data }];
}
