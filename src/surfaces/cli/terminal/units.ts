/** What stands for a figure that is not there: never 0, never an empty cell that could be a slip. */
export const ABSENT = '–';

/** Thousands with commas. By hand: the first Intl.NumberFormat of a process costs twelve milliseconds. */
const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three significant digits, without trailing zeros after the point. */
function significant(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 6))));
}

/** A whole number with grouped thousands: `12,345`. */
export function formatCount(count: number | undefined): string {
  return count === undefined ? ABSENT : grouped(count);
}

/** So many of something, with its word in the right number: `1 event`, `2,000 events`. */
export function formatMany(count: number, one: string, more = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : more}`;
}

/** Any number: whole ones grouped, others to three significant digits. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ABSENT;
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? grouped(value) : significant(value);
}

const twoUnits = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${String(small).padStart(2, '0')} ${smallUnit}`;

/** A length of time in the unit that suits it: `850 µs`, `12.3 ms`, `4.2 s`, `3 min 20 s`, `2 h`, `2 h 05 min`, `3 d 04 h`. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return ABSENT;
  if (seconds < 0) return `-${formatSeconds(-seconds)}`;
  if (seconds < 0.000_999_5) return `${significant(seconds * 1e6)} µs`;
  if (seconds < 0.999_5) return `${significant(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${significant(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return twoUnits(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return twoUnits(Math.floor(whole / 3_600), 'h', Math.floor((whole % 3_600) / 60), 'min');
  return twoUnits(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3_600), 'h');
}

/** The same for milliseconds. */
export function formatMillis(millis: number | undefined): string {
  return formatSeconds(millis === undefined ? undefined : millis / 1_000);
}

/** An amount of data in powers of a thousand: `512 B`, `1.5 kB`, `14.2 MB`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return ABSENT;
  let amount = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (amount < 999.5) return `${significant(amount)} ${unit}`;
    amount /= 1_000;
  }
  return `${significant(amount)} TB`;
}

/** US dollars: to the cent from one dollar on, to three significant digits below, and never with one decimal. */
export function formatUsd(usd: number | undefined): string {
  if (usd === undefined) return ABSENT;
  return `$${usd >= 1 ? usd.toFixed(2) : significant(usd).replace(/\.\d$/, '$&0')}`;
}

/** A part of a whole: `7 of 9 (78 %)`; only the count where the whole is 0. */
export function formatShare(part: number, whole: number): string {
  return whole === 0
    ? '0 of 0'
    : `${formatCount(part)} of ${formatCount(whole)} (${Math.round((part / whole) * 100)} %)`;
}

/** A frequency in the unit that suits it: `12.5 /s`, `3 /min`, `0.5 /h`. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return ABSENT;
  if (perSecond === 0 || perSecond >= 1) return `${significant(perSecond)} /s`;
  if (perSecond * 60 >= 1) return `${significant(perSecond * 60)} /min`;
  return `${significant(perSecond * 3_600)} /h`;
}

/**
 * The value of a field or of an aggregation over it, in the unit that its name ends in.
 *
 * @param name A field (`duration_seconds`) or an aggregation (`p95(lock_wait_ms)`, `count`).
 */
export function formatByName(name: string, value: string | number | boolean | undefined): string {
  if (typeof value !== 'number') return value === undefined ? ABSENT : String(value);
  const [, fn, inner] = /^([a-z0-9.]+)\((.*)\)$/.exec(name) ?? [];
  const field = inner ?? name;
  if (name === 'rate') return formatRate(value);
  if (fn === 'count' || fn === 'distinct' || name === 'count') return formatCount(value);
  const perSecond = fn === 'rate' ? '/s' : '';
  if (field.endsWith('_seconds')) return formatSeconds(value) + perSecond;
  if (field.endsWith('_ms')) return formatMillis(value) + perSecond;
  if (field.endsWith('_bytes')) return formatBytes(value) + perSecond;
  if (field.endsWith('_usd')) return formatUsd(value) + perSecond;
  return formatNumber(value) + perSecond;
}
