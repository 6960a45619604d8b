import { describe, expect, it } from 'vitest';
import type { CodedCells, Key } from '../../src/store/columns/chunk.ts';
import type { BlockColumns } from '../../src/store/columns/column-codec.ts';
import { merged, sliced } from '../../src/store/sqlite/blocks/block-columns.ts';
import type { EventTable } from '../../src/store/sqlite/rows/event-tables.ts';
import { RowColumns } from '../../src/store/sqlite/rows/row-columns.ts';

type PlainRow = readonly [t: number, o: number, node: number | null, size: number | null, files: string | null];

const TABLE: EventTable = {
  metricId: 1,
  metric: 'sample',
  table: '"m_sample"',
  columns: [
    { name: 'node_id', kind: 'id', unit: undefined, scale: 1 },
    { name: 'size', kind: 'count', unit: undefined, scale: 1 },
    { name: 'files', kind: 'names', unit: undefined, scale: 1 },
  ],
  declared: [],
};

function asColumns(rows: readonly PlainRow[], atOnce = rows.length): BlockColumns {
  const columns = new RowColumns(TABLE, rows.length + 5);
  for (let i = 0; i < rows.length; i += atOnce) columns.add(rows.slice(i, i + atOnce));
  return columns.columns();
}

function rowsOf({ times, origins, columns }: BlockColumns): Key[][] {
  const keyAt = ({ codes, keys }: CodedCells, row: number): Key => keys[codes[row] ?? -1] ?? null;
  return Array.from(times, (t, row) => [
    t,
    keyAt(origins, row),
    ...columns.map((column) => {
      if (!('numbers' in column)) return keyAt(column, row);
      const number = column.numbers[row] ?? Number.NaN;
      return Number.isNaN(number) ? null : number;
    }),
  ]);
}

const EARLY: readonly PlainRow[] = [
  [10, 1, 7, 100, null],
  [20, 1, null, null, '[1,2]'],
  [30, 2, 7, 0, '[1,2]'],
  [40, 1, 8, 5, '[3]'],
];

describe('rows as columns', () => {
  it('hold the rows that were put in, however many at once', () => {
    for (const atOnce of [1, 2, 3, 4]) expect(rowsOf(asColumns(EARLY, atOnce))).toEqual(EARLY);
  });

  it('are cut where they are told to be', () => {
    const all = asColumns(EARLY);
    expect(rowsOf(sliced(all, 1, 3))).toEqual(EARLY.slice(1, 3));
    expect(rowsOf(sliced(all, 2))).toEqual(EARLY.slice(2));
    expect(rowsOf(sliced(sliced(all, 1), 1, 2))).toEqual(EARLY.slice(2, 3));
  });

  it('become one list by time, with the cells of each', () => {
    const late: readonly PlainRow[] = [
      [5, 9, 8, null, null],
      [25, 2, null, 3, '[3]'],
      [50, 1, 7, 4, null],
    ];
    const expected = [...EARLY, ...late].toSorted(([a], [b]) => a - b);
    expect(rowsOf(merged(asColumns(EARLY), asColumns(late)))).toEqual(expected);
    expect(rowsOf(merged(asColumns(late), asColumns(EARLY)))).toEqual(expected);
  });

  it('never have two at the same time: the second is moved to the next free microsecond', () => {
    const same: readonly PlainRow[] = [
      [30, 1, 1, 1, null],
      [31, 1, 2, 2, null],
      [33, 1, 3, 3, null],
    ];
    const rows = rowsOf(merged(asColumns(EARLY), asColumns(same)));
    expect(rows.map(([t, , node]) => [t, node])).toEqual([
      [10, 7],
      [20, null],
      [30, 7],
      [31, 1],
      [32, 2],
      [33, 3],
      [40, 8],
    ]);
  });
});
