import { describe, expect, it } from 'vitest';

import { parseCount, parseMillis, parseNames, parseWord } from '../../../src/surfaces/cli/option-values.ts';

describe('option values', () => {
  it('reads whole numbers above 0 only', () => {
    expect(parseCount('20', '--limit')).toBe(20);
    for (const text of ['0', '-1', '1.5', '', 'ten', '1e3', '99999999999']) {
      expect(() => parseCount(text, '--limit')).toThrow('--limit needs a whole number');
    }
  });

  it('reads lengths of time, and refuses months, which have none', () => {
    expect([parseMillis('60s', '--for'), parseMillis('1h30m', '--for')]).toEqual([60_000, 5_400_000]);
    for (const text of ['60', '1mo', '0s', 'soon']) {
      expect(() => parseMillis(text, '--for')).toThrow('--for needs a length of time');
    }
  });

  it('names the words that there are', () => {
    expect(parseWord(['a', 'b'])('b', '--state')).toBe('b');
    expect(() => parseWord(['a', 'b'])('c', '--state')).toThrow(
      expect.objectContaining({ hint: 'Choose one of a, b.' }),
    );
  });

  it('splits names at commas and forgets empty ones', () => {
    expect(parseNames('node_id, outcome,,')).toEqual(['node_id', 'outcome']);
  });
});
