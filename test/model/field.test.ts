import { describe, expect, it } from 'vitest';
import {
  count,
  delta,
  FIELD_KINDS,
  flag,
  id,
  isDimension,
  isNumeric,
  measure,
  name,
  names,
  oneOf,
  required,
  UNITS,
} from '../../src/model/field.ts';

const ALL = [id('x'), name('x'), oneOf(['a'], 'x'), flag('x'), count('x'), delta('x'), measure('ms', 'x'), names('x')];

describe('fields', () => {
  it('are of every kind once', () => {
    expect(ALL.map(({ kind }) => kind)).toEqual(FIELD_KINDS);
  });

  it('are summed or grouped, never both, and ids are neither', () => {
    expect(ALL.filter(isDimension).map(({ kind }) => kind)).toEqual(['name', 'one_of', 'flag']);
    expect(ALL.filter(isNumeric).map(({ kind }) => kind)).toEqual(['count', 'delta', 'measure']);
  });

  it('are optional until they are required, and stay the same otherwise', () => {
    const field = measure('seconds', 'x');
    expect(field.required).toBe(false);
    expect(required(field)).toEqual({ ...field, required: true });
  });

  it.each(UNITS)('keeps the largest amount in %s as an exact integer', (unit) => {
    const { max, scale } = measure(unit, 'x');
    expect(Number.isSafeInteger(Math.round(max * scale))).toBe(true);
    expect(Math.round(max * scale)).toBe(1e15);
  });
});
