import type { IncomingEvent } from '../../model/event.ts';
import { MAX_LISTED_NAME_LENGTH, MAX_LISTED_NAMES } from '../../model/field.ts';
import type { FileChange } from './numstat.ts';

/** Whose change it is and when it ended. */
type Ended = {
  readonly taskId?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly atMicros: number;
  readonly cluster: string | undefined;
  readonly identity: string;
};

/** Characters that could move a cursor, hide or reorder text; U+FFFD stands for bytes that are no text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;

/** The event, and how many files it counts and does not name. Nothing where nothing was changed. */
export function changedEvent(
  changes: readonly FileChange[],
  ended: Ended,
  complexityDelta?: number,
): { readonly event: IncomingEvent; readonly unnamed: number } | undefined {
  if (changes.length === 0) return undefined;
  const { taskId, nodeId, atMicros, cluster, identity } = ended;
  const names = changes
    .map(({ name }) => name)
    .filter((name) => name.length <= MAX_LISTED_NAME_LENGTH && !UNPRINTABLE.test(name))
    .toSorted()
    .slice(0, MAX_LISTED_NAMES);
  let added = 0;
  let deleted = 0;
  for (const change of changes) {
    added += change.added ?? 0;
    deleted += change.deleted ?? 0;
  }
  const data = {
    node_id: nodeId,
    task_id: taskId,
    files_modified: names,
    lines_added: added,
    lines_deleted: deleted,
    complexity_delta: complexityDelta,
  };
  const event = { metric: 'code.changed', atMicros, source: 'git', inferred: false, cluster, identity, data } as const;
  return { event, unnamed: changes.length - names.length };
}
