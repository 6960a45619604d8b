import type { Attributes } from './telemetry.ts';

/** The first of these attributes that is a text, and not an empty one. */
export function text(attributes: Attributes, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first of these attributes that is a number of 0 or more; clients write many of theirs as text. */
export function amount(attributes: Attributes, ...keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    const number = typeof value === 'string' && /^\d{1,15}(\.\d{1,20})?$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= 0) return number;
  }
  return undefined;
}

/** The first of these attributes that is true or false, or says so in text. */
export function flag(attributes: Attributes, ...keys: readonly string[]): boolean | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
  }
  return undefined;
}

/** The outcome of a call, from whether it succeeded. */
export function outcomeOf(success: boolean | undefined): 'success' | 'error' | 'unknown' {
  if (success === undefined) return 'unknown';
  return success ? 'success' : 'error';
}

/** An HTTP status as the field `status` holds it. */
export function statusText(status: number | undefined): string | undefined {
  return status === undefined || status === 0 ? undefined : String(status);
}
