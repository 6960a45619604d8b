import type { IncomingEvent } from '../../model/event.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import type { AnswerFacts } from './claude-answer-facts.ts';
import type { Session } from './history-events.ts';

const CLIENT = 'claude-code';

/** The answer to one request, of which each block has a line of its own with the usage of all. */
export class ClaudeAnswer {
  /** Where its first line begins. */
  readonly offset: number;
  #facts: AnswerFacts;

  constructor(facts: AnswerFacts, offset: number) {
    this.#facts = facts;
    this.offset = offset;
  }

  /** What was read of it so far. */
  get facts(): AnswerFacts {
    return this.#facts;
  }

  /**
   * A further line of the same answer. A stream may log a partial count first, and never a larger one than the last.
   * The moment stays that of the first line.
   */
  add(facts: AnswerFacts): void {
    const { atMicros, isWhole } = this.#facts;
    const output = (told: AnswerFacts): number => Number(told.usage['output_tokens'] ?? 0);
    const best = output(facts) >= output(this.#facts) ? facts : this.#facts;
    this.#facts = { ...best, atMicros, isWhole: isWhole || facts.isWhole };
  }

  /** The request, as it counts. */
  event(session: Session): IncomingEvent {
    const { key, atMicros, sessionId = session.session_id, agentId, model, usage, speed, costUsd } = this.#facts;
    return {
      metric: 'tokens.consumed',
      atMicros,
      source: 'transcript',
      inferred: false,
      identity: usageIdentity(CLIENT, key),
      data: {
        client: CLIENT,
        session_id: sessionId,
        agent_id: agentId,
        ...usage,
        model,
        feed: 'transcript',
        requests: 1,
        speed,
        reported_cost_usd: costUsd,
      },
    };
  }
}
