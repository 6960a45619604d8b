import { printable } from '../../cli/terminal/printable.ts';

/** Lines of a tooltip. The chart library reads `{…|…}` in such text as a style: names from data are none. */
export function tooltipText(lines: readonly string[]): string {
  return lines.map((line) => printable(line).replaceAll('{', '(').replaceAll('}', ')')).join('\n');
}
