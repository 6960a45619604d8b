import { MICROS_PER_DAY, type TimeRange } from '../../model/range.ts';
import { openZone } from '../../model/time.ts';
import type { Advice } from '../advice/advice.ts';
import type { Finding, Severity } from '../detectors/finding.ts';
import { type DecisionBook, readDecisionBook } from '../insights/decision-book.ts';
import type { JudgedAdvice } from '../insights/hit-rates.ts';
import type { Insights } from '../insights/insights.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type BudgetRule, budgetReport, type BudgetState } from './budget-report.ts';
import { type ComparedFigure, comparedFigure, type WeekValue } from './compared-figure.ts';
import { firstTold, readWeek, type WeekReading, weeksUpTo } from './week-readings.ts';

/** Things to change that a page names. */
const MAX_CHANGES = 3;

/** One thing to change: the gravest findings first, each with what to do where something is advised. */
export type ThingToChange = {
  readonly id: string;
  readonly severity: Severity;
  readonly finding: Finding;
  readonly advice: Advice | undefined;
  /** Findings that likely come from it. */
  readonly symptoms: number;
};

/** What became of findings and advice in the week. */
export type WeekOfInsights = {
  /** Told by `up` while it ran. */
  readonly opened: number;
  readonly closed: number;
  readonly accepted: number;
  readonly dismissed: number;
  /** Of advice accepted in the five weeks, the newest first. */
  readonly judged: readonly JudgedAdvice[];
};

/** A week on one page. */
export type WeeklySummary = TimeRange & {
  /** From when on anything is known, where that is within the five weeks. */
  readonly recordedFromMicros: number | undefined;
  readonly figures: readonly ComparedFigure[];
  /** What was used in this week, and requests whose cost is not known. */
  readonly costNanos: bigint;
  readonly unpricedEvents: number;
  readonly insights: WeekOfInsights;
  /** Of the last day of the week. Absent when the detectors were not run. */
  readonly changes: readonly ThingToChange[] | undefined;
  readonly budgets: readonly BudgetState[];
};

export type WeekSettings = {
  readonly toMicros: number;
  readonly nowMicros: number;
  readonly timeZone: string;
  readonly budgets: readonly BudgetRule[];
  readonly plans: readonly string[];
  /** What detectors say now; the costly part, run by whoever wants it. */
  readonly insights: Pick<Insights, 'incidents' | 'advice' | 'judged'> | undefined;
};

/** The last seven days against the four weeks before. */
export async function weeklySummary(ask: EventAnswerer, settings: WeekSettings): Promise<WeeklySummary> {
  const { toMicros, nowMicros, timeZone, plans } = settings;
  const weeks = weeksUpTo(toMicros, await openZone(timeZone));
  const fromMicros = weeks[0]?.fromMicros ?? toMicros;
  const told = await firstTold(ask, { fromMicros, toMicros }, timeZone);
  const readings: WeekReading[] = [];
  for (const range of weeks) readings.push(await readWeek(ask, range, timeZone, plans));
  const now = readings.at(-1);
  const week = { fromMicros: now?.fromMicros ?? toMicros, toMicros };
  return {
    ...week,
    recordedFromMicros: told !== undefined && told > fromMicros + MICROS_PER_DAY ? told : undefined,
    figures: figuresOf(readings, told ?? toMicros),
    costNanos: now?.costNanos ?? 0n,
    unpricedEvents: now?.unpricedEvents ?? 0,
    insights: insightsIn(await readDecisionBook(ask, nowMicros), week, fromMicros, settings.insights?.judged ?? []),
    changes: settings.insights === undefined ? undefined : changesOf(settings.insights),
    budgets: await budgetReport(ask, settings.budgets, nowMicros, timeZone, plans),
  };
}

function figuresOf(readings: readonly WeekReading[], toldMicros: number): readonly ComparedFigure[] {
  const before = readings.slice(0, -1);
  const now = readings.at(-1);
  if (now === undefined) return [];
  // A week in which recording only began is no week to compare with.
  const isRecorded = ({ fromMicros }: TimeRange): boolean => fromMicros + MICROS_PER_DAY >= toldMicros;
  const figure = (
    name: string,
    unit: ComparedFigure['unit'],
    better: ComparedFigure['better'],
    of: (week: WeekReading) => WeekValue,
    scatter?: 'count' | 'share',
  ): ComparedFigure =>
    comparedFigure({
      name,
      unit,
      better,
      scatter,
      now: of(now),
      before: before.map((week) => (isRecorded(week) ? of(week) : { value: undefined, samples: 0 })),
    });
  return [
    figure('completed', 'count', 'higher', ({ completed }) => completed, 'count'),
    figure('success_share', 'share', 'higher', ({ successShare }) => successShare, 'share'),
    figure('queue_wait', 'seconds', 'lower', ({ queueSeconds }) => queueSeconds),
    figure('turn_length', 'seconds', 'lower', ({ turnSeconds }) => turnSeconds),
    figure('first_run_pass_share', 'share', 'higher', ({ firstRunShare }) => firstRunShare, 'share'),
    figure('cost', 'usd', undefined, ({ costUsd }) => costUsd),
    figure('cost_per_completed', 'usd', 'lower', ({ costPerCompletedUsd }) => costPerCompletedUsd),
  ];
}

function insightsIn(
  { changes, decisions }: DecisionBook,
  week: TimeRange,
  fromMicros: number,
  judged: readonly JudgedAdvice[],
): WeekOfInsights {
  const isInWeek = ({ atMicros }: { readonly atMicros: number }): boolean =>
    atMicros >= week.fromMicros && atMicros <= week.toMicros;
  const count = (word: 'opened' | 'closed'): number =>
    changes.filter((change) => isInWeek(change) && change.change === word).length;
  const decided = (word: 'accepted' | 'dismissed'): number =>
    decisions.filter((decision) => isInWeek(decision) && decision.decision === word).length;
  return {
    opened: count('opened'),
    closed: count('closed'),
    accepted: decided('accepted'),
    dismissed: decided('dismissed'),
    judged: judged.filter(({ decision }) => decision.atMicros >= fromMicros && decision.atMicros <= week.toMicros),
  };
}

/** The first incidents whose advice is neither dismissed nor held back. */
function changesOf({ incidents, advice }: Pick<Insights, 'incidents' | 'advice'>): readonly ThingToChange[] {
  const standing = new Map(advice.map((one) => [one.advice.id, one]));
  return incidents
    .filter(({ id }) => {
      const state = standing.get(id)?.standing.state;
      return state === undefined || state === 'open' || state === 'accepted';
    })
    .slice(0, MAX_CHANGES)
    .map(({ id, severity, cause, symptoms }) => ({
      id,
      severity,
      finding: cause,
      advice: standing.get(id)?.advice,
      symptoms: symptoms.length,
    }));
}
