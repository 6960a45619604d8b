/**
 * What a terminal would obey or be misled by: C0 and C1 controls (escape sequences begin with one), line and
 * paragraph separators, bidirectional marks and overrides, zero-width characters, tag characters, lone surrogates.
 */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;

/** A name from data, safe to print on one line: each unsafe character becomes U+FFFD, so that something is seen there. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '\ufffd');
}

/** The same for text of our own that may quote data: line ends stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** JSON that a terminal shows and does not obey: unsafe characters as `\u` escapes, so that a parser still gets them. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? 'null';
  // Indentation is the only place where JSON holds raw line ends.
  return json
    .split('\n')
    .map((line) => line.replace(UNSAFE, escaped))
    .join('\n');
}
