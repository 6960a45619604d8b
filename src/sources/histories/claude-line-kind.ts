import { holds, lookAt } from './line-text.ts';

/** A line's own type stands at its beginning or behind the message, depending on type and version. */
const HEAD_BYTES = 600;
const TAIL_BYTES = 800;

const ASSISTANT = '"type":"assistant"';
const ASSISTANT_ROLE = '"role":"assistant"';
const ATTACHMENT = '"attachment":{';
const USER = '"type":"user"';
const RESULT = '"tool_result"';
const RESULT_BYTES = Buffer.from(RESULT);
const ASSISTANT_BYTES = Buffer.from(ASSISTANT);
const USER_BYTES = Buffer.from(USER);

/** Types that hold nothing that is counted: prompts, attachments, what was sent to the model, book-keeping. */
const PASSED_OVER: ReadonlySet<string> = new Set(
  `system attachment queue-operation last-prompt tools-used api-request api-request-shape api-request-blob summary
  file-history-snapshot file-history-delta progress custom-title agent-name agent-color pr-link mode permission-mode
  ai-title atis-latch saved_hook_context result`.split(/\s+/),
);

/** What a line of a transcript is, as far as it matters. */
export type ClaudeLineKind =
  | 'assistant'
  /** A line of type `user` that answers tool calls. */
  | 'results'
  | 'cost-state'
  | 'other'
  | { readonly unknown: string };

/** The beginning of a line, which tells most of what it is. */
export function lineHead(bytes: Buffer, start: number, end: number): string {
  return lookAt(bytes, start, Math.min(end, start + HEAD_BYTES));
}

/**
 * Tells what a line is without decoding it: most of a transcript's bytes are prompts, results of tools and attachments.
 * A wrong guess costs time and nothing else, since whoever parses the line looks at its type again.
 */
export function claudeLineKind(head: string, bytes: Buffer, start: number, end: number): ClaudeLineKind {
  const first = /^\{"type":"([\w-]{1,40})"/.exec(head)?.[1];
  if (first !== undefined && first !== 'assistant' && first !== 'user') return ofType(first);
  // Most lines show at their beginning what they are.
  if (head.includes(ASSISTANT_ROLE)) return 'assistant';
  if (head.includes(USER)) return hasResult(head, bytes, start, end);
  if (head.includes(ATTACHMENT)) return 'other';
  const tail = lookAt(bytes, Math.max(start, end - TAIL_BYTES), end);
  if (head.includes(ASSISTANT) || tail.includes(ASSISTANT)) return 'assistant';
  if (tail.includes(USER)) return hasResult(head, bytes, start, end);
  for (const known of PASSED_OVER) {
    const needle = `"type":"${known}"`;
    if (head.includes(needle) || tail.includes(needle)) return 'other';
  }
  if (holds(bytes, start, end, ASSISTANT_BYTES)) return 'assistant';
  if (holds(bytes, start, end, USER_BYTES)) return 'results';
  const type = /"type":"([\w-]{1,40})"[^{}]*\}?$/.exec(tail)?.[1];
  return type === undefined ? { unknown: '(none)' } : ofType(type);
}

function hasResult(head: string, bytes: Buffer, start: number, end: number): 'results' | 'other' {
  return head.includes(RESULT) || holds(bytes, start, end, RESULT_BYTES) ? 'results' : 'other';
}

function ofType(type: string): ClaudeLineKind {
  if (type === 'cost-state') return type;
  return PASSED_OVER.has(type) ? 'other' : { unknown: type };
}
