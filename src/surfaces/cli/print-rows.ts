import { csvLine } from '../export/csv-cell.ts';
import type { CommandContext } from './context.ts';
import { printable } from './terminal/printable.ts';
import { type Cell, renderTable, type TableSettings } from './terminal/table.ts';

/** A value of a table as programs read it. Absent is an empty cell in CSV and left out in JSON. */
export type RawValue = string | number | boolean | null | undefined;

/** A column of an answer, for people and for programs. */
export type AnswerColumn<Row> = {
  /** Heads the column in CSV and names the value in JSON; ends in the unit where there is one. */
  readonly key: string;
  /** Heads the column in a table. Absent: only programs get it. */
  readonly title?: string;
  readonly align?: 'left' | 'right';
  readonly optional?: boolean;
  raw(row: Row): RawValue;
  /** Default: the raw value itself. */
  show?(row: Row): Cell;
};

const safeCell = (cell: Cell): Cell =>
  typeof cell === 'string' ? printable(cell) : { text: printable(cell.text), tone: cell.tone };

/** The cell of a row, safe to print. */
export function shownCell<Row>(column: AnswerColumn<Row>, row: Row): Cell {
  if (column.show !== undefined) return safeCell(column.show(row));
  const raw = column.raw(row);
  return raw === undefined || raw === null ? '–' : printable(String(raw));
}

/** Lines of an answer as a table that fits the width; whole where there is none. */
export function tableLines<Row>(
  columns: readonly AnswerColumn<Row>[],
  rows: readonly Row[],
  settings: TableSettings,
): string[] {
  const visible = columns.filter(({ title }) => title !== undefined);
  return renderTable(
    visible.map(({ title = '', align, optional }) => ({
      title: printable(title),
      ...(align === undefined ? {} : { align }),
      ...(optional === undefined ? {} : { optional }),
    })),
    rows.map((row) => visible.map((column) => shownCell(column, row))),
    settings,
  );
}

/** Prints an answer as a table that fits the terminal. Nothing for no rows. */
export function printTable<Row>(
  context: CommandContext,
  columns: readonly AnswerColumn<Row>[],
  rows: readonly Row[],
): void {
  const settings = { width: context.isTTY ? context.width : undefined, style: context.style };
  for (const line of tableLines(columns, rows, settings)) context.print(line);
}

/** Prints an answer as CSV, a line of keys first. */
export function printCsv<Row>(
  context: CommandContext,
  columns: readonly AnswerColumn<Row>[],
  rows: readonly Row[],
): void {
  const safe = (value: RawValue): RawValue => (typeof value === 'string' ? printable(value) : value);
  const line = (values: readonly RawValue[]): void =>
    void context.stdout.write(csvLine(values.map((value) => safe(value) ?? undefined)));
  line(columns.map(({ key }) => key));
  for (const row of rows) line(columns.map((column) => column.raw(row)));
}

/** Prints rows in the format that was asked for; `empty` is what to say to people when there are none. */
export function printRows<Row>(
  context: CommandContext,
  columns: readonly AnswerColumn<Row>[],
  rows: readonly Row[],
  empty: string,
): void {
  if (context.format === 'json') {
    context.printJson(rows.map((row) => Object.fromEntries(columns.map((c) => [c.key, c.raw(row) ?? undefined]))));
  } else if (context.format === 'csv') printCsv(context, columns, rows);
  else if (rows.length === 0) context.note(empty);
  else printTable(context, columns, rows);
}
