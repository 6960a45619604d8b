/**
 * The content of `state.json`, as JSON gives it. Every field is optional and unknown ones are kept as they are: the
 * file may have been written by any version of Amicus, or by hand.
 */
export type AmicusState = Readonly<Record<string, unknown>>;

/** A member as text, or undefined where it is something else. Numbers count as text where ids are meant. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A member as a moment in Unix seconds, or undefined. Numbers written as text and milliseconds are accepted. */
export function secondsOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return undefined;
  // Seconds reach this value in the year 5138; milliseconds reached it in 1973.
  return number > 1e11 ? number / 1000 : number;
}

/** A member as an object, or undefined. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** A member as a list; anything else is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
