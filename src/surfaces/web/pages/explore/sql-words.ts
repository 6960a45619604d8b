import type { AnswerOf } from '../../data/ask.ts';

type Metrics = readonly AnswerOf<'/metrics'>['metrics'][number][];

/** A word that can stand where the caret is. */
export type SqlWord = { readonly text: string; readonly kind: 'table' | 'column' | 'word'; readonly note: string };
export type SqlTable = {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly { readonly name: string; readonly doc: string }[];
};

const EVERY_TABLE = [
  { name: 'timestamp', doc: 'Seconds since the Unix epoch.' },
  { name: 'at', doc: 'ISO 8601, UTC.' },
  { name: 'id', doc: 'Of the event.' },
];
const EVERY_EVENT = [
  { name: 'source', doc: 'What told it.' },
  { name: 'inferred', doc: 'Whether it was concluded rather than told.' },
  { name: 'cluster', doc: 'The cluster it is of.' },
];
const ACROSS_METRICS: readonly SqlTable[] = [
  {
    name: 'events',
    doc: 'Events of all metrics.',
    columns: [
      { name: 'id', doc: '' },
      { name: 'timestamp', doc: 'Seconds since the Unix epoch.' },
      { name: 'metric', doc: '' },
      { name: 'node_id', doc: '' },
      { name: 'data', doc: 'The fields, as JSON.' },
    ],
  },
  {
    name: 'aggregates',
    doc: 'Figures of whole hours.',
    columns: ['period_start', 'period_end', 'metric', 'aggregation', 'value'].map((name) => ({ name, doc: '' })),
  },
  {
    name: 'metadata',
    doc: 'About the store.',
    columns: ['key', 'value'].map((name) => ({ name, doc: '' })),
  },
];
const WORDS = [
  'SELECT', 'FROM', 'WHERE', 'GROUP BY', 'ORDER BY', 'LIMIT', 'HAVING', 'JOIN', 'LEFT JOIN', 'ON', 'AS', 'AND', 'OR',
  'NOT', 'IN', 'IS NULL', 'IS NOT NULL', 'BETWEEN', 'LIKE', 'DISTINCT', 'DESC', 'ASC', 'WITH', 'UNION ALL', 'CASE',
  'WHEN', 'THEN', 'ELSE', 'END', 'count(*)', 'sum(', 'avg(', 'min(', 'max(', 'round(', 'date(', 'strftime(',
  'coalesce(', 'json_extract(',
]; // prettier-ignore
const MAX_WORDS = 12;

/** The tables that can be asked: a view for each metric, and those over all of them. */
export function tablesOf(metrics: Metrics): readonly SqlTable[] {
  const own = metrics.map(({ name, doc, fields }) => ({
    name: name.replaceAll('.', '_'),
    doc,
    columns: [...EVERY_TABLE, ...fields.map((field) => ({ name: field.name, doc: field.doc })), ...EVERY_EVENT],
  }));
  return [...own, ...ACROSS_METRICS];
}

/** What is being typed at the caret, and where it began. */
export function wordAt(statement: string, caret: number): { readonly from: number; readonly text: string } {
  const [text = ''] = /\w*$/.exec(statement.slice(0, caret)) ?? [];
  return { from: caret - text.length, text };
}

/** Words for the caret: tables after FROM and JOIN, else columns of the tables that the statement names, then SQL's own. */
export function suggestWords(statement: string, caret: number, tables: readonly SqlTable[]): readonly SqlWord[] {
  const { from, text } = wordAt(statement, caret);
  const before = statement.slice(0, from);
  const asWord = ({ name, doc }: Pick<SqlTable, 'name' | 'doc'>, kind: SqlWord['kind']): SqlWord => ({
    text: name,
    kind,
    note: doc,
  });
  const allTables = tables.map((table) => asWord(table, 'table'));
  if (/\b(?:from|join)\s+$/i.test(before) || /\bfrom\s[\w\s,]*,\s*$/i.test(before)) return matching(allTables, text);
  // SELECT is written before FROM: until a table is named, columns of all are meant.
  const known = tables.filter(({ name }) => new RegExp(`\\b${name}\\b`, 'i').test(statement));
  const named = known.length === 0 ? tables : known;
  const columns = new Map(named.flatMap((table) => table.columns).map((column) => [column.name, column]));
  const words = WORDS.map((word): SqlWord => ({ text: word, kind: 'word', note: '' }));
  return matching([...[...columns.values()].map((column) => asWord(column, 'column')), ...words, ...allTables], text);
}

/** Those that begin with what was typed, then those that hold it. */
function matching(words: readonly SqlWord[], typed: string): readonly SqlWord[] {
  const wanted = typed.toLowerCase();
  const begins = words.filter(({ text }) => text.toLowerCase().startsWith(wanted));
  const holds = wanted === '' ? [] : words.filter(({ text }) => text.toLowerCase().indexOf(wanted) > 0);
  return [...begins, ...holds].filter(({ text }) => text.toLowerCase() !== wanted).slice(0, MAX_WORDS);
}
