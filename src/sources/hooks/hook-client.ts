import type { JsonObject } from '../amicus-state/read-value.ts';

/** Names of hooks that only Gemini CLI and its descendants have. */
const GEMINI_EVENTS: ReadonlySet<unknown> = new Set([
  'BeforeTool',
  'AfterTool',
  'BeforeAgent',
  'AfterAgent',
  'BeforeModel',
  'AfterModel',
  'BeforeToolSelection',
  'PreCompress',
]);

/** Which client called a hook, by what it says and where it keeps its transcript. The path is looked at and not kept. */
export function hookClient(payload: JsonObject): string {
  if ('cursor_version' in payload || 'conversation_id' in payload) return 'cursor';
  const { transcript_path: path, hook_event_name: name } = payload;
  const transcript = typeof path === 'string' ? path.replaceAll('\\', '/') : '';
  if (transcript.includes('/.qwen/')) return 'qwen-code';
  if (transcript.includes('/.gemini/') || GEMINI_EVENTS.has(name)) return 'gemini-cli';
  if ('turn_id' in payload || /(^|\/)rollout-[^/]*$/.test(transcript)) return 'codex';
  return 'claude-code';
}
