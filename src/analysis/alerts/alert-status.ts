import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type AlertMemory, UNKNOWN_GROUP } from './advance.ts';
import { type AlertBook, groupKey, groupOfKey } from './alert-book.ts';
import { findingsFor, type FoundNow } from './alert-evaluator.ts';
import { type AlertRule, type AlertState, measuredMoments, measuredOf, type Rank } from './alert-rule.ts';
import { replay } from './replay.ts';
import { lastEvaluation, readFigures } from './rule-figures.ts';

/** Where one group of a rule stands. */
export type AlertStatus = {
  readonly rule: AlertRule;
  readonly group: string | undefined;
  readonly memory: AlertMemory;
  /** The figure of the last evaluation, and what it means by itself. Absent for findings, and where there was nothing. */
  readonly value: number | undefined;
  readonly rank: Rank | undefined;
  /** Absent for findings: they are looked for every five minutes. */
  readonly nextMicros: number | undefined;
  /** Why the rule cannot be evaluated. */
  readonly problem: string | undefined;
};

/** Where all rules stand: remembered states, and the figures of now. Groups that are well and say nothing are left out. */
export async function alertStatus(
  ask: EventAnswerer,
  rules: readonly AlertRule[],
  book: AlertBook,
  nowMicros: number,
): Promise<readonly AlertStatus[]> {
  const all: AlertStatus[] = [];
  for (const rule of rules) {
    const { groups, nextMicros, problem } = await figuresNow(ask, rule, nowMicros);
    const remembered = [...book.memories].flatMap(([key, memory]) => {
      const { rule: name, group } = groupOfKey(key);
      return name === rule.name && memory.state !== 'ok' ? [group] : [];
    });
    const shown = new Set([...groups.keys(), ...remembered]);
    if (shown.size === 0) shown.add(undefined);
    for (const group of shown) {
      const memory = book.memories.get(groupKey(rule.name, group)) ?? UNKNOWN_GROUP;
      const value = groups.get(group);
      const measured = rule.kind === 'metric' ? measuredOf(rule, value) : undefined;
      const rank = measured?.kind === 'value' ? measured.rank : undefined;
      all.push({ rule, group, memory, value, rank, nextMicros, problem });
    }
  }
  return all;
}

type FiguresNow = {
  readonly groups: ReadonlyMap<string | undefined, number | undefined>;
  readonly nextMicros: number | undefined;
  readonly problem: string | undefined;
};

async function figuresNow(ask: EventAnswerer, rule: AlertRule, nowMicros: number): Promise<FiguresNow> {
  if (rule.kind === 'finding') return { groups: new Map(), nextMicros: undefined, problem: undefined };
  const at = lastEvaluation(rule, nowMicros);
  const nextMicros = at + rule.stepMicros;
  try {
    const [moment] = await readFigures(ask, rule, at, at);
    return { groups: moment?.groups ?? new Map(), nextMicros, problem: undefined };
  } catch (cause) {
    return { groups: new Map(), nextMicros, problem: problemOf(cause) };
  }
}

const problemOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** What a rule says when it is evaluated once. */
export type AlertCheck = {
  readonly rule: AlertRule;
  readonly group: string | undefined;
  readonly state: AlertState;
  readonly value: number | undefined;
  readonly problem: string | undefined;
};

/**
 * Evaluates rules once, without anything remembered: what must hold for a time is looked at for that time up to now.
 *
 * @param found What insights find now; asked for only where a rule goes by findings.
 */
export async function checkRules(
  ask: EventAnswerer,
  rules: readonly AlertRule[],
  found: () => Promise<readonly FoundNow[]>,
  nowMicros: number,
): Promise<readonly AlertCheck[]> {
  const checks: AlertCheck[] = [];
  for (const rule of rules) {
    try {
      checks.push(
        ...(rule.kind === 'metric' ? await checkMetric(ask, rule, nowMicros) : checkFindings(rule, await found())),
      );
    } catch (cause) {
      checks.push({ rule, group: undefined, state: 'no_data', value: undefined, problem: problemOf(cause) });
    }
  }
  return checks;
}

async function checkMetric(
  ask: EventAnswerer,
  rule: Extract<AlertRule, { readonly kind: 'metric' }>,
  nowMicros: number,
): Promise<AlertCheck[]> {
  const last = lastEvaluation(rule, nowMicros);
  const first = last - Math.ceil(rule.forMicros / rule.stepMicros) * rule.stepMicros;
  const figures = await readFigures(ask, rule, first, last);
  const { states } = replay(rule, measuredMoments(rule, figures));
  const now = figures.at(-1)?.groups;
  const all = [...states].map(([group, state]) => ({ rule, group, state, value: now?.get(group), problem: undefined }));
  return all.length > 0 ? all : [nothingToSay(rule)];
}

/** Findings are of the last day, and so have held for long. */
function checkFindings(
  rule: Extract<AlertRule, { readonly kind: 'finding' }>,
  found: readonly FoundNow[],
): AlertCheck[] {
  const measured = findingsFor(rule, found);
  const { states } = replay({ ...rule, forMicros: 0 }, [{ atMicros: 0, groups: measured }]);
  const all = [...states].map(([group, state]) => ({ rule, group, state, value: undefined, problem: undefined }));
  return all.length > 0 ? all : [nothingToSay(rule)];
}

const nothingToSay = (rule: AlertRule): AlertCheck => ({
  rule,
  group: undefined,
  state: 'ok',
  value: undefined,
  problem: undefined,
});
