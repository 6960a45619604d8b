/** A piece of a statement. Words are names and keywords alike, in lower case. */
export type SqlToken = {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'parameter' | 'sign';
  /** Without quotes. */
  readonly text: string;
};

const QUOTES: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** In this order; white space and comments are told apart from signs first. */
const SKIPPED = /(?:[ \t\n\f\r\uFEFF]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))/y;
const WORD = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy;
const NUMBER = /(?:0x[0-9a-f]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?)/iy;
const PARAMETER = /(?:\?\d*|[:@$][\w\u0080-\uffff]+)/y;
const SIGN = /(?:->>|->|\|\||<=|>=|<>|!=|==|<<|>>|[-+*/%<>=~&|(),.;])/y;

/**
 * A statement in pieces, as SQLite would cut it.
 *
 * @returns `undefined` where something is not of the kinds above.
 */
export function sqlTokens(statement: string): SqlToken[] | undefined {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < statement.length;) {
    const skipped = match(SKIPPED, statement, at);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = quotedAt(statement, at) ?? plainAt(statement, at);
    if (token === undefined) return undefined;
    tokens.push({ kind: token.kind, text: token.text });
    at += token.length;
  }
  return tokens;
}

type Found = SqlToken & { readonly length: number };

function plainAt(statement: string, at: number): Found | undefined {
  const word = match(WORD, statement, at);
  // A blob is written as x'00'.
  if (word?.toLowerCase() === 'x' && statement[at + 1] === "'") return undefined;
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase(), length: word.length };
  const number = match(NUMBER, statement, at);
  if (number !== undefined) {
    // Letters right behind are no number to SQLite.
    const next = match(WORD, statement, at + number.length);
    return next === undefined ? { kind: 'number', text: number, length: number.length } : undefined;
  }
  const parameter = match(PARAMETER, statement, at);
  if (parameter !== undefined) return { kind: 'parameter', text: parameter, length: parameter.length };
  const sign = match(SIGN, statement, at);
  return sign === undefined ? undefined : { kind: 'sign', text: sign, length: sign.length };
}

/** Quotes within are doubled. */
function quotedAt(statement: string, at: number): Found | undefined {
  const close = QUOTES[statement[at] ?? ''];
  if (close === undefined) return undefined;
  for (let end = at + 1; (end = statement.indexOf(close, end)) >= 0; end += 2) {
    if (close !== ']' && statement[end + 1] === close) continue;
    const text = statement.slice(at + 1, end).replaceAll(close + close, close);
    return { kind: close === "'" ? 'text' : 'quoted', text, length: end + 1 - at };
  }
  return undefined;
}

function match(pattern: RegExp, statement: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(statement)?.[0];
}
