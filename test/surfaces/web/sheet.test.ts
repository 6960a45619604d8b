import { describe, expect, it } from 'vitest';

import { toCsv, toJson } from '../../../src/surfaces/web/data/sheet.ts';

const SHEET = {
  columns: ['node', 'cost', 'flaky'],
  rows: [
    ['=HYPERLINK("http://example.com")', 1.5, true],
    ['a,b\u202e', undefined, false],
  ],
};

describe('what the dashboard saves', () => {
  it('is CSV in which no spreadsheet sees a formula and no name turns a line around', () => {
    expect(toCsv(SHEET)).toBe(
      'node,cost,flaky\r\n"\'=HYPERLINK(""http://example.com"")",1.5,true\r\n"a,b\ufffd",,false\r\n',
    );
  });

  it('is JSON in which absent values are left out', () => {
    expect(JSON.parse(toJson(SHEET))).toEqual([
      { node: '=HYPERLINK("http://example.com")', cost: 1.5, flaky: true },
      { node: 'a,b\u202e', flaky: false },
    ]);
  });
});
