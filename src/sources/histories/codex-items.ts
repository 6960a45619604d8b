import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { type ChangedLines, countDiff, countLines } from '../changed-lines.ts';
import type { ToolOutcome } from './history-events.ts';
import { amountAt, objectAt } from './line-text.ts';

/** How an item of a rollout ended: a command by its exit code, everything by its status. */
export function codexOutcome(item: JsonObject): ToolOutcome {
  const { status, exit_code: exitCode } = item;
  if (status === 'declined') return 'cancelled';
  if (status === 'failed' || (typeof exitCode === 'number' && exitCode !== 0)) return 'error';
  return status === 'completed' ? 'success' : 'unknown';
}

/** The item's own duration, else the time between its two moments. */
export function codexDurationMillis(item: JsonObject, payload: JsonObject): number | undefined {
  const duration = objectAt(item, 'duration');
  const secs = amountAt(duration, 'secs');
  if (secs !== undefined) return secs * 1_000 + (amountAt(duration, 'nanos') ?? 0) / 1e6;
  const [start, end] = [amountAt(payload, 'started_at_ms'), amountAt(payload, 'completed_at_ms')];
  return start === undefined || end === undefined || end < start ? undefined : end - start;
}

/** What a patch changed, counted over its files. */
export function codexChange(item: JsonObject): (ChangedLines & { readonly paths: readonly string[] }) | undefined {
  const changes = objectAt(item, 'changes');
  if (changes === undefined) return undefined;
  let [added, deleted] = [0, 0];
  for (const change of Object.values(changes)) {
    if (!isObject(change)) continue;
    const { type, content, unified_diff: diff } = change;
    if (typeof diff === 'string') {
      const lines = countDiff(diff);
      added += lines.added;
      deleted += lines.deleted;
    } else if (typeof content === 'string') {
      if (type === 'delete') deleted += countLines(content);
      else added += countLines(content);
    }
  }
  return { added, deleted, paths: Object.keys(changes) };
}
