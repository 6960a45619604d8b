import type { Catalogue } from '../metrics/index.ts';
import { DURATION_EXAMPLES, parseDuration } from '../model/duration.ts';
import type { ConfigError } from '../model/errors.ts';
import { isDimension } from '../model/field.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../model/range.ts';
import type { ConfigTable } from './config-file.ts';
import { readEntries, Refusal, refuseStrangers, suggested, textIn, wordIn } from './refused-entries.ts';
import { isTable, shown } from './strangers.ts';

type AlertPolicy = {
  readonly name: string;
  readonly forMicros: number;
  readonly noData: 'ok' | 'alert' | 'keep';
  readonly cooldownMicros: number;
  readonly notify: readonly string[];
};

type ConditionValue = string | number | boolean;
type ConditionTable = { readonly [Operator in string]?: ConditionValue };

/** A rule on a figure of a metric. */
type MetricRule = AlertPolicy & {
  readonly kind: 'metric';
  readonly metric: string;
  readonly aggregation: string;
  readonly windowMicros: number;
  /** Between two evaluations: the window is a whole number of them. */
  readonly stepMicros: number;
  /** Conditions as questions take them; questions check them. */
  readonly where: Readonly<Record<string, ConditionValue | readonly ConditionValue[] | ConditionTable>>;
  readonly groupBy: string | undefined;
  readonly direction: 'above' | 'below';
  readonly warn: number | undefined;
  readonly critical: number | undefined;
};

/** A rule on findings of detectors; `*` stands for all. */
type FindingRule = AlertPolicy & { readonly kind: 'finding'; readonly finding: string };

export type AlertRule = MetricRule | FindingRule;

const MAX_RULES = 100;
const MAX_CHANNELS = 10;
const MAX_WINDOW_MICROS = 31 * MICROS_PER_DAY;
const DEFAULT_COOLDOWN_MICROS = MICROS_PER_HOUR;
const POLICY_KEYS = ['for', 'no_data', 'cooldown', 'notify'];
const FINDING_KEYS = ['finding', ...POLICY_KEYS];
const METRIC_KEYS = [
  'metric',
  'aggregation',
  'window',
  'where',
  'group_by',
  'direction',
  'warn',
  'critical',
  ...POLICY_KEYS,
];
/** By the length of the window: short ones are looked at more often. Whole hours can be answered from rollups. */
const STEPS = [
  { below: 10 * MICROS_PER_MINUTE, micros: 10 * MICROS_PER_SECOND, text: '10 seconds' },
  { below: MICROS_PER_HOUR, micros: MICROS_PER_MINUTE, text: 'minutes' },
  { below: MICROS_PER_DAY, micros: 5 * MICROS_PER_MINUTE, text: '5 minutes' },
  { below: Number.POSITIVE_INFINITY, micros: MICROS_PER_HOUR, text: 'hours' },
];

/**
 * The alert rules that a configuration file declares:
 *
 * ```toml
 * [alerts.queue]
 * metric = "task.claimed"
 * aggregation = "p95(queue_seconds)"
 * window = "1h"
 * warn = 300
 * critical = 900
 * ```
 *
 * @returns The good ones; each bad one is a problem and leaves the others alone.
 */
export function readAlertRules(
  declared: unknown,
  path: string,
  catalogue: Catalogue,
): { readonly alerts: readonly AlertRule[]; readonly problems: readonly ConfigError[] } {
  const { entries, problems } = readEntries(declared, path, {
    key: 'alerts',
    noun: 'alert rule',
    hint: 'Declare one like this: [alerts.queue], then metric = "task.claimed", aggregation = "p95(queue_seconds)", window = "1h", warn = 300.',
    most: MAX_RULES,
    read: (name, given) => ruleOf(name, given, catalogue),
  });
  return { alerts: entries, problems };
}

function ruleOf(name: string, given: ConfigTable, catalogue: Catalogue): AlertRule {
  const [metric, finding] = [textIn(given, 'metric'), textIn(given, 'finding')];
  if ((metric === undefined) === (finding === undefined)) throw new Refusal('needs one of metric or finding');
  refuseStrangers(given, finding === undefined ? METRIC_KEYS : FINDING_KEYS);
  const policy: AlertPolicy = {
    name,
    forMicros: durationIn(given, 'for') ?? 0,
    noData: wordIn(given, 'no_data', ['ok', 'alert', 'keep']),
    cooldownMicros: durationIn(given, 'cooldown') ?? DEFAULT_COOLDOWN_MICROS,
    notify: channelsIn(given),
  };
  if (finding !== undefined) return { ...policy, kind: 'finding', finding };
  return { ...policy, ...metricPart(given, metric ?? '', catalogue) };
}

function metricPart(given: ConfigTable, metric: string, catalogue: Catalogue): Omit<MetricRule, keyof AlertPolicy> {
  const fields = catalogue.get(metric)?.fields;
  if (fields === undefined) {
    throw new Refusal(
      `is on the metric ${shown(metric)}, which there is not; ${suggested(metric, [...catalogue.keys()])}`,
    );
  }
  const groupBy = textIn(given, 'group_by');
  const dimensions = Object.keys(fields).filter((field) => fields[field] !== undefined && isDimension(fields[field]));
  if (groupBy !== undefined && !dimensions.includes(groupBy)) {
    throw new Refusal(`has group_by = ${shown(groupBy)}; it must be one of ${dimensions.join(', ')}`);
  }
  const [warn, critical] = [numberIn(given, 'warn'), numberIn(given, 'critical')];
  const direction = wordIn(given, 'direction', ['above', 'below']);
  if (warn === undefined && critical === undefined) throw new Refusal('needs warn, critical, or both');
  if (warn !== undefined && critical !== undefined && (direction === 'above' ? critical <= warn : critical >= warn)) {
    throw new Refusal(`has critical = ${critical} and warn = ${warn}; critical must be further ${direction} than warn`);
  }
  return {
    kind: 'metric',
    metric,
    aggregation: textIn(given, 'aggregation') ?? 'count',
    ...windowIn(given),
    where: whereIn(given, Object.keys(fields)),
    groupBy,
    direction,
    warn,
    critical,
  };
}

function windowIn(given: ConfigTable): { readonly windowMicros: number; readonly stepMicros: number } {
  const windowMicros = durationIn(given, 'window');
  if (windowMicros === undefined) throw new Refusal('needs a window, such as window = "1h"');
  const step = STEPS.find(({ below }) => windowMicros < below);
  if (windowMicros > MAX_WINDOW_MICROS || windowMicros === 0) {
    throw new Refusal(`has window = ${shown(given['window'])}; it must be from 10s to 31d`);
  }
  if (step === undefined || windowMicros % step.micros !== 0) {
    throw new Refusal(
      `has window = ${shown(given['window'])}; one of that length must be whole ${step?.text ?? 'hours'}`,
    );
  }
  return { windowMicros, stepMicros: step.micros };
}

/** @throws Refusal for what is no length of time, and for months, which have no fixed one. */
function durationIn(given: ConfigTable, key: string): number | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  const duration = typeof value === 'string' ? parseDuration(value) : undefined;
  if (duration === undefined || duration.months > 0) {
    throw new Refusal(
      `has ${key} = ${shown(value)}; it must be a length of time such as ${DURATION_EXAMPLES}, without months`,
    );
  }
  return duration.micros;
}

function numberIn(given: ConfigTable, key: string): number | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Refusal(`has ${key} = ${shown(value)}; it must be a number`);
  return value;
}

function channelsIn(given: ConfigTable): readonly string[] {
  const value = given['notify'] ?? ['terminal'];
  const isName = (one: unknown): one is string => typeof one === 'string' && one !== '';
  if (!Array.isArray(value) || value.length > MAX_CHANNELS || !value.every(isName)) {
    throw new Refusal(`has notify = ${shown(value)}; it must be a list of channels such as ["terminal", "desktop"]`);
  }
  return [...new Set(value)];
}

function whereIn(given: ConfigTable, fields: readonly string[]): MetricRule['where'] {
  const value = given['where'] ?? {};
  if (!isTable(value))
    throw new Refusal(`has where = ${shown(value)}; it must be a table such as { outcome = "failure" }`);
  refuseStrangers(value, [...fields, 'source', 'cluster', 'inferred']);
  const isValue = (one: unknown): one is ConditionValue => ['string', 'number', 'boolean'].includes(typeof one);
  const conditions = Object.entries(value).map(([field, condition]): [string, MetricRule['where'][string]] => {
    if (isValue(condition)) return [field, condition];
    if (Array.isArray(condition) && condition.every(isValue)) return [field, condition];
    if (isTable(condition) && Object.values(condition).every(isValue)) return [field, condition as ConditionTable];
    throw new Refusal(`has where.${field} = ${shown(condition)}; it must be a value, a list, or { gt = 60 }`);
  });
  return Object.fromEntries(conditions);
}
