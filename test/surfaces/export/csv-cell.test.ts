import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { csvCell, csvLine, guardText, unguardText } from '../../../src/surfaces/export/csv-cell.ts';

describe('csvCell', () => {
  it.each([
    [5, '5'],
    [-5, '-5'],
    [0.1, '0.1'],
    [-1.5e-7, '-1.5e-7'],
    [1e21, '1e+21'],
    [NaN, ''],
    [Infinity, ''],
    [true, 'true'],
    [undefined, ''],
    ['', '""'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\nb', '"a\nb"'],
    [['a.ts', 'b.ts'], '"[""a.ts"",""b.ts""]"'],
    [[], '[]'],
  ])('writes %j as %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('joins cells with commas and ends lines with CR LF', () => {
    expect(csvLine(['a', 1, undefined, false])).toBe('a,1,,false\r\n');
  });

  it.each([
    '=HYPERLINK("http://x")',
    '+1-800',
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(1+1)*cmd',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(1)',
    '﹦1',
    '﹢1',
    '﹣1',
    '﹫x',
    '−1',
    ' =1+1',
    '\u00a0=1+1',
    '\ufeff=1+1',
    '"=1+1',
    "'=1+1",
  ])('puts an apostrophe before %j', (text) => {
    expect(guardText(text)).toBe(`'${text.replace(/(?<=[\t\r\n])(?=[=])/g, "'")}`);
    expect(unguardText(guardText(text))).toBe(text);
  });

  it.each(['a;=1+1', 'a\t=1+1', 'a\n=1+1', 'a; =1+1', 'a;"=1'])(
    'also within %j, where a cell may be taken to begin',
    (text) => {
      const [before = '', after = ''] = text.split(/(?<=[;\t\n])/);
      expect(guardText(text)).toBe(`${before}'${after}`);
    },
  );

  it.each(['plain', 'a=b', 'x-y', 'me@example.org', 'src/+page.ts', 'a;b', '1-2', '["=a"]', '(-1)'])(
    'leaves %j alone',
    (text) => {
      expect(guardText(text)).toBe(text);
    },
  );

  it('can be undone, whatever the text', () => {
    const alphabet = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      "'",
      '"',
      ';',
      ',',
      '\t',
      '\r',
      '\n',
      ' ',
      'a',
      '＝',
      '\ufeff',
    );
    const text = fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 12 }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, (original) => {
        expect(unguardText(guardText(original))).toBe(original);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets no cell begin with a formula, whichever separator a spreadsheet takes', () => {
    const alphabet = fc.constantFrom('=', '+', '-', '@', "'", '"', ';', ',', '\t', '\r', '\n', ' ', 'a', '1', '＠');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), (text) => {
        for (const part of guardText(text).split(/[;\t\r\n]/)) expect(part).not.toMatch(/^[\s"]*[=+\-@＠]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
