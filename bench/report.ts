import type { Column, Table } from './harness.ts';

/** A table as text: the first column to the left, all others to the right, as Markdown reads it too. */
export function textOf({ title, columns, rows, notes = [] }: Table): string {
  const cells = [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map((column) => shown(row[column.key], column))),
  ];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((line) => line[i]?.length ?? 0)));
  const lineOf = (line: readonly string[]) =>
    `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [title, '', lineOf(head), rule, ...body.map(lineOf), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** A figure with as many digits as it is worth; nothing where there is none. */
function shown(value: string | number | undefined, { digits }: Column): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return 'not measured';
  const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}
