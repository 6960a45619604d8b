/** What a bar shows, all in one unit. */
export type BandBar = {
  readonly used: number;
  readonly middle: number;
  /** The narrowest first. */
  readonly bands: readonly { readonly low: number; readonly high: number }[];
  readonly limit: number | undefined;
};

/** From the narrowest band on. */
const BAND_GLYPHS = ['━', '─', '·'];

/** What its signs mean, for below a table. */
export const BAND_BAR_LEGEND =
  '█ used, ● middle, ━ 50 %, ─ 80 %, · 95 %, │ limit; each bar from 0 to its largest figure';

/** A forecast drawn on a line from 0 to the largest of its figures. */
export function bandBar({ used, middle, bands, limit }: BandBar, width: number): string {
  const largest = Math.max(used, middle, limit ?? 0, ...bands.map(({ high }) => high));
  if (!(largest > 0)) return ' '.repeat(width);
  const columnOf = (value: number): number =>
    Math.min(width - 1, Math.max(0, Math.round((value / largest) * (width - 1))));
  const cells = Array.from({ length: width }, () => ' ');
  const fill = (from: number, to: number, glyph: string): void => {
    for (let column = columnOf(from); column <= columnOf(to); column++) cells[column] = glyph;
  };
  // What is used can be less than a column wide; then it is not drawn.
  for (let column = 0; column < columnOf(used); column++) cells[column] = '█';
  bands.toReversed().forEach(({ low, high }, place) => fill(low, high, BAND_GLYPHS[bands.length - 1 - place] ?? '·'));
  fill(middle, middle, '●');
  if (limit !== undefined) fill(limit, limit, '│');
  return cells.join('');
}
