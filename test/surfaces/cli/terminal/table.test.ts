import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { colourStyle } from '../../../../src/surfaces/cli/terminal/style.ts';
import { renderTable, type TableColumn } from '../../../../src/surfaces/cli/terminal/table.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'node' },
  { title: 'model', optional: true },
  { title: 'ended', align: 'right' },
];
const ROWS = [
  ['Dev-1', 'a-model-with-a-long-name', '7'],
  ['漢字-node', 'b', '1,234'],
];

describe('renderTable', () => {
  it('stands numbers below each other and names at the left, wide characters counted as two', () => {
    expect(renderTable(COLUMNS, ROWS)).toEqual([
      'node       model                     ended',
      'Dev-1      a-model-with-a-long-name      7',
      '漢字-node  b                         1,234',
    ]);
  });

  it('cuts the widest name first', () => {
    expect(renderTable(COLUMNS, ROWS, { width: 34 })).toEqual([
      'node       model             ended',
      'Dev-1      a-model-with-a-…      7',
      '漢字-node  b                 1,234',
    ]);
  });

  it('leaves out optional columns before it cuts below eight columns, and never cuts a number', () => {
    expect(renderTable(COLUMNS, ROWS, { width: 20 })).toEqual([
      'node       ended',
      'Dev-1          7',
      '漢字-node  1,234',
    ]);
  });

  it('is never wider than asked for as long as anything can give', () => {
    for (let width = 20; width < 60; width++) {
      for (const line of renderTable(COLUMNS, ROWS, { width })) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it('colours cells by their meaning without moving columns', () => {
    const [, line = ''] = renderTable(COLUMNS, [[{ text: 'Dev-1', tone: 'good' }, 'm', '7']], { style: colourStyle });
    expect(line).toBe('\u001b[32mDev-1\u001b[39m  m          7');
  });

  it('is nothing for no rows', () => {
    expect(renderTable(COLUMNS, [])).toEqual([]);
  });

  it('ends no line with spaces', () => {
    expect(
      renderTable(
        [{ title: 'a' }, { title: 'b' }],
        [
          ['x', ''],
          ['y', 'zz'],
        ],
      ),
    ).toEqual(['a  b', 'x', 'y  zz']);
  });
});
