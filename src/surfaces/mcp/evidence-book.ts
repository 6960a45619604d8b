import { identityHash } from '../../model/identity-hash.ts';
import type { FilterBook } from '../../query/question.ts';

/** The question behind a figure. Moments are microseconds. */
export type EvidenceQuestion = {
  /** What it shows, in a few words without names from data. */
  readonly shows: string;
  readonly metric: string;
  readonly filters?: FilterBook | undefined;
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Figures besides the count. */
  readonly aggregations?: readonly string[] | undefined;
};

/** Of two thousand questions two collide in one of a million processes; an id is eight characters. */
const ID_BITS = 40;
/** Answers of some days of use; the oldest questions go first. */
const MAX_QUESTIONS = 2_000;

/**
 * Remembers the questions behind figures that were told, under ids of a few characters. Equal questions have equal ids.
 * Lives as long as the process: afterwards the answer has to be asked for again, which gives the same ids.
 */
export class EvidenceBook {
  readonly #questions = new Map<string, EvidenceQuestion>();

  /** The id under which a question can be asked again. */
  keep(question: EvidenceQuestion): string {
    const { shows, metric, filters, fromMicros, toMicros, aggregations } = question;
    const hash = identityHash(JSON.stringify([shows, metric, filters, fromMicros, toMicros, aggregations]));
    const id = `e-${BigInt.asUintN(ID_BITS, hash).toString(36)}`;
    this.#questions.delete(id);
    this.#questions.set(id, question);
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > MAX_QUESTIONS && oldest !== undefined) this.#questions.delete(oldest);
    return id;
  }

  find(id: string): EvidenceQuestion | undefined {
    return this.#questions.get(id);
  }
}
