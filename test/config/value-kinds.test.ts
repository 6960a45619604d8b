import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { choice, formatSize, list, size, text, timeZoneName, whole } from '../../src/config/value-kinds.ts';

describe('size', () => {
  const { read } = size(1, 1e12);
  it.each([
    ['100MB', 100e6],
    ['100 mb', 100e6],
    ['1.5GB', 1.5e9],
    ['64MiB', 64 * 2 ** 20],
    ['512', 512],
    [2048, 2048],
    ['0', undefined],
    ['-1MB', undefined],
    ['1e6', undefined],
    ['10 QB', undefined],
    ['', undefined],
    [NaN, undefined],
    [1.5, undefined],
    [null, undefined],
    ['9999999999999TB', undefined],
  ])('reads %j as %s', (given, bytes) => {
    expect(read(given)).toBe(bytes);
  });

  it('reads what formatSize writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (bytes) => {
        expect(read(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});

describe('the other kinds', () => {
  it('reads whole numbers within their bounds', () => {
    const { read } = whole(1, 10);
    expect([read('7'), read(10), read('11'), read('7.5'), read('0x7'), read(true), read('')]).toEqual([
      7,
      10,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('reads lists from text and from arrays', () => {
    const { read } = list('a list');
    expect(read('a, b  c')).toEqual(['a', 'b', 'c']);
    expect(read(['a', 'b'])).toEqual(['a', 'b']);
    expect(read([])).toEqual([]);
    expect(read(['a', 7])).toBeUndefined();
    expect(read(7)).toBeUndefined();
    expect(read(Array.from({ length: 257 }, () => 'a'))).toBeUndefined();
  });

  it('refuses text that a terminal would obey', () => {
    const { read } = text('a name', 8);
    expect([read(' a '), read(''), read('a\u001b[31m'), read('123456789'), read(1)]).toEqual([
      'a',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('reads words and zones', () => {
    expect(choice(['a', 'b']).read('b')).toBe('b');
    expect(choice(['a', 'b']).read('c')).toBeUndefined();
    expect(timeZoneName.read('europe/berlin')).toBe('Europe/Berlin');
    expect([timeZoneName.read('Nowhere'), timeZoneName.read(''), timeZoneName.read(1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
