import { describe, expect, it } from 'vitest';

import { suggestWords, tablesOf, wordAt } from '../../../src/surfaces/web/pages/explore/sql-words.ts';

const field = (name: string) => ({ name, kind: 'name' as const, required: false, doc: `Of ${name}.`, words: [] });
const metric = (name: string, fields: readonly string[]) => ({
  name,
  category: 'task' as const,
  doc: `About ${name}.`,
  recorded: true,
  fields: fields.map(field),
});
const TABLES = tablesOf([metric('task.completed', ['node_id', 'outcome']), metric('tokens.consumed', ['model'])]);

const suggested = (typed: string): string[] =>
  suggestWords(typed, typed.length, TABLES).map(({ kind, text }) => `${kind} ${text}`);

describe('words that are suggested for a statement', () => {
  it('are tables after FROM and JOIN, named as SQL names them', () => {
    expect(suggested('SELECT * FROM ')).toEqual([
      'table task_completed',
      'table tokens_consumed',
      'table events',
      'table aggregates',
      'table metadata',
    ]);
    expect(suggested('SELECT * FROM task_completed JOIN tok')).toEqual(['table tokens_consumed']);
  });

  it('are columns of the tables that the statement names', () => {
    expect(suggested('SELECT * FROM task_completed WHERE out')).toEqual(['column outcome']);
    expect(suggested('SELECT * FROM task_completed WHERE mod')).toEqual([]);
  });

  it('are columns of all tables until one is named', () => {
    expect(suggested('SELECT mod')).toEqual(['column model']);
  });

  it('begin with what was typed before they only hold it, whatever its case', () => {
    const words = suggested('SELECT id FROM task_completed WHERE ID');
    expect(words).not.toContain('column id');
    expect(words).toContain('column node_id');
    expect(suggested('sel')).toEqual(['word SELECT']);
  });

  it('replace what was typed before the caret, wherever that stands', () => {
    expect(wordAt('SELECT mod FROM x', 10)).toEqual({ from: 7, text: 'mod' });
    expect(wordAt('SELECT  FROM x', 7)).toEqual({ from: 7, text: '' });
  });
});
