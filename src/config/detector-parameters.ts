import { ConfigError } from '../model/errors.ts';
import { isTable, shown } from './strangers.ts';

/** Values that stand for the declared ones, by detector and parameter. */
export type DetectorParameters = Readonly<Record<string, Readonly<Record<string, number>>>>;

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
/** No parameter means more: a day has fewer seconds, a price fewer dollars. */
const MAX_VALUE = 1e12;

/**
 * The parameters of detectors that a configuration file sets:
 *
 * ```toml
 * [detectors.backlog]
 * target_minutes = 45
 * ```
 *
 * Whether there are such detectors and parameters is not known here: those who run detectors say so.
 *
 * @returns The good ones; each bad one is a problem and leaves the others alone.
 */
export function readDetectorParameters(
  declared: unknown,
  path: string,
): { readonly detectors: DetectorParameters; readonly problems: readonly ConfigError[] } {
  const problems: ConfigError[] = [];
  if (declared === undefined) return { detectors: {}, problems };
  const hint = 'Set one like this: [detectors.backlog], then target_minutes = 45.';
  const refuse = (what: string): void =>
    void problems.push(new ConfigError('BAD_SETTING', `${what} (${path}).`, { hint }));
  if (!isTable(declared)) {
    refuse('"detectors" is not a table of detectors');
    return { detectors: {}, problems };
  }
  const detectors = Object.entries(declared).map(([kind, given]) => [kind, numbersOf(kind, given, refuse)] as const);
  return { detectors: Object.fromEntries(detectors.filter(([, set]) => Object.keys(set).length > 0)), problems };
}

function numbersOf(kind: string, given: unknown, refuse: (what: string) => void): Readonly<Record<string, number>> {
  if (!NAME.test(kind)) refuse(`The detector ${shown(kind)} has a name that no detector has`);
  else if (!isTable(given)) refuse(`The detector ${shown(kind)} is not a table of parameters`);
  else return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => numberOf(kind, name, value, refuse)));
  return {};
}

function numberOf(kind: string, name: string, value: unknown, refuse: (what: string) => void): [string, number][] {
  const what = `The parameter ${shown(name)} of the detector ${shown(kind)}`;
  if (!NAME.test(name)) refuse(`${what} has a name that no parameter has`);
  else if (typeof value !== 'number' || !(value >= 0) || value > MAX_VALUE) {
    refuse(`${what} is ${shown(value)}; it must be a number, 0 or more`);
  } else return [[name, value]];
  return [];
}
