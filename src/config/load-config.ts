import { resolve } from 'node:path';

import type { Metric } from '../metrics/define-metric.ts';
import { catalogueOf, type Catalogue } from '../metrics/index.ts';
import { ConfigError } from '../model/errors.ts';
import { type AlertRule, readAlertRules } from './alert-rules.ts';
import { type Budget, readBudgets } from './budgets.ts';
import { type ConfigTable, readConfigFile } from './config-file.ts';
import { readCustomMetrics } from './custom-metrics.ts';
import { type DetectorParameters, readDetectorParameters } from './detector-parameters.ts';
import { type NotifyChannel, readNotifyChannels, strangeChannels } from './notify-channels.ts';
import { type AnySetting, SETTING_KEYS, type SettingKey, type Settings, SETTINGS } from './settings.ts';
import { isTable, shown, strangersInEnvironment, strangersInFile, strangersInList } from './strangers.ts';

/** Where a value came from: nearest first in order of precedence. */
export type Origin =
  | { readonly from: 'flag' }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'default' };

export type LoadConfigOptions = {
  /** The context folder, when it is already known; the same as the flag. */
  readonly directory?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values from a command line, as text, by the setting's key. */
  readonly flags?: { readonly [Key in SettingKey]?: string | readonly string[] | undefined };
  /** Where relative paths start. */
  readonly workingDirectory?: string;
};

export type Config = {
  readonly settings: Settings;
  /** Where each value came from. */
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** What was wrong, in plain sentences. Nothing of it stops recording: the next best value counts instead. */
  readonly problems: readonly ConfigError[];
  readonly customMetrics: readonly Metric[];
  readonly budgets: readonly Budget[];
  readonly alerts: readonly AlertRule[];
  /** Where alerts go: those that are declared, the terminal and the desktop. */
  readonly channels: readonly NotifyChannel[];
  /** Parameters of detectors that differ from the declared ones, by detector. */
  readonly detectors: DetectorParameters;
  /** Names of the metrics that are off, from `disable` and `enable`: what a collector takes as `disabled`. */
  readonly disabled: readonly string[];
  /** The configuration file that was read, or `undefined`. */
  readonly file: string | undefined;
};

/**
 * The settings of one context folder: flag before environment before file before default, each value with its origin.
 *
 * Never throws: a value that is wrong is a problem, and the next one in line counts.
 */
export function loadConfig(options: LoadConfigOptions = {}): Config {
  const { environment = process.env, workingDirectory = process.cwd() } = options;
  const flags = options.directory === undefined ? options.flags : { ...options.flags, directory: options.directory };
  const problems: ConfigError[] = [];
  const origins: Partial<Record<SettingKey, Origin>> = {};
  const values: Partial<Record<SettingKey, unknown>> = {};

  const take = (key: SettingKey, table: ConfigTable, path: string | undefined): void => {
    const found = pick(SETTINGS[key], candidatesOf(key, flags?.[key], environment, table, path), problems);
    values[key] = found.value;
    origins[key] = found.origin;
  };

  take('directory', {}, undefined);
  const directory = resolve(workingDirectory, String(values.directory));
  values.directory = directory;

  const file = readConfigFile(directory);
  problems.push(...file.problems);
  for (const key of SETTING_KEYS) if (key !== 'directory') take(key, file.table, file.path);

  const custom = readCustomMetrics(file.table['metrics'], file.path ?? '');
  const { budgets, problems: badBudgets } = readBudgets(file.table['budgets'], file.path ?? '');
  const { detectors, problems: badDetectors } = readDetectorParameters(file.table['detectors'], file.path ?? '');
  const catalogue = catalogueOf(custom.metrics);
  const { alerts, problems: badAlerts } = readAlertRules(file.table['alerts'], file.path ?? '', catalogue);
  const { channels, problems: badChannels } = readNotifyChannels(file.table['notify'], file.path ?? '');
  problems.push(
    ...custom.problems,
    ...badBudgets,
    ...badAlerts,
    ...badChannels,
    ...strangeChannels(alerts, channels, file.path ?? ''),
    ...badDetectors,
    ...strangersInFile(file.table, file.path ?? ''),
    ...strangersInEnvironment(environment),
  );

  // Each key was taken above, with a value of its own kind.
  const settings = values as Settings;
  const known = origins as Record<SettingKey, Origin>;
  for (const key of ['disable', 'enable'] as const) {
    problems.push(...strangersInList(key, settings[key], originText(known[key]), catalogue));
  }
  const disabled = disabledMetrics(settings, catalogue);
  return {
    settings,
    origins: known,
    problems,
    customMetrics: custom.metrics,
    budgets,
    alerts,
    channels,
    detectors,
    disabled,
    file: file.path,
  };
}

/** Where a value came from, in words: `AMICUS_METRICS_CLUSTER`, a path, `the command line`, `default`. */
export function originText(origin: Origin): string {
  if (origin.from === 'environment') return origin.variable;
  if (origin.from === 'file') return origin.path;
  return origin.from === 'flag' ? 'the command line' : 'default';
}

/**
 * The metrics that `disable` and `enable` switch off together. The closer name counts: the metric's own before its
 * category, its category before "*"; where both lists hold the same name, off counts.
 */
export function disabledMetrics(lists: Pick<Settings, 'disable' | 'enable'>, catalogue: Catalogue): readonly string[] {
  const closeness = (names: readonly string[], metric: Metric): number =>
    names.includes(metric.name) ? 3 : names.includes(metric.category) ? 2 : names.includes('*') ? 1 : 0;
  return [...catalogue.values()]
    .filter((metric) => {
      const off = closeness(lists.disable, metric);
      return off > 0 && off >= closeness(lists.enable, metric);
    })
    .map((metric) => metric.name);
}

type Candidate = { readonly given: unknown; readonly origin: Origin };

function candidatesOf(
  key: SettingKey,
  flag: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  table: ConfigTable,
  path: string | undefined,
): Candidate[] {
  const setting: AnySetting = SETTINGS[key];
  const candidates: Candidate[] = [];
  if (flag !== undefined) candidates.push({ given: flag, origin: { from: 'flag' } });
  for (const variable of setting.environment) {
    const given = environment[variable];
    // An empty variable is how shells and client configurations say "not set".
    if (given !== undefined && given.trim() !== '') {
      candidates.push({ given, origin: { from: 'environment', variable } });
      break;
    }
  }
  const inFile = setting.inFile ? lookUp(table, setting.name) : undefined;
  if (inFile !== undefined && path !== undefined) candidates.push({ given: inFile, origin: { from: 'file', path } });
  return candidates;
}

/** The first candidate of the right kind, else the default; the wrong ones before it become problems. */
function pick(
  setting: AnySetting,
  candidates: readonly Candidate[],
  problems: ConfigError[],
): { value: unknown; origin: Origin } {
  for (const { given, origin } of candidates) {
    const value = setting.kind.read(given);
    if (value !== undefined) return { value, origin };
    const where = origin.from === 'flag' ? 'on the command line' : `in ${originText(origin)}`;
    const is = setting.secret === true ? 'set' : `is ${shown(given)}`;
    const message = `${setting.name} ${is} ${where}; it must be ${setting.kind.expected}.`;
    problems.push(new ConfigError('BAD_SETTING', message));
  }
  return { value: setting.fallback(), origin: { from: 'default' } };
}

const lookUp = (table: ConfigTable, name: string): unknown =>
  name.split('.').reduce<unknown>((inner, key) => (isTable(inner) ? inner[key] : undefined), table);
