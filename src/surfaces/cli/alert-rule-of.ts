import type { MetricsCollector } from '../../metrics-collector.ts';
import { type AlertRule, readAlertRules } from '../../config/index.ts';
import { CommandError } from './command-error.ts';
import { toFilterBook, type TypedCondition } from './conditions.ts';
import { fieldsOf } from './fields-of.ts';
import { printable } from './terminal/printable.ts';

/** A rule as options of a command give it, or parts of one. */
export type RuleOptions = {
  readonly metric: string | undefined;
  readonly finding: string | undefined;
  readonly aggregation: string | undefined;
  readonly window: string | undefined;
  readonly where: readonly TypedCondition[];
  readonly by: string | undefined;
  readonly below: boolean;
  readonly warn: number | undefined;
  readonly critical: number | undefined;
  readonly for: string | undefined;
};

/**
 * The rule that is meant: a declared one, with what options change of it, or one that options give whole.
 *
 * @throws CommandError saying what is missing or wrong.
 */
export async function ruleOf(
  collector: MetricsCollector,
  declared: readonly AlertRule[],
  name: string | undefined,
  options: RuleOptions,
): Promise<AlertRule> {
  if (options.metric === undefined && options.finding === undefined) {
    if (name === undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        'alerts test needs a rule.',
        'Name a declared one, or give one: --metric task.claimed --aggregation "p95(queue_seconds)" --window 1h --warn 300.',
      );
    }
    return changed(declaredRule(declared, name), options);
  }
  const { metric } = options;
  const where = metric === undefined ? {} : toFilterBook(options.where, await fieldsOf(collector, metric));
  const table = {
    metric,
    finding: options.finding,
    aggregation: options.aggregation,
    window: options.window ?? (metric === undefined ? undefined : '1h'),
    where: options.where.length === 0 ? undefined : where,
    group_by: options.by,
    direction: options.below ? 'below' : undefined,
    warn: options.warn,
    critical: options.critical,
    for: options.for,
  };
  const given = Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined));
  const { alerts, problems } = readAlertRules({ [name ?? 'new']: given }, 'the command line', collector.catalogue);
  const [rule] = alerts;
  if (rule === undefined) {
    throw new CommandError(
      'WRONG_USAGE',
      problems[0]?.message ?? 'That is no rule.',
      'See `amicus-metrics alerts --help`.',
    );
  }
  return rule;
}

/** @throws CommandError when there is no such rule. */
export function declaredRule(declared: readonly AlertRule[], name: string): AlertRule {
  const rule = declared.find((one) => one.name === name);
  if (rule !== undefined) return rule;
  const known = declared.map((one) => printable(one.name));
  throw new CommandError(
    'NOT_FOUND',
    `There is no alert rule "${printable(name)}".`,
    known.length === 0 ? 'None is declared: see `amicus-metrics alerts`.' : `Declared are: ${known.join(', ')}.`,
  );
}

function changed(rule: AlertRule, { warn, critical }: RuleOptions): AlertRule {
  if (rule.kind === 'finding') return rule;
  // A level that is tried takes the place of both, unless both are given.
  if (warn === undefined && critical === undefined) return rule;
  return { ...rule, warn, critical };
}
