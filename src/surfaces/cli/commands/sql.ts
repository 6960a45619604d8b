import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

import type { SqlAnswer } from '../../../query/question.ts';
import { MIN_MEMORY_BYTES } from '../../../query/sql-protocol.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, optionalArgument, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { parseCount, parseMillis } from '../option-values.ts';
import { type AnswerColumn, printCsv, printTable } from '../print-rows.ts';

const BYTES_PER_MIB = 1024 * 1024;
const MIN_MEMORY_MIB = MIN_MEMORY_BYTES / BYTES_PER_MIB;

function parseMemory(given: string, flag: string): number {
  const mib = parseCount(given, flag);
  if (mib >= MIN_MEMORY_MIB) return mib * BYTES_PER_MIB;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} needs at least ${MIN_MEMORY_MIB} MiB, and got ${mib}.`,
    `For example ${flag} 1024.`,
  );
}

async function statementOf(
  context: CommandContext,
  given: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (given !== undefined && file !== undefined) {
    throw new CommandError('WRONG_USAGE', 'There is a statement and a --file.', 'Give one of them.');
  }
  if (given === '-') return text(context.stdin);
  if (given !== undefined) return given;
  if (file !== undefined) return readFile(resolve(context.cwd, file), 'utf8');
  throw new CommandError(
    'WRONG_USAGE',
    'There is no statement.',
    'For example: amicus-metrics sql "SELECT node_id, count(*) FROM task_completed GROUP BY 1"',
  );
}

function columnsOf({ columns, rows }: SqlAnswer): AnswerColumn<SqlAnswer['rows'][number]>[] {
  return columns.map((name, i) => ({
    key: name,
    title: name,
    align: rows.some((row) => typeof row[i] === 'string') ? 'left' : 'right',
    raw: (row) => row[i],
    show: (row) => (row[i] === null || row[i] === undefined ? 'NULL' : String(row[i])),
  }));
}

export const sqlCommand = defineCommand({
  description:
    'Runs one reading statement in a process of its own, with limits on time, rows and memory. There is a view for each ' +
    'metric (task.completed is task_completed), and the views events, aggregates and metadata.',
  arguments: { statement: optionalArgument('the statement; - reads it from standard input') },
  options: {
    file: valueOption('<path>', 'read the statement from a file', { short: 'f' }),
    maxRows: valueOption('<count>', 'end after so many rows (default 10,000)', { short: 'n', parse: parseCount }),
    timeout: valueOption('<time>', 'end after so long (default 5s)', { parse: parseMillis }),
    maxMemory: valueOption('<MiB>', `end when it takes more memory (default 256, at least ${MIN_MEMORY_MIB})`, {
      parse: parseMemory,
    }),
  },
  examples: [
    {
      line: 'amicus-metrics sql "SELECT node_id, count(*) AS ended FROM task_completed GROUP BY node_id"',
      doc: 'ended attempts by node',
    },
    { line: 'amicus-metrics sql "SELECT name FROM sqlite_schema" --csv', doc: 'what there is to ask' },
  ],
  async run(context, { arguments: { statement }, options }) {
    const sql = await statementOf(context, statement, options.file);
    const collector = await context.collector();
    const answer = await collector.sql(sql, {
      ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows }),
      ...(options.timeout === undefined ? {} : { timeoutMillis: options.timeout }),
      ...(options.maxMemory === undefined ? {} : { maxMemoryBytes: options.maxMemory }),
    });
    if (context.format === 'json') context.printJson(answer);
    else if (context.format === 'csv') printCsv(context, columnsOf(answer), answer.rows);
    else {
      printTable(context, columnsOf(answer), answer.rows);
      if (answer.rows.length === 0) context.note('No rows.');
    }
    if (answer.truncated) context.note('There are more rows: raise --max-rows.');
    return undefined;
  },
});
