import { describe, expect, it } from 'vitest';
import { encodeNames, type NameBounds, NameList, type NumberedName } from '../../../src/store/columns/name-list.ts';

const ODD = ['', 'a', 'ab', 'Knoten-ü', '雪', '🐟🐟', 'with\nline', 'nul\u0000in it', 'x'.repeat(700), ' ', 'task-1'];
const numbered = (texts: readonly string[], step = 1): NumberedName[] =>
  texts.map((text, i) => ({ id: 7 + i * step, text }));
const boundsOf = (names: readonly NumberedName[]): NameBounds => ({
  n: names.length,
  id0: names[0]?.id ?? 0,
  id1: names.at(-1)?.id ?? 0,
});
const listOf = (names: readonly NumberedName[]): NameList => new NameList(encodeNames(names), boundsOf(names));

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
    for (const step of [1, 3]) {
      const names = numbered(
        Array.from({ length: 50 }, (_, i) => `name ${i * i}`),
        step,
      );
      const bytes = encodeNames(names);
      const bounds = boundsOf(names);
      expect(() => new NameList(bytes, { ...bounds, n: 49 })).toThrow(RangeError);
      for (let cut = 0; cut < bytes.length; cut++)
        expect(() => new NameList(bytes.subarray(0, cut), bounds)).toThrow(RangeError);
    }
    const apart = numbered(['a', 'b', 'c'], 2);
    expect(() => new NameList(encodeNames(apart.toReversed()), boundsOf(apart))).toThrow('ascend');
    expect(() => new NameList(encodeNames(apart), { n: 3, id0: 7, id1: 12 })).toThrow('other numbers');
  });
});
