import { hash } from 'node:crypto';
import { MAX_NAME_LENGTH } from '../../model/field.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';

/** An object as JSON gives it. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of several spellings of a field that the object has; null counts as absent. */
export function pick(object: JsonObject, spellings: readonly string[]): unknown {
  for (const spelling of spellings) {
    if (Object.hasOwn(object, spelling) && object[spelling] !== null && object[spelling] !== undefined) {
      return object[spelling];
    }
  }
  return undefined;
}

/** Text that is not empty; a number counts as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A finite number, also one written as text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A whole number of things: a number, or the length of a list. */
export function countOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export function flagOf(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|1)$/i.test(value.trim()));
}

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i;
/** Clocks of one network differ by seconds; a day allows for a zone that was forgotten. */
const MAX_AHEAD_MICROS = MICROS_PER_DAY;

/**
 * A moment in integer microseconds: Unix seconds, or milliseconds, microseconds or nanoseconds (told by their size),
 * as number or text, or an ISO date. A date without a zone is read as UTC. Times more than a day ahead are refused.
 */
export function microsOf(value: unknown, nowMicros: number): number | undefined {
  const number = numberOf(value);
  const micros = number === undefined ? isoMicros(value) : scaledMicros(number);
  return micros !== undefined && micros > 0 && micros <= nowMicros + MAX_AHEAD_MICROS ? micros : undefined;
}

/** Seconds stay under 1e11 until the year 5138; milliseconds passed it in 1973. The same holds a thousandfold each. */
function scaledMicros(number: number): number {
  if (number < 1e11) return Math.round(number * 1e6);
  if (number < 1e14) return Math.round(number * 1e3);
  return Math.round(number < 1e17 ? number : number / 1e3);
}

function isoMicros(value: unknown): number | undefined {
  const found = typeof value === 'string' ? ISO.exec(value.trim()) : null;
  if (found === null) return undefined;
  const [, date, time, fraction = '', zone = 'Z'] = found;
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const millis = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(millis) ? undefined : millis * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Control, format and other characters that no name needs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name that agents chose: made printable and, where too long, cut and told apart by a hash. */
export function nameOf(value: unknown): string | undefined {
  const printable = textOf(value)?.slice(0, 10_000).replaceAll(UNPRINTABLE, '').trim();
  if (printable === undefined || printable === '') return undefined;
  if (printable.length <= MAX_NAME_LENGTH) return printable;
  return `${printable.slice(0, 64)}~${hash('sha256', printable).slice(0, 12)}`;
}

const ID = /^[\w.:#/@+-]{1,128}$/;

/** An identifier as it is; anything that could be a sentence becomes a hash, because it may hold content. */
export function idOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined) return undefined;
  return ID.test(text) ? text : `task-${hash('sha256', text).slice(0, 12)}`;
}

/** True for text that could be an identifier. */
export function looksLikeId(text: string): boolean {
  return ID.test(text);
}

/** A word in one spelling: lower case, spaces and hyphens as underscores. */
export function wordOf(value: unknown): string | undefined {
  return textOf(value)
    ?.trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}
