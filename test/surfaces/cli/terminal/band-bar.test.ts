import { describe, expect, it } from 'vitest';

import { bandBar } from '../../../../src/surfaces/cli/terminal/band-bar.ts';

describe('bandBar', () => {
  const bands = [
    { low: 45, high: 55 },
    { low: 35, high: 70 },
    { low: 30, high: 80 },
  ];

  it('draws what is used, the bands about their middle, and the limit', () => {
    expect(bandBar({ used: 20, middle: 50, bands, limit: 100 }, 21)).toBe('████  ·──━●━───··   │');
  });

  it('is empty where there is nothing', () => {
    expect(bandBar({ used: 0, middle: 0, bands: [{ low: 0, high: 0 }], limit: undefined }, 4)).toBe('    ');
  });
});
