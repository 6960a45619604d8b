import type { StoredEvent } from '../../model/event.ts';
import { textField } from './answerer.ts';

/**
 * Of several tellings of one task's changed lines the one that counts, as `code.changed` says: git's, which has no
 * client; else each session's edits, which name files; else what its client's counters say.
 */
export function changesThatCount(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const ofGit = events.filter((event) => textField(event, 'client') === undefined);
  if (ofGit.length > 0) return ofGit;
  const namesFiles = ({ data }: StoredEvent): boolean => data['files_modified'] !== undefined;
  const sessions = new Set(events.filter(namesFiles).map(sessionOf));
  return events.filter((event) => namesFiles(event) || !sessions.has(sessionOf(event)));
}

const sessionOf = (event: StoredEvent): string =>
  JSON.stringify([textField(event, 'client'), textField(event, 'session_id')]);
