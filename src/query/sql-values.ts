import type { SqlOptions } from './question.ts';
import { depthsOf, isSign, isWord } from './sql-select.ts';
import type { SqlToken } from './sql-tokens.ts';

type Parameters = NonNullable<SqlOptions['parameters']>;

/** What a sum of values is worth. */
export type SqlNumber = {
  readonly value: number;
  /** It is by the clock, and may be more when the statement runs, but never less. */
  readonly rises: boolean;
};

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

/** Values that a statement names without reading a row. */
export class SqlValues {
  /** All parameters, in the order in which they occur. */
  readonly #places: readonly SqlToken[];
  readonly #parameters: Parameters;
  readonly #nowSeconds: number;

  /** @param tokens All of the statement. */
  constructor(tokens: readonly SqlToken[], parameters: Parameters, nowSeconds: number) {
    this.#places = tokens.filter(({ kind }) => kind === 'parameter');
    this.#parameters = parameters;
    this.#nowSeconds = nowSeconds;
  }

  /** The value of a literal or a parameter; `undefined` for everything else, and where it is not certain. */
  valueOf(token: SqlToken | undefined): string | number | null | undefined {
    if (token?.kind === 'text') return token.text;
    if (token?.kind === 'number') return Number(token.text.replaceAll('_', ''));
    if (token?.kind !== 'parameter') return undefined;
    if (Array.isArray(this.#parameters)) {
      // With numbers or names among them they are counted in another way.
      if (this.#places.some(({ text }) => text !== '?')) return undefined;
      return (this.#parameters as readonly (string | number | null)[])[this.#places.indexOf(token)];
    }
    const named = this.#parameters as Readonly<Record<string, string | number | null>>;
    const [full, bare] = [named[token.text], named[token.text.slice(1)]];
    return full === undefined || bare === undefined ? (full ?? bare) : undefined;
  }

  /** Numbers, products of numbers, and times of the clock, added up and taken off. */
  numberOf(tokens: readonly SqlToken[]): SqlNumber | undefined {
    const depths = depthsOf(tokens);
    if (depths === undefined) return undefined;
    let [value, rises] = [0, false];
    const signs = tokens.flatMap((token, index) => (depths[index] === 0 && isSign(token, '+', '-') ? [index] : []));
    // A sum may begin with a sign.
    const starts = signs[0] === 0 ? signs : [-1, ...signs];
    for (const [index, start] of starts.entries()) {
      const term = tokens.slice(start + 1, starts[index + 1]);
      const isMinus = isSign(tokens[start], '-');
      const product = this.#productOf(term);
      // Alone, the clock's time as text is no number.
      const time = isMinus || product !== undefined ? undefined : this.#timeOf(term, starts.length > 1);
      const number = product ?? time;
      if (number === undefined) return undefined;
      value += isMinus ? -number : number;
      rises ||= time !== undefined;
    }
    return Number.isFinite(value) ? { value, rises } : undefined;
  }

  #productOf(tokens: readonly SqlToken[]): number | undefined {
    let product = 1;
    for (const [index, token] of tokens.entries()) {
      if (index % 2 === 1) {
        if (!isSign(token, '*')) return undefined;
        continue;
      }
      const value = this.valueOf(token);
      if (typeof value !== 'number') return undefined;
      product *= value;
    }
    return tokens.length % 2 === 1 ? product : undefined;
  }

  /** `unixepoch('now', '-1 day')`, and `strftime('%s', 'now')` where something is added to it. */
  #timeOf(tokens: readonly SqlToken[], isAddedTo: boolean): number | undefined {
    if (!isSign(tokens[1], '(') || !isSign(tokens.at(-1), ')')) return undefined;
    const listed = tokens.slice(2, -1);
    if (!listed.every((token, index) => (index % 2 === 0 ? token.kind === 'text' : isSign(token, ','))))
      return undefined;
    const texts = listed.filter(({ kind }) => kind === 'text').map(({ text }) => text.toLowerCase());
    if (isWord(tokens[0], 'strftime') && isAddedTo) {
      if (texts.shift() !== '%s') return undefined;
    } else if (!isWord(tokens[0], 'unixepoch')) return undefined;
    if (texts.length > 0 && texts.shift() !== 'now') return undefined;
    let time: number | undefined = this.#nowSeconds;
    for (const text of texts) time = time === undefined ? undefined : shifted(time, text);
    return time;
  }
}

/** A time of the clock, changed as SQLite's date functions are told to; `undefined` where that takes a calendar or a zone. */
function shifted(seconds: number, text: string): number | undefined {
  if (text === 'start of day') return Math.floor(seconds / 86_400) * 86_400;
  const [, count, unit] = /^([+-]?\d+(?:\.\d+)?) (second|minute|hour|day)s?$/.exec(text) ?? [];
  const width = SECONDS[unit ?? ''];
  return count === undefined || width === undefined ? undefined : seconds + Number(count) * width;
}
