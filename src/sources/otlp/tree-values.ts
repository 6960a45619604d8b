import { type AttributeFilter, type AttributeMap, MAX_ATTRIBUTES } from './attribute-filter.ts';
import type { Attributes, AttributeValue } from './telemetry.ts';

/** A part of a decoded request, of whichever encoding: nothing is known of it yet. */
export type Tree = Readonly<Record<string, unknown>>;

/** Latest moment that an event may have, and more than any sender means: the year 2255. */
const MAX_MICROS = 9e15;

/** The part as an object; undefined for everything else. */
export function treeOf(value: unknown): Tree | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : undefined;
}

/** A list; absent and null are the empty one, and anything else is none. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A number that may be written as text (64-bit integers of the JSON encoding) or come as a big integer. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.length > 40 || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? undefined : number;
}

/**
 * A moment in integer microseconds; 0 for absent, and undefined for what is no moment. Nanoseconds are beyond what a
 * double holds, so text is cut and big integers are divided; only JSON numbers have lost some already.
 */
export function microsOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === 0) return 0;
  let micros: number | undefined;
  if (typeof value === 'bigint') micros = Number(value / 1_000n);
  else if (typeof value === 'number') micros = Math.round(value / 1_000);
  else if (typeof value === 'string' && /^\d{1,20}$/.test(value)) micros = Number(value.slice(0, -3));
  return micros !== undefined && micros >= 0 && micros <= MAX_MICROS ? micros : undefined;
}

/** One of an enumeration: its number, or its name in other encodings of JSON. */
export function enumOf(value: unknown, names: readonly string[]): number {
  if (typeof value === 'string') return Math.max(0, names.indexOf(value));
  return Number.isInteger(value) ? Number(value) : 0;
}

/** Attributes of a record; undefined when they are too many or no list. From protobuf they come as a map already. */
export function attributesOf(value: unknown, filter: AttributeFilter): Attributes | undefined {
  if (value instanceof Map) return value.size > MAX_ATTRIBUTES ? undefined : (value as AttributeMap);
  const list = listOf(value);
  if (list === undefined || list.length > MAX_ATTRIBUTES) return undefined;
  const attributes: AttributeMap = new Map();
  for (const entry of list) {
    const pair = treeOf(entry);
    const key = textOf(pair?.['key']);
    if (!filter.admits(key)) continue;
    const read = scalarOf(treeOf(pair?.['value']));
    if (read !== undefined) attributes.set(key, read);
  }
  return attributes;
}

/** `{}` is a null that is sent often, and reads as absent; so do lists, maps and bytes. */
function scalarOf(value: Tree | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  const { stringValue, boolValue, intValue, doubleValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  return numberOf(intValue ?? doubleValue);
}
