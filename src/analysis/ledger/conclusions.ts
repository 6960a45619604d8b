import { type Attribution, toldAttribution } from './attribution.ts';
import { type ClaimBook, readClaimBook } from './claim-book.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { readSessionBook, type SessionBook } from './session-book.ts';
import type { UsageLine } from './usage-line.ts';

/** Names of usage with what was concluded filled in, and how. */
export type Attributed = { readonly fields: UsageLine['fields']; readonly attribution: Attribution };

/** Joins usage of a moment with what is known of that moment. */
export type Join = (told: UsageLine['fields'], atMicros: number) => Attributed;

/** What usage can be joined with, read when it is first needed. */
export class Conclusions {
  readonly #ask: EventAnswerer;
  #sessions: Promise<SessionBook> | undefined;
  #claims: Promise<ClaimBook> | undefined;

  constructor(ask: EventAnswerer) {
    this.#ask = ask;
  }

  get sessions(): Promise<SessionBook> {
    return (this.#sessions ??= readSessionBook(this.#ask));
  }

  get claims(): Promise<ClaimBook> {
    return (this.#claims ??= readClaimBook(this.#ask));
  }
}

/**
 * Joins usage of a moment with what else is known of that moment. What was told stays as it is. A node comes from the
 * session; a task from the session, else from what the node held then.
 *
 * @param claims Absent when nobody asks for tasks.
 */
export function attribute(
  told: UsageLine['fields'],
  atMicros: number,
  sessions: SessionBook,
  claims: ClaimBook | undefined,
): Attributed {
  const { client, session_id: session } = told;
  const known = client !== undefined && session !== undefined;
  const { node: nodeTold, task: taskTold } = toldAttribution(told);
  const ofSession = nodeTold === undefined && known ? sessions.nodeAt(client, session, atMicros) : undefined;
  const node = told.node_id ?? ofSession;
  const nodeWay = nodeTold ?? (ofSession === undefined ? undefined : 'session');
  if (claims === undefined || taskTold !== undefined) {
    return { fields: { ...told, node_id: node }, attribution: { node: nodeWay, task: taskTold } };
  }
  const started = known ? sessions.taskAt(client, session, atMicros) : undefined;
  const claimed = started !== undefined || node === undefined ? undefined : claims.taskAt(node, atMicros);
  return {
    fields: { ...told, node_id: node, task_id: started ?? claimed },
    attribution: {
      node: nodeWay,
      task: started !== undefined ? 'session' : claimed !== undefined ? 'claim' : undefined,
    },
  };
}
