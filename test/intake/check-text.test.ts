import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../src/intake/check-text.ts';

const named = (characters: Readonly<Record<string, string>>): [string, string][] => Object.entries(characters);

describe('what a name may be', () => {
  it.each(
    named({
      'a node id': 'Node-X9J2',
      'a path': 'src/store/größe/файл.ts',
      'words of any script': '漢字 かな 한국어 हिन्दी עברית العربية',
      'an emoji': '🚀',
      'punctuation and quotes': `it's "quoted" = {x}; <b> & $HOME`,
      'a no-break space': 'a\u00a0b',
      'a private-use character': '\ue000',
    }),
  )('keeps %s', (_what, text) => {
    expect(refusalOf(text, 128)).toBeUndefined();
  });

  it.each(
    named({
      NUL: '\0',
      'a line break': '\n',
      'a terminal escape': '\u001b[31m',
      DEL: '\u007f',
      'a C1 control': '\u009b',
      'a soft hyphen': '\u00ad',
      'the Arabic letter mark': '\u061c',
      'a zero-width space': '\u200b',
      'a zero-width joiner': '\u200d',
      'a left-to-right mark': '\u200e',
      'a right-to-left override': '\u202e',
      'a bidirectional isolate': '\u2066',
      'a word joiner': '\u2060',
      'the byte order mark': '\ufeff',
      'a line separator': '\u2028',
      'a paragraph separator': '\u2029',
      'an interlinear anchor': '\ufff9',
      'an invisible tag': '\u{e0041}',
      'a Hangul filler': '\u3164',
      'a lone high surrogate': '\ud83d',
      'a lone low surrogate': '\ude80',
    }),
  )('refuses %s, alone and within a name', (_what, character) => {
    expect(refusalOf(character, 128)).toBe('control_character');
    expect(refusalOf(`Node${character}7`, 128)).toBe('control_character');
  });

  it('refuses what is longer than it may be, whatever is in it', () => {
    expect(refusalOf('x'.repeat(128), 128)).toBeUndefined();
    expect(refusalOf('x'.repeat(129), 128)).toBe('too_long');
    expect(refusalOf('\0'.repeat(1_000_000), 128)).toBe('too_long');
  });

  it('takes an empty text for no name', () => {
    expect(refusalOf('', 128)).toBe('wrong_type');
  });

  it('keeps a name only if UTF-8 keeps it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (text) => {
        fc.pre(refusalOf(text, 128) === undefined);
        expect(Buffer.from(text).toString()).toBe(text);
      }),
    );
  });
});
