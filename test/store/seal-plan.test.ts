import { describe, expect, it } from 'vitest';
import { BLOCK_ROWS, partsOf, planUnit, type SealSite } from '../../src/store/sqlite/blocks/seal-plan.ts';

type Block = { readonly t0: number; readonly t1: number; readonly n: number };
const block = (t0: number, t1: number, n: number): Block => ({ t0, t1, n });
const site = (more: Partial<SealSite<Block>>): SealSite<Block> => ({
  first: 1_000,
  before: undefined,
  after: undefined,
  waiting: 10,
  isOld: false,
  ...more,
});

describe('rows at the end of a history', () => {
  it('wait until they are worth a block', () => {
    expect(planUnit(site({ waiting: 4_095 }))).toBeUndefined();
    expect(planUnit(site({ waiting: 4_096 }))).toEqual({ merged: undefined, rows: 4_096 });
  });

  it('wait no longer when the first of them is old', () => {
    expect(planUnit(site({ waiting: 1, isOld: true }))).toEqual({ merged: undefined, rows: 1 });
  });

  it('fill up the last block if that is less than half full', () => {
    const half = block(0, 900, 8_191);
    expect(planUnit(site({ waiting: BLOCK_ROWS, before: half }))).toEqual({ merged: half, rows: 8_193 });
    expect(planUnit(site({ waiting: BLOCK_ROWS, before: block(0, 900, 8_192) }))).toEqual({
      merged: undefined,
      rows: BLOCK_ROWS,
    });
  });
});

describe('late rows', () => {
  it('go into the block whose times they fall into, as many as fit what is read at once', () => {
    const full = block(0, 2_000, BLOCK_ROWS);
    expect(planUnit(site({ before: full, waiting: 3 }))).toEqual({ merged: full, rows: 3 });
    expect(planUnit(site({ before: full, waiting: BLOCK_ROWS }))).toEqual({ merged: full, rows: BLOCK_ROWS - 1 });
  });

  it('between two blocks go into the earlier when they are few, and stand by themselves when they are many', () => {
    const [before, after] = [block(0, 900, BLOCK_ROWS), block(3_000, 4_000, BLOCK_ROWS)];
    expect(planUnit(site({ before, after, waiting: 1 }))).toEqual({ merged: before, rows: 1 });
    expect(planUnit(site({ before, after, waiting: 9_000 }))).toEqual({ merged: undefined, rows: 9_000 });
  });

  it('before all blocks go into the first', () => {
    const after = block(3_000, 4_000, 20);
    expect(planUnit(site({ after, waiting: 1 }))).toEqual({ merged: after, rows: 1 });
  });
});

it('many rows become blocks of about the same size, none over the limit', () => {
  expect(partsOf(BLOCK_ROWS)).toEqual([BLOCK_ROWS]);
  expect(partsOf(BLOCK_ROWS + 1)).toEqual([8_192, 8_193]);
  expect(partsOf(2 * BLOCK_ROWS - 1)).toEqual([16_383, 16_384]);
});
