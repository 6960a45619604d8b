import { describe, expect, it } from 'vitest';
import { DistinctKeys } from '../../../src/store/columns/distinct-keys.ts';
import { seededRandom } from '../../support/seeded-random.ts';

describe('different keys', () => {
  const random = seededRandom(4);
  const whole = (below: number) => Math.floor(random() * below);
  const lists: Record<string, () => (number | string)[]> = {
    'few numbers': () => [3, 1, 3, 2],
    'numbers of names': () => Array.from({ length: 5_000 }, () => whole(4_000)),
    'ascending numbers': () => Array.from({ length: 20_000 }, (_, index) => index),
    'descending numbers': () => Array.from({ length: 20_000 }, (_, index) => 20_000 - index),
    'numbers far apart': () => Array.from({ length: 3_000 }, () => whole(2 ** 53)),
    'numbers near and far': () => Array.from({ length: 9_000 }, () => whole(random() < 0.5 ? 3_000 : 2 ** 40)),
    'numbers about the ends of 32 bits': () =>
      Array.from({ length: 2_000 }, () => 2 ** (31 + whole(2)) + whole(600) - 300),
    'texts and numbers': () => Array.from({ length: 4_000 }, () => (random() < 0.5 ? `${whole(900)}` : whole(900))),
    'numbers that no name has': () =>
      Array.from({ length: 4_000 }, (_, index) => (index % 2 === 0 ? whole(900) - 450 : whole(900) / 2)),
    'zeros of both signs': () => [...Array.from({ length: 600 }, (_, index) => index), -0, 0],
  };

  it.each(Object.keys(lists))('are those of a set: %s', (name) => {
    const keys = new DistinctKeys();
    const set = new Set<number | string>();
    const sizes: [number, number][] = [];
    for (const key of lists[name]?.() ?? []) {
      keys.add(key);
      set.add(key);
      sizes.push([keys.size, set.size]);
    }
    expect(sizes.filter(([size, expected]) => size !== expected)).toEqual([]);
    expect(new Set(keys)).toEqual(set);
    expect([...keys]).toHaveLength(set.size);
  });
});
