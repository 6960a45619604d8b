import { describe, expect, it } from 'vitest';
import { encodeNames, NameList, type NumberedName } from '../../../src/store/columns/name-list.ts';

const ODD = ['', 'a', 'ab', 'Knoten-ü', '雪', '🐟🐟', 'with\nline', 'nul\u0000in it', 'x'.repeat(700), ' ', 'task-1'];
const numbered = (texts: readonly string[], step = 1): NumberedName[] =>
  texts.map((text, i) => ({ id: 7 + i * step, text }));
const listOf = (names: readonly NumberedName[]): NameList => new NameList(encodeNames(names), names.length);

describe('a block of names', () => {
  it.each([1, 13])('gives back each name by its number and each number by its name, %i apart', (step) => {
    const names = numbered(ODD, step);
    const list = listOf(names);
    expect(list.names()).toEqual(names);
    for (const { id, text } of names) {
      expect(list.textOf(id)).toBe(text);
      expect(list.idOf(Buffer.from(text))).toBe(id);
    }
    for (const id of [0, 6, 7 + ODD.length * step, 1e9]) expect(list.textOf(id)).toBeUndefined();
    expect(list.textOf(7.5)).toBeUndefined();
    for (const text of ['b', 'tas', 'task-2', 'xx', '🐟']) expect(list.idOf(Buffer.from(text))).toBeUndefined();
  });

  it('finds names by how they begin', () => {
    const list = listOf(numbered(ODD));
    const texts = (prefix: string): (string | undefined)[] =>
      list.idsWithPrefix(Buffer.from(prefix)).map((id) => list.textOf(id));
    expect(texts('')).toEqual(ODD);
    expect(texts('a')).toEqual(['a', 'ab']);
    expect(texts('🐟')).toEqual(['🐟🐟']);
    expect(texts('task-10')).toEqual([]);
  });

  it('takes 3 bytes for each of names that are counted up', () => {
    const names = numbered(Array.from({ length: 4_096 }, (_, i) => `task-${100_000 + i}`));
    expect(encodeNames(names).length).toBeLessThan(3 * 4_096);
  });

  it('says that it is damaged rather than give wrong names', () => {
    const names = numbered(Array.from({ length: 50 }, (_, i) => `name ${i * i}`));
    const bytes = encodeNames(names);
    expect(() => new NameList(bytes, 49)).toThrow(RangeError);
    for (let cut = 0; cut < bytes.length; cut++)
      expect(() => new NameList(bytes.subarray(0, cut), 50)).toThrow(RangeError);
    const falling = encodeNames(names.toReversed());
    expect(() => new NameList(falling, 50)).toThrow('ascend');
    const negative = encodeNames([]);
    expect(new NameList(negative, 0).names()).toEqual([]);
  });
});
