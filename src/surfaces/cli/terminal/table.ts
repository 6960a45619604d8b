import { cellWidth, cutTo, padTo } from './cells.ts';
import { plainStyle, type Style, type Tone } from './style.ts';

/** A cell: text that is safe to print, and what it means. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export type TableColumn = {
  readonly title: string;
  /** Numbers go right, so that their digits stand below each other. Default: left. */
  readonly align?: 'left' | 'right';
  /** The first to go when the terminal is narrow. */
  readonly optional?: boolean;
};

export type TableSettings = {
  /** Columns of the terminal. Absent: as wide as it gets, nothing cut. */
  readonly width?: number | undefined;
  readonly style?: Style;
  readonly indent?: number;
};

const GAP = 2;
/** A cut cell keeps at least so many columns, or a whole column is left out instead. */
const MIN_CELL = 8;

const textOf = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''));

/** Widths that fit, taking from the widest left-aligned columns first. Undefined when even that is not enough. */
function fit(columns: readonly TableColumn[], natural: readonly number[], room: number): number[] | undefined {
  const widths = [...natural];
  const total = (): number => widths.reduce((a, b) => a + b, 0) + GAP * (widths.length - 1);
  while (total() > room) {
    const cuttable = columns
      .map((column, i) => ({ i, width: column.align === 'right' ? 0 : (widths[i] ?? 0) }))
      .filter(({ width }) => width > MIN_CELL)
      .sort((a, b) => b.width - a.width);
    const [widest] = cuttable;
    if (widest === undefined) return undefined;
    const floor = Math.max(cuttable[1]?.width ?? 0, MIN_CELL, widest.width - (total() - room));
    widths[widest.i] = floor === widest.width ? floor - 1 : floor;
  }
  return widths;
}

/**
 * Lines of a table: a line of titles, then one for each row. Nothing for no rows.
 *
 * Too narrow a terminal cuts the widest names with `…`, then leaves out optional columns from the right; numbers are
 * never cut.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  { width, style = plainStyle, indent = 0 }: TableSettings = {},
): string[] {
  if (rows.length === 0) return [];
  const natural = columns.map(({ title }, i) =>
    Math.max(cellWidth(title), ...rows.map((row) => cellWidth(textOf(row[i])))),
  );
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - indent;
  const widths = fit(columns, natural, room);
  if (widths === undefined) {
    const drop = columns.findLastIndex(({ optional }) => optional === true);
    if (drop >= 0) {
      const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== drop);
      return renderTable(without(columns), rows.map(without), { width, style, indent });
    }
  }
  const final = widths ?? natural;
  const line = (cells: readonly Cell[], tone?: Tone): string => {
    const parts = columns.map(({ align }, i) => {
      const cell = cells[i] ?? '';
      const columnWidth = final[i] ?? 0;
      // The last column ends the line: no trailing spaces in pipes and diffs.
      const cut = cutTo(textOf(cell), columnWidth);
      const padded = i === columns.length - 1 && align !== 'right' ? cut : padTo(cut, columnWidth, align);
      const cellTone = tone ?? (typeof cell === 'object' ? cell.tone : undefined);
      return cellTone === undefined ? padded : style(cellTone, padded);
    });
    return (' '.repeat(indent) + parts.join(' '.repeat(GAP))).trimEnd();
  };
  return [
    line(
      columns.map(({ title }) => title),
      'quiet',
    ),
    ...rows.map((row) => line(row)),
  ];
}
