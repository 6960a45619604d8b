import { ascending, quantile } from '../statistics/quantiles.ts';
import { BAND_LEVELS, type Forecast, reachOf, stretched } from './bands.ts';

/** A forecast as it would have been made in the past, before it was stretched, and what came. */
export type Replay = { readonly forecast: Forecast; readonly came: number };

/** How often a band held what came, of how many forecasts. */
export type Coverage = { readonly level: number; readonly held: number; readonly tried: number };

/** How many independent replays weigh as much as the trust in the method itself. */
const TRUST = 6;
/** No band is stretched or shrunk by more. */
const MAX_FACTOR = 4;

/**
 * How much each band must be stretched so that it would have held its part of the past: conformal prediction (Vovk 2005),
 * carefully, since replays are few and those of long forecasts share most of their days. With few of them the factors
 * stay near 1.
 *
 * @param daysAhead How far the forecasts reach: replays of so many neighbouring days share a day.
 */
export function stretchFactors(replays: readonly Replay[], daysAhead: number): number[] {
  const independent = replays.length / (daysAhead + 1);
  const weight = independent / (independent + TRUST);
  return BAND_LEVELS.map((level, place) => Math.exp(weight * Math.log(neededFactor(replays, level, place))));
}

/** The factor with which a band would have held its part of the past, whatever their number says of it. */
function neededFactor(replays: readonly Replay[], level: number, place: number): number {
  const reaches = replays.map(({ forecast, came }) => {
    const band = forecast.bands[place];
    return band === undefined ? 1 : Math.min(MAX_FACTOR, reachOf(forecast, band, came));
  });
  const part = Math.min(1, level * (1 + 1 / Math.max(1, replays.length)));
  return Math.max(1 / MAX_FACTOR, quantile(ascending(reaches), part) ?? 1);
}

/**
 * How often the bands held in the past as they would have been shown then: each stretched by what was known before it.
 *
 * @param replays One a day, the newest first.
 */
export function runningCoverage(replays: readonly Replay[], daysAhead: number): Coverage[] {
  const shown = replays.map(({ forecast }, place) =>
    stretched(forecast, stretchFactors(replays.slice(place + 1 + daysAhead), daysAhead), 0),
  );
  return BAND_LEVELS.map((level, place) => ({
    level,
    tried: replays.length,
    held: replays.filter(({ came }, replay) => {
      const band = shown[replay]?.bands[place];
      return band !== undefined && band.low <= came && came <= band.high;
    }).length,
  }));
}
