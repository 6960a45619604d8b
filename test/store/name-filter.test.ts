import { expect, it } from 'vitest';
import { filterOf, mayHold, probeOf } from '../../src/store/sqlite/names/name-filter.ts';

const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

it.each([1, 2, 7, 500, 4_096])('the filter of %i names holds each of them, and few others', (count) => {
  const within = names(count, 'task');
  const filter = filterOf(within);
  expect(filter).toHaveLength(2 * count);
  expect(within.filter((name) => !mayHold(filter, probeOf(name)))).toEqual([]);
  const others = names(20_000, 'node').filter((name) => mayHold(filter, probeOf(name)));
  // Small ones are coarse.
  expect(others.length).toBeLessThan(count < 100 ? 400 : 40);
});

it('a filter is made of the same bits for ever, because files hold it', () => {
  expect(Buffer.from(filterOf(['task-1', 'Node-ü', ''])).toString('hex')).toBe('f1942c272631');
});
