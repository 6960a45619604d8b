import { usdOfNanos } from '../../pricing/index.ts';

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * A report for programs: keys in snake_case, moments as seconds since the Unix epoch without a suffix (`from`), nano-dollars
 * as dollars (`total_usd`), which floats hold exactly. What is absent is left out.
 */
export function reportJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reportJson);
  if (value instanceof Map) return reportJson(Object.fromEntries(value));
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => entryJson(key, of)));
}

function entryJson(key: string, value: unknown): readonly [string, unknown] {
  const nanos = key === 'nanos' ? '' : /^(.+)Nanos$/.exec(key)?.[1];
  if (nanos !== undefined && typeof value === 'bigint') {
    return [nanos === '' ? 'usd' : `${snake(nanos)}_usd`, usdOfNanos(value)];
  }
  const moment = /^(.+)Micros$/.exec(key)?.[1];
  if (moment !== undefined && typeof value === 'number') return [snake(moment), value / 1e6];
  return [snake(key), reportJson(value)];
}
