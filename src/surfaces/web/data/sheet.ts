import { csvLine } from '../../export/csv-cell.ts';
import { printable } from '../../cli/terminal/printable.ts';

/** What can be saved as a file: the exact values behind what is shown. */
export type Sheet = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null | undefined)[])[];
};

/** Lines of CSV in which no spreadsheet sees a formula, as the command line writes them. */
export function toCsv({ columns, rows }: Sheet): string {
  const line = (values: Sheet['rows'][number]): string =>
    csvLine(values.map((value) => (typeof value === 'string' ? printable(value) : (value ?? undefined))));
  return [columns, ...rows].map(line).join('');
}

/** One object for each row; what is absent is left out. */
export function toJson({ columns, rows }: Sheet): string {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.flatMap((column, place) => (row[place] === undefined ? [] : [[column, row[place]]]))),
  );
  return `${JSON.stringify(objects, undefined, 2)}\n`;
}
