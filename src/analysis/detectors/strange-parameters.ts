import { ConfigError } from '../../model/errors.ts';
import { nameHint } from '../../query/nearest-name.ts';
import type { ParameterOverrides } from './gatherer.ts';
import { DETECTORS } from './index.ts';

/**
 * Detectors and parameters that were set and that there are not: a slip of the pen would silently change nothing.
 *
 * @param path The file that sets them, for the message.
 */
export function strangeParameters(overrides: ParameterOverrides, path: string): readonly ConfigError[] {
  return Object.entries(overrides).flatMap(([kind, given]): ConfigError[] => {
    const detector = DETECTORS.find((one) => one.kind === kind);
    if (detector === undefined) {
      const kinds = DETECTORS.map((one) => one.kind);
      return [stranger(`There is no detector "${kind}"`, path, nameHint(kind, kinds, 'detectors'))];
    }
    const known = Object.keys(detector.parameters);
    return Object.keys(given)
      .filter((name) => !known.includes(name))
      .map((name) =>
        stranger(`The detector "${kind}" has no parameter "${name}"`, path, nameHint(name, known, 'parameters')),
      );
  });
}

const stranger = (what: string, path: string, hint: string): ConfigError =>
  new ConfigError('BAD_SETTING', `${what} (${path}).`, { hint });
