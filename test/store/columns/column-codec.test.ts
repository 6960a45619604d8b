import { describe, expect, it } from 'vitest';
import type { CodedCells, Key } from '../../../src/store/columns/chunk.ts';
import { type BlockColumns, encodeBlock, SealedChunk } from '../../../src/store/columns/column-codec.ts';
import { seededRandom } from '../../support/seeded-random.ts';

type Cells = BlockColumns['columns'][number];

function coded(cells: readonly Key[]): CodedCells {
  const keys = [...new Set(cells)];
  return { keys, codes: Uint16Array.from(cells, (cell) => keys.indexOf(cell)) };
}

const names = (columns: readonly unknown[]): { name: string }[] => columns.map((_, index) => ({ name: `c${index}` }));
const cellsOf = ({ codes, keys }: CodedCells): (Key | undefined)[] => [...codes].map((code) => keys[code]);

function chunkOf(block: BlockColumns, bytes = encodeBlock(block)): SealedChunk {
  const rows = block.times.length;
  const bounds = { rows, first: block.times[0] ?? 0, last: block.times[rows - 1] ?? 0 };
  return new SealedChunk(bytes, bounds, names(block.columns));
}

function expectSame(chunk: SealedChunk, block: BlockColumns): void {
  expect(chunk.times()).toEqual(block.times);
  expect(cellsOf(chunk.origins())).toEqual(cellsOf(block.origins));
  for (const [index, column] of block.columns.entries()) {
    if ('numbers' in column) expect(chunk.numbers(`c${index}`)).toEqual(column.numbers);
    else expect(cellsOf(chunk.coded(`c${index}`))).toEqual(cellsOf(column));
  }
}

function randomBlock(rows: number, random: () => number): BlockColumns {
  let t = Math.floor((random() - 0.5) * 2 ** 45);
  const times = Float64Array.from({ length: rows }, () => (t += 1 + Math.floor(random() ** 4 * 2 ** 30)));
  const list = (cell: () => number): Float64Array => Float64Array.from({ length: rows }, cell);
  const sometimes = (cell: () => number): number => (random() < 0.3 ? Number.NaN : cell());
  const columns: Cells[] = [
    { numbers: list(() => Math.floor(random() * 2 ** (random() * 51))) },
    { numbers: list(() => sometimes(() => Math.floor((random() - 0.5) * 10))) },
    { numbers: list(() => sometimes(() => 1_000 * Math.floor(random() * 2 ** 20))) },
    { numbers: list(() => Number.NaN) },
    { numbers: list(() => 7) },
    { numbers: list(() => sometimes(() => -3)) },
    { numbers: list(() => random() * 1e9) },
    { numbers: list(() => Math.floor(random() * Number.MAX_SAFE_INTEGER)) },
    coded([...list(() => Math.floor(random() * 20))]),
    coded([...list(() => Math.floor(random() * 1_000))].map((key) => (key < 100 ? null : key - 200))),
    coded([...list(() => Math.floor(random() * 30))].map((key) => JSON.stringify([key, 2 * key]))),
    coded([...list(() => 0)].map(() => null)),
    coded([...list(() => 0)].map((_, index) => (index % 2 === 0 ? 'a' : 3))),
  ];
  return { times, origins: coded([...list(() => 1 + Math.floor(random() * 2))]), columns };
}

describe('a sealed block', () => {
  const random = seededRandom(11);

  it.each([1, 2, 3, 7, 8, 9, 100, 255, 256, 1_000, 16_384, 32_767])('gives back its %i rows', (rows) => {
    const block = randomBlock(rows, random);
    expectSame(chunkOf(block), block);
  });

  it('has nothing in columns that were added after it was made', () => {
    const block = randomBlock(5, random);
    const bounds = { rows: 5, first: block.times[0] ?? 0, last: block.times[4] ?? 0 };
    const chunk = new SealedChunk(encodeBlock(block), bounds, [...names(block.columns), { name: 'new' }]);
    expect(chunk.numbers('new')).toEqual(new Float64Array(5).fill(Number.NaN));
    expect(chunk.coded('new')).toEqual({ codes: new Uint16Array(5), keys: [null] });
    expectSame(chunk, block);
  });

  it('refuses bytes that are cut off, at any place', () => {
    const block = randomBlock(20, random);
    const bytes = encodeBlock(block);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => chunkOf(block, bytes.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    }
  });

  it('throws nothing but a RangeError, and ends, when any bit is flipped', () => {
    const block = randomBlock(20, random);
    const bytes = encodeBlock(block);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        const chunk = chunkOf(block, flipped);
        chunk.times();
        chunk.origins();
        for (const [index, column] of block.columns.entries()) {
          if ('numbers' in column) chunk.numbers(`c${index}`);
          else chunk.coded(`c${index}`);
        }
      } catch (cause) {
        expect(cause).toBeInstanceOf(RangeError);
      }
    }
  });
});
