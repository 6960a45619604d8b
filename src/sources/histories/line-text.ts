import { isObject, type JsonObject } from '../amicus-state/read-value.ts';

export { isObject, type JsonObject };

/** A part of a line as text, byte by byte: for looking, not for keeping. */
export function lookAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}

/** The object that a line holds; `undefined` when it is damaged. */
export function parseLine(bytes: Buffer, start: number, end: number): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a line holds some bytes. Inside of a JSON string a quotation mark is escaped, so a needle with one is structure. */
export function holds(bytes: Buffer, start: number, end: number, needle: Buffer): boolean {
  return bytes.subarray(start, end).includes(needle);
}

/** Text that is a name, an id or a word: not empty and not long. */
export function wordAt(object: JsonObject | undefined, key: string): string | undefined {
  const value = object?.[key];
  return typeof value === 'string' && value !== '' && value.length <= 512 ? value : undefined;
}

export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

export function listAt(object: JsonObject | undefined, key: string): readonly unknown[] {
  const value = object?.[key];
  return Array.isArray(value) ? value : [];
}

/** A number that is finite and not below 0. */
export function amountAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = object?.[key];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** A whole number of things. */
export function countAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = amountAt(object, key);
  return value === undefined || !Number.isSafeInteger(value) ? undefined : value;
}

/** A moment in microseconds: an ISO date, or milliseconds since 1970. */
export function microsAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = object?.[key];
  const millis = typeof value === 'string' ? isoMillis(value) : value;
  return typeof millis === 'number' && Number.isFinite(millis) && millis > 0 ? Math.round(millis * 1_000) : undefined;
}

let [knownDay, knownDayMillis] = ['', Number.NaN];

/** `Date.parse`, five times as fast for what clients write: `2026-11-22T09:12:23.344Z`, many of one day in a row. */
function isoMillis(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== 90 || text.charCodeAt(10) !== 84) return Date.parse(text);
  const day = text.slice(0, 10);
  if (day !== knownDay) [knownDay, knownDayMillis] = [day, Date.parse(day)];
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
  const [hours, minutes, seconds] = [two(11), two(14), two(17)];
  const millis = (text.charCodeAt(20) - 48) * 100 + two(21);
  const isTime = hours < 24 && minutes < 60 && seconds < 60 && hours >= 0 && minutes >= 0 && seconds >= 0;
  return isTime && millis >= 0 && millis < 1_000
    ? knownDayMillis + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis
    : Date.parse(text);
}
