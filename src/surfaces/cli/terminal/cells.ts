import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';

import type * as StringWidth from 'string-width';

/**
 * Characters of one column each: ASCII, Latin, Greek and Cyrillic letters without combining marks, and what this
 * command line draws with. Whatever else there is, is measured by a library whose tables take 28 ms to load.
 */
const NARROW = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f–…·│━─▁-█░■◆↩✓✗]*$/u;

let graphemes: Intl.Segmenter | undefined;
let measure: ((text: string) => number) | undefined;

/** Measures any text. Loaded at the first text that needs it, without waiting: tables are laid out in one go. */
function measureAny(text: string): number {
  measure ??= (createRequire(import.meta.url)('string-width') as typeof StringWidth).default;
  return measure(text);
}

/** Columns that a text takes on a terminal; colours take none. */
export function cellWidth(text: string): number {
  const bare = text.includes('\u001b') ? stripVTControlCharacters(text) : text;
  return NARROW.test(bare) ? bare.length : measureAny(bare);
}

/** The text cut to so many columns, with `…` where something is missing. Never splits a character. */
export function cutTo(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  if (width <= 0) return '';
  let kept = '';
  let used = 0;
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) {
    const next = cellWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** The text with spaces to fill so many columns. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - cellWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}
