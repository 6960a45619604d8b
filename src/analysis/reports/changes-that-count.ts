import type { StoredEvent } from '../../model/event.ts';
import { numberField, textField } from './answerer.ts';

/**
 * Of several tellings of one task's changed lines the one that counts: the fuller one of git's, which has no client, and
 * the clients' own. A client's is each session's edits, which name files, else what its counters say.
 *
 * Fuller is which grew or shrank the code by more, lines added less lines deleted. A client counts a line again each
 * time it is rewritten, so that its plain sum is nearly always the larger one; the net change is the same however often
 * something is rewritten, and git's is smaller only where it saw a part of the task: of a shared tree, spans in which
 * several tasks were open are nobody's. Where both are the same git counts, since it names every file. Work that
 * adds as much as it deletes cannot be told apart so; then git counts too.
 */
export function changesThatCount(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const ofGit = events.filter((event) => textField(event, 'client') === undefined);
  const ofClients = editsElseCounters(events.filter((event) => textField(event, 'client') !== undefined));
  if (ofGit.length === 0) return ofClients;
  return netLines(ofClients) > netLines(ofGit) ? ofClients : ofGit;
}

function editsElseCounters(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const namesFiles = ({ data }: StoredEvent): boolean => data['files_modified'] !== undefined;
  const sessions = new Set(events.filter(namesFiles).map(sessionOf));
  return events.filter((event) => namesFiles(event) || !sessions.has(sessionOf(event)));
}

function netLines(events: readonly StoredEvent[]): number {
  let net = 0;
  for (const event of events) {
    net += (numberField(event, 'lines_added') ?? 0) - (numberField(event, 'lines_deleted') ?? 0);
  }
  return Math.abs(net);
}

const sessionOf = (event: StoredEvent): string =>
  JSON.stringify([textField(event, 'client'), textField(event, 'session_id')]);
