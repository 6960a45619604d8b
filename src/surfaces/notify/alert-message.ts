import { hash } from 'node:crypto';

import type { AlertChange, AlertMemory } from '../../analysis/alerts/advance.ts';
import type { AlertLevel, AlertRule, MetricRule } from '../../analysis/alerts/alert-rule.ts';
import { formatByName, formatSeconds } from '../cli/terminal/units.ts';

/** What a channel is told: names of rules and groups, and figures. Nothing else of the store can come in. */
export type AlertMessage = {
  /** The same each time this change is told, on every channel and after every restart. */
  readonly id: string;
  readonly rule: AlertRule;
  readonly group: string | undefined;
  /** `ok`: what was told before is over. */
  readonly level: AlertLevel;
  /** What channels were told before. */
  readonly was: AlertLevel;
  readonly value: number | undefined;
  readonly atMicros: number;
  /** Since when what was told before stood; of an alert that begins, its beginning. */
  readonly sinceMicros: number;
  /** One sentence, for people. */
  readonly summary: string;
  /** It was told before, and is told again to a receiver that forgets. */
  readonly isRepeat: boolean;
};

/** The message about a change of which channels are to be told. */
export function toAlertMessage(
  rule: AlertRule,
  group: string | undefined,
  change: Pick<AlertChange, 'announced' | 'atMicros' | 'value'>,
  before: Pick<AlertMemory, 'announced' | 'toldMicros'>,
): AlertMessage {
  const { announced: level, atMicros, value } = change;
  // To the second: of several changes at one moment the store keeps all but one some microseconds later.
  const told = JSON.stringify([rule.name, group, level, Math.floor(atMicros / 1e6)]);
  const id = `alert_${hash('sha256', told).slice(0, 32)}`;
  const began = before.announced === 'ok' ? undefined : before.toldMicros[before.announced];
  return {
    id,
    rule,
    group,
    level,
    was: before.announced,
    value,
    atMicros,
    sinceMicros: began ?? atMicros,
    summary: summaryOf(rule, group, level, value),
    isRepeat: false,
  };
}

/** What fires, told again as it was told first. */
export function toRepeat(rule: AlertRule, group: string | undefined, memory: AlertMemory): AlertMessage {
  const { announced, toldMicros, value } = memory;
  const atMicros = toldMicros[announced] ?? memory.sinceMicros;
  return { ...toAlertMessage(rule, group, { announced, atMicros, value }, memory), isRepeat: true };
}

const LEVEL_WORDS: Readonly<Record<AlertLevel, string>> = {
  ok: 'is over',
  warn: 'warns',
  critical: 'is critical',
  no_data: 'has no data',
};

/** `queue is critical: p95(queue_seconds) of task.claimed in 1 h is 18 min 20 s, above 15 min`. */
export function summaryOf(
  rule: AlertRule,
  group: string | undefined,
  level: AlertLevel,
  value: number | undefined,
): string {
  if (rule.kind === 'finding') {
    const what = group ?? rule.finding;
    return level === 'ok'
      ? `${rule.name}: ${what} is not found any more`
      : `${rule.name}: ${what} is ${level === 'warn' ? 'a warning' : 'critical'}`;
  }
  const about = rule.groupBy === undefined ? '' : ` of ${rule.groupBy} ${group ?? '(none)'}`;
  const figure = `${rule.aggregation} of ${rule.metric} in ${formatSeconds(rule.windowMicros / 1e6)}${about}`;
  const head = `${rule.name} ${LEVEL_WORDS[level]}: ${figure}`;
  if (level === 'no_data' || value === undefined) return `${head} cannot be told, for there is nothing to tell it from`;
  const limit = level === 'ok' ? undefined : limitOf(rule, level);
  const beside = limit === undefined ? '' : `, ${rule.direction} ${formatByName(rule.aggregation, limit)}`;
  return `${head} is ${formatByName(rule.aggregation, value)}${beside}`;
}

function limitOf({ warn, critical }: MetricRule, level: 'warn' | 'critical'): number | undefined {
  return level === 'critical' ? critical : warn;
}
