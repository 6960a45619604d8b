import type { FieldDropReason } from '../model/event.ts';
import { looksSecret } from './looks-secret.ts';

/**
 * Characters that a name may not hold, because a reader would not see them or would see something else: controls
 * (terminal escapes among them), format characters (bidirectional overrides, zero-width ones, the byte order mark,
 * invisible tags), line and paragraph separators, lone surrogates, and the letters that are drawn as nothing.
 */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;

/** Why a text may not be stored as a name; `undefined` when it may. The empty text names nothing. */
export function refusalOf(text: string, maxLength: number): FieldDropReason | undefined {
  if (text.length > maxLength) return 'too_long';
  if (text.length === 0) return 'wrong_type';
  if (FORBIDDEN.test(text)) return 'control_character';
  if (looksSecret(text)) return 'looks_secret';
  return undefined;
}
