/** Of the time that goes by, at most this part is spent on an answer that many ask for. */
const MAX_SHARE = 0.1;

/**
 * An answer that is kept for a while: at least for `minAgeMillis`, and longer the more it cost. Who asks while it is
 * being found waits for the same one.
 */
export class Refreshed<Answer> {
  readonly #find: () => Promise<Answer>;
  readonly #minAgeMillis: number;
  readonly #nowMillis: () => number;
  #kept: { readonly answer: Answer; readonly untilMillis: number } | undefined;
  #finding: Promise<Answer> | undefined;

  constructor(minAgeMillis: number, nowMillis: () => number, find: () => Promise<Answer>) {
    this.#minAgeMillis = minAgeMillis;
    this.#nowMillis = nowMillis;
    this.#find = find;
  }

  async get(): Promise<Answer> {
    if (this.#kept !== undefined && this.#nowMillis() < this.#kept.untilMillis) return this.#kept.answer;
    this.#finding ??= this.#findAnew().finally(() => (this.#finding = undefined));
    return this.#finding;
  }

  async #findAnew(): Promise<Answer> {
    const before = this.#nowMillis();
    const answer = await this.#find();
    const now = this.#nowMillis();
    this.#kept = { answer, untilMillis: now + Math.max(this.#minAgeMillis, (now - before) / MAX_SHARE) };
    return answer;
  }
}
