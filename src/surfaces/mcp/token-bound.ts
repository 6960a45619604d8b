/** Runs of letters, runs of digits, and everything else one by one. */
const PIECES = /[A-Za-z]+|[0-9]+|[^A-Za-z0-9]/gu;
const LETTERS_PER_TOKEN = 4;
/** No word of ours is longer. */
const MAX_WORD = 14;
const LETTERS_PER_TOKEN_OF_NO_WORD = 2;
const DIGITS_PER_TOKEN = 3;
const PUNCTUATION_TOKENS = 0.65;

/**
 * About how many tokens a text can take, on the high side, without a tokenizer: words of English are mostly one token
 * each, names without a meaning one for two or three letters, other writing at most one for each byte. Tests hold
 * answers against a real tokenizer.
 */
export function tokensAtMost(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    const code = piece.charCodeAt(0);
    if (code > 0x7f) tokens += Buffer.byteLength(piece);
    else if (code >= 0x30 && code <= 0x39) tokens += Math.ceil(piece.length / DIGITS_PER_TOKEN);
    else if (/[A-Za-z]/.test(piece))
      tokens += Math.ceil(piece.length / (piece.length > MAX_WORD ? LETTERS_PER_TOKEN_OF_NO_WORD : LETTERS_PER_TOKEN));
    else tokens += piece === ' ' ? 0 : PUNCTUATION_TOKENS;
  }
  return Math.ceil(tokens);
}
