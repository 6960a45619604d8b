import type { FieldDropReason } from '../model/event.ts';
import { looksSecret } from './looks-secret.ts';

/**
 * Characters that a name may not hold: C0 and C1 controls (terminal escapes among them), line and paragraph
 * separators, bidirectional overrides and isolates, zero-width characters, the byte order mark, lone surrogates.
 */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Cs}]/u;

/** Why a text may not be stored as a name; `undefined` when it may. The empty text names nothing. */
export function refusalOf(text: string, maxLength: number): FieldDropReason | undefined {
  if (text.length > maxLength) return 'too_long';
  if (text.length === 0) return 'wrong_type';
  if (FORBIDDEN.test(text)) return 'control_character';
  if (looksSecret(text)) return 'looks_secret';
  return undefined;
}
