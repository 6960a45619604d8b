const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Where nothing was measured: low and thin, so that it is not read as a zero. */
const GAP = '·';

/**
 * A line of blocks, one for each value. The lowest block is 0, or the smallest value where some are negative;
 * the highest is the largest value.
 *
 * @param values Absent values show as a dot.
 */
export function sparkline(values: readonly (number | undefined)[]): string {
  const present = values.filter((value) => value !== undefined);
  const top = present.reduce((a, b) => Math.max(a, b), 0);
  const bottom = present.reduce((a, b) => Math.min(a, b), 0);
  const range = top - bottom;
  return values
    .map((value) => {
      if (value === undefined) return GAP;
      const level = range === 0 ? 0 : Math.ceil(((value - bottom) / range) * (BLOCKS.length - 1));
      return BLOCKS[level] ?? GAP;
    })
    .join('');
}

/**
 * Fewer values, each the sum (or the largest) of as many neighbours, so that a series fits a width.
 *
 * @returns At most `width` values; the values themselves when they fit.
 */
export function squeeze(
  values: readonly (number | undefined)[],
  width: number,
  join: 'sum' | 'max',
): readonly (number | undefined)[] {
  if (values.length <= width) return values;
  const step = Math.ceil(values.length / width);
  return Array.from({ length: Math.ceil(values.length / step) }, (_, i) => {
    const part = values.slice(i * step, (i + 1) * step).filter((value) => value !== undefined);
    if (part.length === 0) return undefined;
    return part.reduce((a, b) => (join === 'sum' ? a + b : Math.max(a, b)));
  });
}
