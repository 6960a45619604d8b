import { QueryError } from '../model/errors.ts';

/** Longest statement, in UTF-16 code units. */
export const MAX_STATEMENT_LENGTH = 100_000;

/** White space, comments and byte order marks, as SQLite skips them. A comment that is not closed reaches to the end. */
const SKIPPED = /^(?:[\s\uFEFF]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/;
const READING: readonly string[] = ['SELECT', 'WITH', 'VALUES'];

function skip(text: string): string {
  return text.slice(SKIPPED.exec(text)?.[0].length ?? 0);
}

function firstWord(text: string): string {
  return (/^[a-z]+/i.exec(text)?.[0] ?? '').toUpperCase();
}

/**
 * A first look at a statement, before a process is started for it: whether it begins like one that reads. What it
 * really does is judged by SQLite's own authorizer.
 *
 * @throws QueryError `SQL_REFUSED`.
 */
export function checkStatement(statement: unknown): string {
  if (typeof statement !== 'string') throw refused('The statement is not a text.');
  if (statement.length > MAX_STATEMENT_LENGTH) {
    throw refused(`The statement is longer than ${MAX_STATEMENT_LENGTH} characters.`, 'Pass long lists as parameters.');
  }
  if (statement.includes('\0')) throw refused('The statement has a NUL character in it.');
  let text = skip(statement);
  if (text === '') throw refused('There is no statement.', 'Write for example: SELECT count(*) FROM task_completed');
  if (firstWord(text) === 'EXPLAIN') {
    text = skip(text.slice('EXPLAIN'.length));
    if (/^QUERY\s+PLAN\b/i.test(text)) text = skip(text.replace(/^QUERY\s+PLAN/i, ''));
  }
  const word = firstWord(text);
  if (READING.includes(word)) return statement;
  throw refused(`Only reading is possible, and the statement begins with "${word.slice(0, 32) || text.slice(0, 8)}".`);
}

/**
 * SQLite prepares the first statement of a text and silently leaves the rest: refuse a rest that says anything.
 *
 * @param prepared The part that SQLite prepared.
 */
export function hasSecondStatement(statement: string, prepared: string): boolean {
  let rest = statement.slice(prepared.length);
  for (let before = ''; rest !== before;) {
    before = rest;
    rest = skip(rest).replace(/^;+/, '');
  }
  return rest !== '';
}

function refused(
  message: string,
  hint = 'Write one statement that begins with SELECT, WITH, VALUES or EXPLAIN.',
): QueryError {
  return new QueryError('SQL_REFUSED', message, { hint });
}
