import type { SqlOptions } from './question.ts';
import { SqlValues } from './sql-values.ts';
import { depthsOf, isColumn, isSign, isWord, type SqlSelect, sqlSelect } from './sql-select.ts';
import type { SqlToken } from './sql-tokens.ts';

/** Seconds since the Unix epoch: rows before and behind have no part in an answer. The ends may be further off than they must. */
type Span = { readonly from: number; readonly before: number };

/** What a statement says of the times of the rows that it needs. */
export type SqlTimes = Span & {
  /** The one view it reads, in lower case. */
  readonly view: string;
  /** Set when it asks for the first so many rows in order of time, and looks at each row by itself. */
  readonly first?: { readonly rows: number; readonly newestFirst: boolean } | undefined;
};

const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };
const NUMBERS_ARE_ROUNDED_BY = 1;
const SECONDS_PER_DAY = 86_400;
/** More rows than this are read as they come. */
const MOST_FIRST = 1_000;

/** Functions, and words before a parenthesis, that look at one row. */
const OF_ONE_ROW: ReadonlySet<string> = new Set(
  `abs and cast ceil coalesce date datetime floor format ifnull iif in instr json json_array_length json_extract
  julianday length lower not nullif or printf replace round strftime substr substring time trim typeof unixepoch upper
  where`.split(/\s+/),
);

/**
 * Read from a statement which times it needs, where that is beyond doubt: one SELECT from one view, with conditions on
 * `timestamp` or `at` that must all hold, or in order of time with a limit. SQLite judges each row in any case; this
 * spares it rows that it would throw away.
 *
 * @returns `undefined` where nothing can be said.
 */
export function sqlTimes(
  statement: string,
  parameters: NonNullable<SqlOptions['parameters']>,
  nowSeconds: number,
): SqlTimes | undefined {
  const select = sqlSelect(statement);
  if (select === undefined) return undefined;
  const values = new SqlValues(select.tokens, parameters, nowSeconds);
  const { from, before } = spanOf(select, values, select.condition);
  return { view: select.view, from, before, first: firstOf(select, values) };
}

/** The times that meet a condition, or more. */
function spanOf(select: SqlSelect, values: SqlValues, condition: readonly SqlToken[]): Span {
  const depths = depthsOf(condition);
  if (depths === undefined || condition.length === 0) return ALWAYS;
  const [open, close] = [condition[0], condition.at(-1)];
  if (isSign(open, '(') && isSign(close, ')') && depths.slice(1, -1).every((depth) => depth > 0)) {
    return spanOf(select, values, condition.slice(1, -1));
  }
  if (condition.some((token, index) => depths[index] === 0 && isWord(token, 'or'))) return ALWAYS;
  const parts = conjuncts(condition, depths);
  const spans = parts.map((part) =>
    parts.length === 1 ? comparison(select, values, part) : spanOf(select, values, part),
  );
  return spans.reduce((one, other) => ({
    from: Math.max(one.from, other.from),
    before: Math.min(one.before, other.before),
  }));
}

/** What AND joins, but for the AND of a BETWEEN. */
function conjuncts(condition: readonly SqlToken[], depths: readonly number[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  let between = 0;
  for (const [index, token] of condition.entries()) {
    if (depths[index] === 0 && isWord(token, 'between')) between++;
    if (depths[index] === 0 && isWord(token, 'and') && --between < 0) {
      between = 0;
      parts.push([]);
    } else parts.at(-1)?.push(token);
  }
  return parts;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=': '=',
  '==': '=',
};

function comparison(select: SqlSelect, values: SqlValues, part: readonly SqlToken[]): Span {
  const at = part.findIndex(({ kind, text }) => kind === 'sign' && Object.hasOwn(COMPARISONS, text));
  const between = part.findIndex((token) => isWord(token, 'between'));
  if (between > 0 && at < 0) {
    const and = part.findIndex((token) => isWord(token, 'and'));
    const column = part.slice(0, between);
    const { from } = compared(select, values, column, '>', part.slice(between + 1, and));
    return { from, before: compared(select, values, column, '<', part.slice(and + 1)).before };
  }
  const sign = part[at]?.text ?? '';
  const [left, right] = [part.slice(0, at), part.slice(at + 1)];
  const turned = compared(select, values, right, COMPARISONS[sign] ?? '', left);
  return turned === ALWAYS ? compared(select, values, left, sign, right) : turned;
}

function compared(
  select: SqlSelect,
  values: SqlValues,
  column: readonly SqlToken[],
  sign: string,
  constant: readonly SqlToken[],
): Span {
  const span = isColumn(select, column, 'timestamp')
    ? aboutNumber(values, constant)
    : isColumn(select, column, 'at') && constant.length === 1
      ? aboutDay(values.valueOf(constant[0]))
      : ALWAYS;
  if (sign === '' || span === ALWAYS) return ALWAYS;
  return {
    from: sign.startsWith('<') ? ALWAYS.from : span.from,
    before: sign.startsWith('>') ? ALWAYS.before : span.before,
  };
}

function aboutNumber(values: SqlValues, tokens: readonly SqlToken[]): Span {
  const number = values.numberOf(tokens);
  if (number === undefined) return ALWAYS;
  return {
    from: number.value - NUMBERS_ARE_ROUNDED_BY,
    before: number.rises ? ALWAYS.before : number.value + NUMBERS_ARE_ROUNDED_BY,
  };
}

/** Times whose text has the day with which a text begins: what is before it in order of texts is before it in time. */
function aboutDay(text: unknown): Span {
  const day = typeof text === 'string' ? text.slice(0, 10) : '';
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) / 1_000 : Number.NaN;
  // A day that no calendar has still has a place in order of texts.
  if (Number.isNaN(start) || !new Date(start * 1_000).toISOString().startsWith(day)) return ALWAYS;
  return { from: start, before: start + SECONDS_PER_DAY };
}

/** For `… ORDER BY timestamp … LIMIT n`, where no row of the answer depends on others. */
function firstOf(select: SqlSelect, values: SqlValues): SqlTimes['first'] {
  const { tokens, list, rest } = select;
  const calls = tokens.flatMap((token, index) => (isSign(tokens[index + 1], '(') ? [token] : []));
  if (calls.some(({ kind, text }) => kind === 'quoted' || (kind === 'word' && !OF_ONE_ROW.has(text)))) return undefined;
  // Another column might be given the name by which it is sorted.
  const renamed = list.some(
    (token, index) =>
      (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'text') &&
      token.text.toLowerCase() === 'timestamp' &&
      index > 0 &&
      !isSign(list[index - 1], ',', '(', '.'),
  );
  if (renamed || isWord(list[0], 'distinct') || !isWord(rest[0], 'order') || !isWord(rest[1], 'by')) return undefined;
  const limit = rest.findIndex((token) => isWord(token, 'limit'));
  const rows = values.valueOf(rest[limit + 1]);
  const key = rest.slice(2, limit < 0 ? undefined : limit);
  const end = key.findIndex((token) => isSign(token, ',') || isWord(token, 'asc', 'desc'));
  const column = end < 0 ? key : key.slice(0, end);
  if (limit !== rest.length - 2 || typeof rows !== 'number' || !(rows >= 1 && rows <= MOST_FIRST)) return undefined;
  if (!Number.isInteger(rows) || !isColumn(select, column, 'timestamp')) return undefined;
  return { rows, newestFirst: isWord(key[end], 'desc') };
}
