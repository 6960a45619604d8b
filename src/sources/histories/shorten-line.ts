import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { parseLine } from './line-text.ts';

/** A long text is looked for so near behind the place where the last one ended. */
const WINDOW_BYTES = 4_096;
/** Shorter texts are not worth a cut. */
const MIN_CUT_BYTES = 256;

/**
 * A text that is cut out: where it opens, and what follows it. Both hold quotation marks that are not escaped, so neither
 * can stand inside of a string, whatever the text is.
 */
export type Cut = { readonly open: Buffer; readonly close: Buffer; readonly closeText?: RegExp };

/**
 * The object that a line holds, but for some long texts in it, which become empty without being decoded. Whatever is not
 * laid out as expected is parsed as a whole: a cut that was wrong leaves no JSON behind.
 */
export function parseWithout(bytes: Buffer, start: number, end: number, cuts: readonly Cut[]): JsonObject | undefined {
  let text = '';
  let from = start;
  for (const { open, close, closeText } of cuts) {
    const found = bytes.subarray(from, Math.min(end, from + WINDOW_BYTES)).indexOf(open);
    if (found < 0) continue;
    const cutFrom = from + found + open.length;
    const length = bytes.subarray(cutFrom, end).indexOf(close);
    if (length < 0) continue;
    let cutTo = cutFrom + length;
    if (closeText !== undefined) {
      // What may stand between the text and what surely follows it.
      const between = bytes.toString('latin1', Math.max(cutFrom, cutTo - MIN_CUT_BYTES), cutTo);
      const matched = closeText.exec(between)?.[0];
      if (matched === undefined) continue;
      cutTo -= matched.length;
    }
    if (cutTo - cutFrom < MIN_CUT_BYTES) continue;
    text += bytes.toString('utf8', from, cutFrom);
    from = cutTo;
  }
  if (from === start) return parseLine(bytes, start, end);
  try {
    const value: unknown = JSON.parse(text + bytes.toString('utf8', from, end));
    if (isObject(value)) return value;
  } catch {
    // Laid out otherwise.
  }
  return parseLine(bytes, start, end);
}
