import type { Share } from '../../analysis/reports/share.ts';
import type { TimeRange } from '../../model/range.ts';
import { momentFormat } from '../cli/terminal/moments.ts';
import { ABSENT, formatCount } from '../cli/terminal/units.ts';

/** `2026-11-18 12:00:00 to 2026-11-25 12:00:00 (UTC)`. */
export function spanText({ fromMicros, toMicros }: TimeRange, timeZone: string): string {
  const { dateTime } = momentFormat(timeZone);
  return `${dateTime(fromMicros)} to ${dateTime(toMicros)} (${timeZone})`;
}

/** Whole per cent; never 0 for what is there, never 100 for what is not all. */
export function percentOf(part: number): string {
  if (part > 0 && part < 0.005) return '<1 %';
  if (part < 1 && part > 0.995) return '>99 %';
  return `${Math.round(part * 100)} %`;
}

/** `34 of 40, 85 % (71 to 93 %)`; the counts alone where there is nothing to be a part of. */
export function shareText({ hits, total, low, high }: Share): string {
  if (total === 0 || low === undefined || high === undefined) return ABSENT;
  const interval = `${Math.round(low * 100)} to ${Math.round(high * 100)} %`;
  return `${formatCount(hits)} of ${formatCount(total)}, ${percentOf(hits / total)} (${interval})`;
}

/** `91 % of 35 (78 to 97 %)`: the same for tables, which have less room. */
export function shortShare({ hits, total, low, high }: Share): string {
  if (total === 0 || low === undefined || high === undefined) return ABSENT;
  return `${percentOf(hits / total)} of ${formatCount(total)} (${Math.round(low * 100)} to ${Math.round(high * 100)} %)`;
}

/** `1 task`, `2 tasks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
