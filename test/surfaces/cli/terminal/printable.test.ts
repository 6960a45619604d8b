import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { printable, printableLines, safeJson } from '../../../../src/surfaces/cli/terminal/printable.ts';

const BAD = [
  '\u001b[31m',
  '\u0007',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u200b',
  '\r',
  '\n',
  '\u2028',
  '\u{e0041}',
  '\ud800',
];

describe('printable', () => {
  it.each(BAD)('lets nothing through that a terminal obeys or is misled by (case %#)', (bad) => {
    expect(printable(`a${bad}b`)).toMatch(/^a\ufffd+(\[31m)?b$/u);
  });

  it('leaves letters of any script, combined characters and emoji as they are', () => {
    const text = 'Nödé 漢字 e\u0301 👩‍💻 אבג';
    expect(printable(text)).toBe(text);
  });

  it('keeps the line ends of our own text', () => {
    expect(printableLines('a\u001b\nb')).toBe('a\ufffd\nb');
  });
});

describe('safeJson', () => {
  it('escapes what a terminal obeys, and a parser still gets every string back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (strings) => {
        const value = { strings: [...strings, ...BAD.slice(0, -1)] };
        const json = safeJson(value, 2);
        expect(JSON.parse(json)).toEqual(value);
        expect(printableLines(json)).toBe(json);
      }),
    );
  });
});
