import { type SqlToken, sqlTokens } from './sql-tokens.ts';

/** A statement that is one SELECT from one view, in its parts. */
export type SqlSelect = {
  /** In lower case. */
  readonly view: string;
  /** What may stand before a column and a point: the view's name, or another that it is given. In lower case. */
  readonly qualifier: string;
  /** All of the statement. */
  readonly tokens: readonly SqlToken[];
  /** What is selected. */
  readonly list: readonly SqlToken[];
  /** What stands behind WHERE. */
  readonly condition: readonly SqlToken[];
  /** What follows it: groups, order, limit. */
  readonly rest: readonly SqlToken[];
};

/** What may follow a view and a condition. */
const CLAUSES: readonly string[] = ['group', 'having', 'window', 'order', 'limit'];
/** What makes more than one SELECT of a statement. */
const COMPOUND: readonly string[] = ['union', 'intersect', 'except', 'with'];

export const isWord = (token: SqlToken | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text);
export const isSign = (token: SqlToken | undefined, ...signs: readonly string[]): boolean =>
  token?.kind === 'sign' && signs.includes(token.text);

/** @returns `undefined` for any other statement, and wherever there is a doubt. */
export function sqlSelect(statement: string): SqlSelect | undefined {
  const tokens = sqlTokens(statement) ?? [];
  while (isSign(tokens.at(-1), ';')) tokens.pop();
  const depths = depthsOf(tokens);
  if (!isWord(tokens[0], 'select') || !isSingle(tokens) || depths === undefined) return undefined;
  const from = tokens.findIndex((token, index) => isWord(token, 'from') && depths[index] === 0);
  const view = nameOf(tokens[from + 1]);
  const hasAs = isWord(tokens[from + 2], 'as');
  const isNamed = hasAs || (nameOf(tokens[from + 2]) !== undefined && !isWord(tokens[from + 2], 'where', ...CLAUSES));
  const qualifier = isNamed ? nameOf(tokens[from + (hasAs ? 3 : 2)]) : view;
  if (from < 0 || view === undefined || qualifier === undefined) return undefined;
  const end = from + 2 + (isNamed ? 1 : 0) + (hasAs ? 1 : 0);
  // Anything else is a second view, or how to join it.
  if (end < tokens.length && !isWord(tokens[end], 'where', ...CLAUSES)) return undefined;
  const clause = tokens.findIndex((token, index) => index >= end && depths[index] === 0 && isWord(token, ...CLAUSES));
  const rest = clause < 0 ? tokens.length : clause;
  return {
    view,
    qualifier,
    tokens,
    list: tokens.slice(1, from),
    condition: tokens.slice(end + 1, rest),
    rest: tokens.slice(rest),
  };
}

function isSingle(tokens: readonly SqlToken[]): boolean {
  const count = (word: string): number => tokens.filter((token) => isWord(token, word)).length;
  return (
    count('select') === 1 &&
    count('from') === 1 &&
    !tokens.some((token) => isWord(token, ...COMPOUND) || isSign(token, ';')) &&
    // `IN name` is another SELECT.
    tokens.every((token, index) => !isWord(token, 'in') || isSign(tokens[index + 1], '('))
  );
}

const nameOf = (token: SqlToken | undefined): string | undefined =>
  token?.kind === 'word' || token?.kind === 'quoted' ? token.text.toLowerCase() : undefined;

/**
 * How many parentheses and CASEs are open at each token, those that open and close left out.
 *
 * @returns `undefined` where they do not match.
 */
export function depthsOf(tokens: readonly SqlToken[]): number[] | undefined {
  let depth = 0;
  const depths: number[] = [];
  for (const token of tokens) {
    if (isSign(token, ')') || isWord(token, 'end')) depth--;
    depths.push(depth);
    if (isSign(token, '(') || isWord(token, 'case')) depth++;
    if (depth < 0) return undefined;
  }
  return depth === 0 ? depths : undefined;
}

/** Whether tokens are a column of the view, with or without its qualifier. */
export function isColumn({ qualifier }: SqlSelect, tokens: readonly SqlToken[], column: string): boolean {
  const name = nameOf(tokens.at(-1));
  if (name !== column || tokens.length === 2 || tokens.length > 3) return false;
  return tokens.length === 1 || (nameOf(tokens[0]) === qualifier && isSign(tokens[1], '.'));
}
