import { lookAt } from './line-text.ts';

const HEAD_BYTES = 500;

/** Types that are read. Of `event_msg` only some; what is content stays bytes. */
const READ: ReadonlySet<string> = new Set(['session_meta', 'turn_context', 'token_usage_record']);
const READ_MESSAGES: ReadonlySet<string> = new Set(['token_count', 'error']);
const READ_ITEMS: ReadonlySet<string> = new Set(['CommandExecution', 'McpToolCall', 'FileChange']);
const PASSED_OVER: ReadonlySet<string> = new Set([
  'event_msg',
  'response_item',
  'world_state',
  'compacted',
  'turn_item',
  'ghost_snapshot',
]);

const LINE =
  /^\{(?:"timestamp":"[^"]{1,40}",)?(?:"ordinal":\d{1,12},)?"type":"(\w{1,40})","payload":\{(?:"type":"(\w{1,60})")?/;
const ITEM = /"item":\{"type":"(\w{1,40})"/;

/** Whether a line of a rollout is read, told from its first bytes. Lines in another order of fields are read. */
export function codexLineKind(
  bytes: Buffer,
  start: number,
  end: number,
): 'read' | 'other' | { readonly unknown: string } {
  const head = lookAt(bytes, start, Math.min(end, start + HEAD_BYTES));
  const [, type, message] = LINE.exec(head) ?? [];
  if (type === undefined) return 'read';
  if (READ.has(type)) return 'read';
  if (type !== 'event_msg') return PASSED_OVER.has(type) ? 'other' : { unknown: type };
  if (message === 'item_completed') {
    const item = ITEM.exec(head)?.[1];
    return item === undefined || READ_ITEMS.has(item) ? 'read' : 'other';
  }
  return message === undefined || READ_MESSAGES.has(message) ? 'read' : 'other';
}
