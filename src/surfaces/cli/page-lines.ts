import type { Page, PageCell, PageSection, PageTable } from '../report-pages/page.ts';
import type { CommandContext } from './context.ts';
import { printHeading } from './print-heading.ts';
import { printable } from './terminal/printable.ts';
import { sparkline } from './terminal/sparkline.ts';
import { type Cell, renderTable } from './terminal/table.ts';

/** Rows of a table on the screen; what is beyond them `--json` tells. */
const MAX_ROWS = 25;
const INDENT = '   ';

/** Prints a report for people. Of drawings only curves over time; what others show stands in the tables. */
export function printPage(context: CommandContext, page: Page): void {
  const { style } = context;
  context.print(`${style('strong', page.title)}  ${style('quiet', printable(page.span))}`);
  for (const line of page.lead) printWrapped(context, line);
  for (const line of page.warnings) printWrapped(context, line, 'warning');
  for (const section of page.sections) printSection(context, section);
}

function printSection(
  context: CommandContext,
  { title, detail, lines = [], items = [], chart, table, notes = [] }: PageSection,
) {
  const rows = table?.rows ?? [];
  if (lines.length + items.length === 0 && chart === undefined && rows.length === 0) return;
  printHeading(context, title, detail);
  for (const line of lines) printWrapped(context, line);
  for (const [place, { name, text, tone, more }] of items.entries()) {
    context.print(`${place + 1}  ${context.style(tone, printable(name))}`);
    for (const line of [text, ...more]) printWrapped(context, line, undefined, INDENT);
  }
  if (chart?.kind === 'columns') {
    const width = Math.max(0, ...chart.series.map(({ name }) => name.length));
    for (const { name, values } of chart.series) {
      context.print(`${printable(name).padEnd(width)}  ${context.style('accent', sparkline(values))}`);
    }
  }
  if (table !== undefined) printTableOf(context, table);
  for (const note of notes) printWrapped(context, note, 'quiet');
}

function printTableOf(context: CommandContext, { columns, rows }: PageTable): void {
  const settings = { width: context.isTTY ? context.width : undefined, style: context.style };
  const shown = rows.slice(0, MAX_ROWS).map((row) => row.map(cellOf));
  const kept = context.isTTY ? fitting(columns, shown, context.width) : columns;
  const chosen = shown.map((row) => row.filter((_, place) => kept.some((column) => column === columns[place])));
  for (const line of renderTable(kept, chosen, settings)) context.print(line);
  const more = rows.length - MAX_ROWS;
  if (more > 0) context.print(context.style('quiet', `And ${more} more; --json has all.`));
}

/** Columns that fit: optional ones go, from the right, before a name or a figure is cut. */
function fitting(
  columns: PageTable['columns'],
  rows: readonly (readonly Cell[])[],
  width: number,
): PageTable['columns'] {
  const lines = renderTable(columns, rows);
  const drop = columns.findLastIndex(({ optional }) => optional === true);
  if (drop < 0 || Math.max(...lines.map((line) => line.length)) <= width) return columns;
  const without = <T>(list: readonly T[]): T[] => list.filter((_, place) => place !== drop);
  return fitting(without(columns), rows.map(without), width);
}

function cellOf(cell: PageCell): Cell {
  if (typeof cell === 'string') return printable(cell);
  const drawn = cell.curve === undefined ? [] : [sparkline(cell.curve)];
  const text = [...(cell.text === '' ? [] : [printable(cell.text)]), ...drawn].join(' ');
  return cell.tone === undefined ? text : { text, tone: cell.tone };
}

/** Sentences are broken at spaces to fit the width; a pipe has a hundred columns. */
function printWrapped(context: CommandContext, text: string, tone?: 'quiet' | 'warning', indent = ''): void {
  let line = '';
  const flush = (): void => {
    if (line !== '') context.print(indent + (tone === undefined ? line : context.style(tone, line)));
    line = '';
  };
  for (const word of printable(text).split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > context.width) flush();
    line = line === '' ? word : `${line} ${word}`;
  }
  flush();
}
