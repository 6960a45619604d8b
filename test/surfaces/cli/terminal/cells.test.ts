import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { cellWidth, cutTo, padTo } from '../../../../src/surfaces/cli/terminal/cells.ts';

describe('cells', () => {
  it('measures every character of the basic plane as the library does', () => {
    const wrong: string[] = [];
    for (let code = 0x20; code < 0xffff; code++) {
      // Controls and lone surrogates never reach a cell.
      if ((code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xdfff)) continue;
      const text = String.fromCharCode(code);
      if (cellWidth(text) !== stringWidth(text)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('measures emoji, combined characters and colours', () => {
    expect(['👩‍💻', 'e\u0301', '漢字', '\u001b[32mok\u001b[39m'].map(cellWidth)).toEqual([2, 1, 4, 2]);
  });

  it('cuts between characters, never within one', () => {
    expect([cutTo('漢字漢字', 5), cutTo('e\u0301e\u0301e\u0301', 2), cutTo('abc', 3), cutTo('abc', 0)]).toEqual([
      '漢字…',
      'e\u0301…',
      'abc',
      '',
    ]);
  });

  it('fills from either side', () => {
    expect([padTo('漢', 4), padTo('7', 4, 'right'), padTo('long', 2)]).toEqual(['漢  ', '   7', 'long']);
  });
});
