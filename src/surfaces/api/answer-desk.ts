import { hash } from 'node:crypto';
import type { ApiContext } from './api-context.ts';
import type { Question, Weight } from './define-question.ts';
import { toldJson } from './told-json.ts';

/** An answer, ready to be sent. */
export type KeptAnswer = {
  readonly json: string;
  readonly etag: string;
  /** When its making began, by the monotonic clock. */
  readonly atMillis: number;
  readonly costMillis: number;
};

/** Answers of one cost this much time before they are made anew: no question takes more than a ninth of the thread. */
const FRESH_PER_COST = 8;
const MIN_FRESH_MILLIS = 500;
const MAX_FRESH_MILLIS = 60_000;
/** An answer that is not fresh any more is given once more, while the next is made, where it is not older than this. */
const STALE_PER_FRESH = 3;
const MIN_STALE_MILLIS = 10_000;
/** A light answer that costs less is made while one waits: nobody notices. A heavy one may have to wait for another. */
const CHEAP_MILLIS = 20;
/** Dashboards ask some thirty different questions. */
const MAX_KEPT = 200;

/** Makes an answer, as JSON. */
export type MakeAnswer = (question: Question, asked: object) => Promise<string>;
/** Whoever makes light answers, and whoever makes heavy ones. */
export type AnswerMakers = Readonly<Record<Weight, MakeAnswer>>;

/**
 * Keeps answers: each question is made once at a time however many ask, heavy ones one after the other, and none again
 * while its last answer is young for what it cost. One that is a little older is given at once, and made anew meanwhile.
 */
export class AnswerDesk {
  readonly #context: ApiContext;
  readonly #makers: AnswerMakers;
  /** In the order in which they were last made. */
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #making = new Map<string, Promise<KeptAnswer>>();
  #turn: Promise<unknown> = Promise.resolve();

  /** @param makers Make answers elsewhere; in this thread where there are none. */
  constructor(context: ApiContext, makers?: AnswerMakers) {
    this.#context = context;
    // A question's parameters were made by its own schemas.
    const make: MakeAnswer = (question, asked) => toldJson(() => question.ask(context, asked as never));
    this.#makers = makers ?? { light: make, heavy: make };
  }

  /** @param asked Parameters, as their schemas made them: the same ones get the same answer. */
  async answer(question: Question, asked: object): Promise<KeptAnswer> {
    const key = `${question.route.path} ${JSON.stringify(asked)}`;
    const kept = this.#kept.get(key);
    const ageMillis = kept === undefined ? Number.POSITIVE_INFINITY : this.ageMillis(kept);
    if (kept !== undefined && ageMillis < freshMillis(kept)) return kept;
    const making = this.#making.get(key) ?? this.#begin(key, question, asked);
    const isCheap = question.weight === 'light' && (kept?.costMillis ?? 0) < CHEAP_MILLIS;
    if (kept === undefined || isCheap || ageMillis > staleMillis(kept)) return making;
    // Whoever asks next is told what went wrong, should it.
    making.catch(() => undefined);
    return kept;
  }

  /** How old an answer is. */
  ageMillis({ atMillis }: KeptAnswer): number {
    return this.#context.clock.monotonicMillis() - atMillis;
  }

  /** Lets go of all answers: something was changed through the API, and whoever did it wants to see that. */
  forget(): void {
    this.#kept.clear();
    this.#making.clear();
  }

  #begin(key: string, question: Question, asked: object): Promise<KeptAnswer> {
    const work = (): Promise<KeptAnswer> => this.#ask(question, asked);
    const asking = question.weight === 'heavy' ? this.#inTurn(work) : work();
    const making = asking.then(
      (answer) => {
        // What was forgotten while it was made stays forgotten.
        if (this.#making.get(key) === making) this.#keep(key, answer);
        return answer;
      },
      (error: unknown) => {
        if (this.#making.get(key) === making) this.#making.delete(key);
        throw error;
      },
    );
    this.#making.set(key, making);
    return making;
  }

  #keep(key: string, answer: KeptAnswer): void {
    this.#making.delete(key);
    this.#kept.delete(key);
    this.#kept.set(key, answer);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #ask(question: Question, asked: object): Promise<KeptAnswer> {
    const { clock } = this.#context;
    const atMillis = clock.monotonicMillis();
    const json = await this.#makers[question.weight](question, asked);
    return {
      json,
      etag: `"${hash('sha256', json, 'base64url').slice(0, 27)}"`,
      atMillis,
      costMillis: clock.monotonicMillis() - atMillis,
    };
  }
}

function freshMillis({ costMillis }: KeptAnswer): number {
  return Math.min(MAX_FRESH_MILLIS, Math.max(MIN_FRESH_MILLIS, costMillis * FRESH_PER_COST));
}

function staleMillis(answer: KeptAnswer): number {
  return Math.max(MIN_STALE_MILLIS, freshMillis(answer) * STALE_PER_FRESH);
}
