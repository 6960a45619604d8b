import { describe, expect, it } from 'vitest';

import {
  ABSENT,
  formatByName,
  formatBytes,
  formatCount,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
  formatUsd,
} from '../../../../src/surfaces/cli/terminal/units.ts';

describe('units', () => {
  it.each([
    [0, '0 µs'],
    [0.000_012, '12 µs'],
    [0.000_999_9, '1 ms'],
    [0.0123, '12.3 ms'],
    [0.999_9, '1 s'],
    [4.2, '4.2 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min'],
    [200, '3 min 20 s'],
    [3_600, '1 h'],
    [7_500, '2 h 05 min'],
    [86_399, '23 h 59 min'],
    [273_600, '3 d 04 h'],
    [-4.2, '-4.2 s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [999_600, '1 MB'],
    [14_200_000, '14.2 MB'],
    [3e12, '3 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('groups thousands and keeps three digits of what is not whole', () => {
    expect([
      formatCount(-1_234_567),
      formatCount(999),
      formatCount(1_234_567),
      formatNumber(12.345),
      formatNumber(0.004_567),
      formatNumber(12),
    ]).toEqual(['-1,234,567', '999', '1,234,567', '12.3', '0.00457', '12']);
  });

  it('writes what is absent as a dash, never as 0, NaN or undefined', () => {
    expect([
      formatSeconds(undefined),
      formatSeconds(Number.NaN),
      formatBytes(undefined),
      formatCount(undefined),
      formatRate(undefined),
      formatUsd(undefined),
      formatNumber(Number.POSITIVE_INFINITY),
      formatByName('p95(duration_ms)', undefined),
    ]).toEqual(Array.from({ length: 8 }, () => ABSENT));
  });

  it('chooses the unit of a rate so that the number can be said', () => {
    expect([formatRate(12.5), formatRate(0.05), formatRate(0.000_139)]).toEqual(['12.5 /s', '3 /min', '0.5 /h']);
  });

  it('names the denominator of a share, and gives no per cent of nothing', () => {
    expect([formatShare(7, 9), formatShare(0, 0)]).toEqual(['7 of 9 (78 %)', '0 of 0']);
  });

  it('takes the unit from the name of a field or an aggregation', () => {
    expect([
      formatByName('duration_seconds', 4.2),
      formatByName('p95(lock_wait_ms)', 12.3),
      formatByName('sum(estimated_cost_usd)', 1.5),
      formatByName('count(duration_seconds)', 3),
      formatByName('distinct(node_id)', 3),
      formatByName('max(file_size_bytes)', 4_096),
      formatByName('rate', 0.05),
      formatByName('last(outcome)', 'success'),
      formatByName('avg(files_modified)', 2.5),
    ]).toEqual(['4.2 s', '12.3 ms', '$1.50', '3', '3', '4.1 kB', '3 /min', 'success', '2.5']);
  });
});
