import type { Severity } from '../detectors/finding.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { advance, type AlertMemory, type Contrary, restoredContrary, UNKNOWN_GROUP } from './advance.ts';
import { type AlertBook, type ToldChange, groupKey, groupOfKey, readAlertBook } from './alert-book.ts';
import {
  absentOf,
  type AlertRule,
  type FindingRule,
  measuredOf,
  type Measured,
  type MetricRule,
  type Rank,
} from './alert-rule.ts';
import { lastEvaluation, readFigures } from './rule-figures.ts';

/** A finding, as far as rules go by it. */
export type FoundNow = {
  readonly id: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly value: number;
};

/** What an evaluation changed; and rules that could not be evaluated, with the reason. */
export type Evaluation = {
  readonly changes: readonly ToldChange[];
  readonly problems: ReadonlyMap<string, string>;
};

/** Events of other processes take a moment to be told; an evaluation waits so long for those of its window. */
const SETTLE_MICROS = 2_000_000;
const RANKS: Readonly<Record<Severity, Rank>> = { info: 0, warning: 1, critical: 2 };

/** What findings mean to a rule, by group. */
export function findingsFor(rule: FindingRule, found: readonly FoundNow[]): ReadonlyMap<string, Measured> {
  const own = found.filter(({ kind }) => rule.finding === '*' || rule.finding === kind);
  return new Map(own.map(({ id, severity, value }) => [id, { kind: 'value', rank: RANKS[severity], value }]));
}

/**
 * Evaluates rules again and again. What must be remembered lies in the store and is read anew each time, so that
 * decisions from elsewhere count; only what is about to change is kept here.
 */
export class AlertEvaluator {
  readonly #contrary = new Map<string, Contrary>();
  readonly #evaluated = new Map<string, number>();
  /** Of this process. Stands in for the store where that does not take these events. */
  readonly #memories = new Map<string, AlertMemory>();

  /** The rules on metrics whose time has come. */
  due(rules: readonly AlertRule[], nowMicros: number): readonly MetricRule[] {
    return rules.filter(
      (rule): rule is MetricRule =>
        rule.kind === 'metric' &&
        lastEvaluation(rule, nowMicros - SETTLE_MICROS) > (this.#evaluated.get(rule.name) ?? Number.NEGATIVE_INFINITY),
    );
  }

  /** Evaluates rules on metrics, each at the last moment that is due. */
  async evaluateMetrics(ask: EventAnswerer, rules: readonly MetricRule[], nowMicros: number): Promise<Evaluation> {
    const book = await readAlertBook(ask, nowMicros);
    const changes: ToldChange[] = [];
    const problems = new Map<string, string>();
    for (const rule of rules) {
      const atMicros = lastEvaluation(rule, nowMicros - SETTLE_MICROS);
      this.#evaluated.set(rule.name, atMicros);
      try {
        const [figures] = await readFigures(ask, rule, atMicros, atMicros);
        const groups = new Map([...(figures?.groups ?? [])].map(([group, value]) => [group, measuredOf(rule, value)]));
        changes.push(...this.#advance(rule, groups, book, { atMicros, stepMicros: rule.stepMicros }));
      } catch (cause) {
        problems.set(rule.name, cause instanceof Error ? cause.message : String(cause));
      }
    }
    return { changes, problems };
  }

  /** Evaluates rules on findings by those of now. */
  async evaluateFindings(
    ask: EventAnswerer,
    rules: readonly FindingRule[],
    found: readonly FoundNow[],
    nowMicros: number,
  ): Promise<Evaluation> {
    const book = await readAlertBook(ask, nowMicros);
    const at = { atMicros: nowMicros, stepMicros: 0 };
    const changes = rules.flatMap((rule) => this.#advance(rule, findingsFor(rule, found), book, at));
    return { changes, problems: new Map() };
  }

  #advance(
    rule: AlertRule,
    measured: ReadonlyMap<string | undefined, Measured>,
    book: AlertBook,
    { atMicros, stepMicros }: { readonly atMicros: number; readonly stepMicros: number },
  ): Evaluation['changes'] {
    const groups = new Set([...measured.keys(), ...this.#unsettledGroups(rule, book)]);
    return [...groups].flatMap((group) => {
      const key = groupKey(rule.name, group);
      const memory = this.#newest(key, book);
      const contrary = this.#contrary.get(key) ?? restoredContrary(memory, rule.forMicros, stepMicros, atMicros);
      const { change, ...after } = advance(rule, { memory, contrary }, measured.get(group) ?? absentOf(rule), atMicros);
      this.#contrary.set(key, after.contrary);
      if (change === undefined) return [];
      // Never before what it follows: a decision may have been told after the moment that is evaluated.
      const told = { ...change, atMicros: Math.max(change.atMicros, memory.changedMicros + 1) };
      this.#memories.set(key, { ...after.memory, changedMicros: told.atMicros });
      return [{ rule: rule.name, group, change: told, before: memory }];
    });
  }

  #newest(key: string, { memories }: AlertBook): AlertMemory {
    const [stored, own] = [memories.get(key), this.#memories.get(key)];
    if (stored === undefined || own === undefined) return stored ?? own ?? UNKNOWN_GROUP;
    return stored.changedMicros > own.changedMicros ? stored : own;
  }

  /** Groups that are not well, whether anything is measured of them now or not. */
  #unsettledGroups({ name }: AlertRule, book: AlertBook): (string | undefined)[] {
    return [...new Set([...book.memories.keys(), ...this.#memories.keys()])].flatMap((key) => {
      const { rule, group } = groupOfKey(key);
      if (rule !== name) return [];
      const { state, announced } = this.#newest(key, book);
      return state === 'ok' && announced === 'ok' ? [] : [group];
    });
  }
}
