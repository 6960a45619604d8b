import type { StoredEvent } from '../../model/event.ts';
import type { EventQuestion } from '../../query/question.ts';
import type { Answerer } from '../reports/answerer.ts';

/** What the ledger asks: answers, and single events one after the other. A collector is one. */
export interface EventAnswerer extends Answerer {
  events(question: EventQuestion): AsyncIterable<readonly StoredEvent[]>;
}
