import type { Figure } from '../../analysis/detectors/finding.ts';

const DIGITS = 4;

/** A number as short as it can be told: whole numbers whole, others with four digits. */
export function shortNumber(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

/** Seconds for reading: whole from ten on. */
export function shortSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  return Math.abs(seconds) >= 10 ? Math.round(seconds) : shortNumber(seconds);
}

/** A figure with its unit, its interval and how many observations it comes from. */
export function figureJson(figure: Figure | undefined): object | undefined {
  if (figure === undefined) return undefined;
  const { value, unit, low, high, samples } = figure;
  return {
    value: shortNumber(value),
    unit,
    low_95: shortNumber(low),
    high_95: shortNumber(high),
    samples,
  };
}

/** A moment in UTC, without parts of a second. */
export function momentText(micros: number): string {
  return new Date(Math.floor(micros / 1e6) * 1_000).toISOString().replace('.000', '');
}
