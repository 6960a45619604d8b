import { cellWidth, cutTo, padTo } from './cells.ts';
import { plainStyle, type Style, type Tone } from './style.ts';

/** A stretch of a bar, drawn with one character. */
type Stretch = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly glyph: string;
  readonly tone?: Tone;
};
/** A moment, drawn over the bar. */
type Mark = { readonly atMicros: number; readonly glyph: string; readonly tone?: Tone };

export type WaterfallRow = {
  readonly label: string;
  readonly stretches: readonly Stretch[];
  readonly marks: readonly Mark[];
  /** What stands right of the bar: how long it took, how it ended. */
  readonly note: string;
};

export type WaterfallSettings = {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Columns in all. */
  readonly width: number;
  readonly style?: Style;
  /** How to write a moment on the axis. */
  readonly axis: (atMicros: number) => string;
};

const MAX_LABEL = 18;
const MIN_BAR = 16;
const MAX_BAR = 120;

type Painted = { glyph: string; tone: Tone | undefined };

function paint(row: WaterfallRow, columnOf: (at: number) => number, bar: number, style: Style): string {
  const cells: Painted[] = Array.from({ length: bar }, () => ({ glyph: ' ', tone: undefined }));
  for (const { fromMicros, toMicros, glyph, tone } of row.stretches) {
    // Anything that happened is seen: at least one column wide.
    const first = columnOf(fromMicros);
    const last = Math.max(first, columnOf(toMicros) - 1);
    for (let i = first; i <= last; i++) cells[i] = { glyph, tone };
  }
  for (const { atMicros, glyph, tone } of row.marks) cells[columnOf(atMicros)] = { glyph, tone };
  let line = '';
  for (let i = 0; i < cells.length;) {
    const tone = cells[i]?.tone;
    let run = '';
    for (; i < cells.length && cells[i]?.tone === tone; i++) run += cells[i]?.glyph ?? ' ';
    line += tone === undefined ? run : style(tone, run);
  }
  return line;
}

/** The axis: as many moments as fit, evenly spread, each standing where it belongs. */
function axisLine(settings: WaterfallSettings, bar: number): string {
  const { fromMicros, toMicros, axis } = settings;
  const label = axis(fromMicros).length;
  const labels = Math.max(1, Math.floor((bar + 6) / (label + 6)));
  let line = '';
  for (let i = 0; i < labels; i++) {
    const part = labels === 1 ? 0 : i / (labels - 1);
    const at = Math.round(part * (bar - label));
    line = padTo(line, at) + axis(fromMicros + (toMicros - fromMicros) * (at / Math.max(1, bar - 1)));
  }
  return line;
}

/**
 * Rows of bars over one axis of time. Labels and notes must be safe to print.
 *
 * @returns Lines no wider than `width`, the axis first.
 */
export function renderWaterfall(rows: readonly WaterfallRow[], settings: WaterfallSettings): string[] {
  const { fromMicros, toMicros, width, style = plainStyle } = settings;
  const labelWidth = Math.min(MAX_LABEL, Math.max(4, ...rows.map(({ label }) => cellWidth(label))));
  const longestNote = Math.max(0, ...rows.map(({ note }) => cellWidth(note)));
  const free = width - labelWidth - 4;
  const bar = Math.max(MIN_BAR, Math.min(MAX_BAR, free - Math.min(longestNote, Math.floor(free / 2))));
  const noteWidth = Math.max(0, free - bar);
  const span = Math.max(1, toMicros - fromMicros);
  const columnOf = (at: number): number => Math.min(bar - 1, Math.max(0, Math.floor(((at - fromMicros) / span) * bar)));
  const head = style('quiet', `${' '.repeat(labelWidth + 2)}${axisLine(settings, bar)}`);
  const lines = rows.map((row) => {
    const label = padTo(cutTo(row.label, labelWidth), labelWidth);
    return `${label}  ${paint(row, columnOf, bar, style)}  ${cutTo(row.note, noteWidth)}`.trimEnd();
  });
  return [head, ...lines];
}
