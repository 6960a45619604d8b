import { printable } from '../cli/terminal/printable.ts';

/** Longer names are cut: enough for ids and most paths, too little for a text that wants to be obeyed. */
const MAX_LENGTH = 80;
const CUT = '…';
/** What makes markup, code and links: a name needs none of them to be known by. */
const MARKUP = /[<>`|]|\](?=\()/g;

/**
 * A name from data as an agent gets to see it: on one line, without anything invisible, without markup, and short. It
 * stands in a field of its own, never within a sentence. Filters need the exact name: ask by evidence where it was cut.
 */
export function dataName(text: string, maxLength = MAX_LENGTH): string {
  const safe = printable(text).replace(MARKUP, '\ufffd');
  const characters = Array.from(safe);
  return characters.length <= maxLength ? safe : `${characters.slice(0, maxLength - 1).join('')}${CUT}`;
}

/** What it takes within JSON, in UTF-8. */
const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** The same, bounded by its bytes in JSON: no tokenizer of bytes makes more tokens of it than that. */
export function dataNameOfBytes(text: string, maxBytes: number): string {
  const safe = dataName(text);
  if (jsonBytes(safe) <= maxBytes) return safe;
  let kept = '';
  let bytes = jsonBytes(CUT);
  for (const character of safe) {
    bytes += jsonBytes(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept + CUT;
}
