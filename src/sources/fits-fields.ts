import type { EventData } from '../model/event.ts';
import { type AnyField, MAX_NAME_LENGTH } from '../model/field.ts';

/** A first look, cheap and without the last word: whether all values are of their field's kind. */
export function fitsAll(data: EventData, fields: ReadonlyMap<string, AnyField>): boolean {
  for (const key in data) {
    const field = fields.get(key);
    if (field === undefined || !fits(data[key], field)) return false;
  }
  return true;
}

function fits(value: unknown, { kind, min, max, words }: AnyField): boolean {
  switch (kind) {
    case 'id':
    case 'name':
      return typeof value === 'string' && value.length <= MAX_NAME_LENGTH;
    case 'one_of':
      return typeof value === 'string' && words.includes(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'names':
      return Array.isArray(value);
    default:
      return typeof value === 'number' && value >= min && value <= max;
  }
}
