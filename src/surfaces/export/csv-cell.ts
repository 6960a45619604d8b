import type { FieldValue } from '../../model/event.ts';

/**
 * Where a spreadsheet may begin to read a formula: at the start of a cell, and after what some of them take for the end
 * of one (semicolon, tab, line break), spaces and quotation marks skipped. Full-width and small forms count as well,
 * since East Asian editions turn them into their ASCII twins; U+2212 is the typographic minus.
 *
 * The apostrophe stands among the signs so that removing one restores the text.
 */
const FORMULA_START = /(?<=^|[;\t\r\n])(?=[\s"\u200b\ufeff]*['=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫−])(?!$)/gu;

const GUARD_TO_REMOVE = /(?<=^|[;\t\r\n])'/gu;

/** RFC 4180 asks for quotes around these; a semicolon is a separator in half of the world. */
const NEEDS_QUOTES = /[",;\t\r\n]|^[\s']|\s$/u;

/**
 * A cell. Numbers and flags are written as they are, negative ones too: `-5` is a number, and stays one. Text in which
 * a spreadsheet could see a formula gets an apostrophe before it, which spreadsheets show as text. Absent is empty;
 * empty text is `""`.
 */
export function csvCell(value: FieldValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return String(value);
  return quoted(guardText(typeof value === 'string' ? value : JSON.stringify(value)));
}

/** A line of cells with its end, CR LF as RFC 4180 has it. */
export function csvLine(values: readonly (FieldValue | undefined)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/** Text that no spreadsheet takes for a formula. */
export function guardText(text: string): string {
  return text.replace(FORMULA_START, "'");
}

/** The text that {@link guardText} was given. */
export function unguardText(guarded: string): string {
  return guarded.replace(GUARD_TO_REMOVE, '');
}

function quoted(text: string): string {
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
