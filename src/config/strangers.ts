import { CATEGORIES } from '../metrics/define-metric.ts';
import type { Catalogue } from '../metrics/index.ts';
import { ConfigError } from '../model/errors.ts';
import type { ConfigTable } from './config-file.ts';
import { closestName } from './did-you-mean.ts';
import { type AnySetting, SETTING_KEYS, SETTINGS } from './settings.ts';

const VARIABLE_PREFIX = 'AMICUS_METRICS_';
/** Keys of the file that are no settings: tables of the user's own names, read apart. */
const TABLE_KEYS = ['metrics', 'budgets', 'alerts', 'notify', 'detectors'];
/** Enough to recognise a value by, in a message. */
const SHOWN_VALUE_LENGTH = 80;

/** Keys of the file that mean nothing: mostly a slip of the pen, so that a setting silently did not count. */
export function strangersInFile(table: ConfigTable, path: string): ConfigError[] {
  const known = SETTING_KEYS.map((key): AnySetting => SETTINGS[key]);
  const names = known.filter((setting) => setting.inFile).map((setting) => setting.name);
  const strangers: ConfigError[] = [];
  const visit = (inner: ConfigTable, prefix: string): void => {
    for (const [key, value] of Object.entries(inner)) {
      const name = prefix + key;
      if (names.includes(name) || TABLE_KEYS.includes(name)) continue;
      if (isTable(value) && names.some((other) => other.startsWith(`${name}.`))) visit(value, `${name}.`);
      else strangers.push(stranger(name, names, path));
    }
  };
  visit(table, '');
  return strangers;
}

function stranger(name: string, names: readonly string[], path: string): ConfigError {
  const outside = SETTING_KEYS.map((key): AnySetting => SETTINGS[key]).find((setting) => setting.name === name);
  const shownName = shown(name);
  if (outside !== undefined) {
    const hint = `Set ${outside.environment[0]} instead.`;
    return new ConfigError('BAD_SETTING', `${path} sets ${shownName}, which cannot stand in the file.`, { hint });
  }
  return new ConfigError('BAD_SETTING', `${path} sets ${shownName}, which is no setting.`, {
    hint: suggestion(name, names),
  });
}

/** Variables that look like ours and mean nothing. */
export function strangersInEnvironment(environment: Readonly<Record<string, string | undefined>>): ConfigError[] {
  const known = SETTING_KEYS.flatMap((key) => SETTINGS[key].environment);
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(VARIABLE_PREFIX) && !known.includes(variable))
    .map((variable) => {
      const message = `The environment sets ${shown(variable)}, which is no setting.`;
      return new ConfigError('BAD_SETTING', message, { hint: suggestion(variable, known) });
    });
}

/** Entries of `disable` and `enable` that name nothing. */
export function strangersInList(
  key: 'disable' | 'enable',
  entries: readonly string[],
  origin: string,
  catalogue: Catalogue,
): ConfigError[] {
  const known = ['*', ...CATEGORIES, ...catalogue.keys()];
  return entries
    .filter((entry) => !known.includes(entry))
    .map((entry) => {
      const message = `${key} names ${shown(entry)} (${origin}), which is neither a metric nor a category.`;
      return new ConfigError('BAD_SETTING', message, { hint: suggestion(entry, known) });
    });
}

function suggestion(given: string, known: readonly string[]): string {
  const close = closestName(given, known);
  return close === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean ${close}?`;
}

/** A value as a message shows it: on one line, bounded, control characters escaped. */
export function shown(given: unknown): string {
  const json = JSON.stringify(given) ?? typeof given;
  return json.length > SHOWN_VALUE_LENGTH ? `${json.slice(0, SHOWN_VALUE_LENGTH)}…` : json;
}

/** A table of TOML; its dates are objects too. */
export const isTable = (value: unknown): value is ConfigTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
