import type { Figure, FigureUnit } from '../../analysis/detectors/finding.ts';
import { formatCount, formatMillis, formatNumber, formatSeconds, formatUsd } from './terminal/units.ts';

const FORMATS: Readonly<Record<FigureUnit, (value: number) => string>> = {
  seconds: formatSeconds,
  ms: formatMillis,
  usd: formatUsd,
  tokens: (value) => `${formatCount(Math.round(value))} tokens`,
  count: (value) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value)),
  share: (value) => `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0)} %`,
  per_hour: (value) => `${formatNumber(value)} an hour`,
  per_day: (value) => `${formatNumber(value)} a day`,
};

/** A value in its unit; the sign is kept where the format has none. */
export function valueText(value: number, unit: FigureUnit): string {
  return value < 0 ? `-${FORMATS[unit](-value)}` : FORMATS[unit](value);
}

/** `3m 20s (2m 50s to 4m 10s)`: a figure, with its interval where it has one. */
export function figureText({ value, unit, low, high }: Figure): string {
  const text = valueText(value, unit);
  return low === undefined || high === undefined
    ? text
    : `${text} (${valueText(low, unit)} to ${valueText(high, unit)})`;
}
