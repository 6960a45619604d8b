import { describe, expect, it } from 'vitest';

import { sparkline, squeeze } from '../../../../src/surfaces/cli/terminal/sparkline.ts';

describe('sparkline', () => {
  it('draws from 0 to the largest value', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  });

  it('lifts the smallest positive value above 0', () => {
    expect(sparkline([0, 0.001, 100])).toBe('▁▂█');
  });

  it('tells a gap from a zero', () => {
    expect(sparkline([0, undefined, 1])).toBe('▁·█');
  });

  it('draws negative values below zero', () => {
    expect(sparkline([-7, 0, 7])).toBe('▁▅█');
  });

  it('draws only zeros as a base line, and nothing as nothing', () => {
    expect([sparkline([0, 0]), sparkline([])]).toEqual(['▁▁', '']);
  });
});

describe('squeeze', () => {
  it('adds neighbours, or keeps the largest', () => {
    expect([squeeze([1, 2, 3, undefined, undefined], 3, 'sum'), squeeze([1, 2, 3], 2, 'max')]).toEqual([
      [3, 3, undefined],
      [2, 3],
    ]);
  });

  it('leaves what fits as it is', () => {
    expect(squeeze([1, 2], 2, 'sum')).toEqual([1, 2]);
  });
});
