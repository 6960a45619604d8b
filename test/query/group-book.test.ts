import { describe, expect, it } from 'vitest';
import { GroupBook } from '../../src/query/group-book.ts';

describe('the number of a group', () => {
  it('is its own, and the same whenever the group is met', () => {
    const book = new GroupBook();
    const groups = [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['a', '1'],
      ['a', undefined],
      [undefined, 'a'],
      ['a', true],
    ] as const;
    expect(groups.map((group) => book.numberOf(group))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(groups.map((group) => book.numberOf([...group]))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(book.groups).toEqual(groups);
  });

  it('is 0 where nothing tells groups apart', () => {
    const book = new GroupBook();
    expect([book.numberOf([]), book.numberOf([])]).toEqual([0, 0]);
    expect(book.groups).toEqual([[]]);
  });
});
