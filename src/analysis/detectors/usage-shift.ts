import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { Verdict } from './detector.ts';
import type { Figure, FigureUnit, Finding, Severity } from './finding.ts';
import { type DayRange, extraCost, type UsageDays } from './usage-days.ts';

type Ready = Extract<DayRange, { state: 'ready' }>;

/** What a figure of the last day is judged by. */
export type ShiftRule = {
  readonly kind: string;
  readonly unit: FigureUnit;
  readonly observed: number;
  /** Observations of the last day. */
  readonly samples: number;
  readonly isOut: (expected: Ready) => boolean;
  readonly summary: (expected: Ready) => string;
  /** Said when nothing is wrong. */
  readonly clear: string;
  readonly severity: Severity;
};

/** The answer of a detector that compares the last day's usage with the days before. */
export function judgeShift(
  days: UsageDays,
  window: AnalysisWindow,
  expected: DayRange,
  rule: ShiftRule,
  minDays: number,
): Verdict {
  if (expected.state !== 'ready') {
    if (expected.state === 'flat')
      return { state: 'flat', reason: 'It was the same on all days before.', findings: [] };
    const reason = `There are ${expected.samples} days to compare with; it takes ${minDays}.`;
    return { state: 'learning', reason, findings: [] };
  }
  if (!rule.isOut(expected)) return { state: 'clear', reason: rule.clear, findings: [] };
  const finding = shiftFinding(days, window, expected, rule);
  return { state: 'findings', reason: finding.summary, findings: [finding] };
}

function shiftFinding(days: UsageDays, window: AnalysisWindow, expected: Ready, rule: ShiftRule): Finding {
  const { kind, unit, observed, samples, severity } = rule;
  const figure = (value: number, count: number, low?: number, high?: number): Figure => ({
    value,
    unit,
    samples: count,
    low,
    high,
  });
  const extra = extraCost(days);
  const fromMicros = window.toMicros - MICROS_PER_DAY;
  return {
    kind,
    subject: { kind: 'cluster', id: undefined },
    severity,
    summary: rule.summary(expected),
    observed: figure(observed, samples),
    expected: figure(expected.expected, expected.samples, expected.low, expected.high),
    effect: figure(
      observed - expected.expected,
      samples,
      Math.min(observed - expected.low, observed - expected.high),
      Math.max(observed - expected.low, observed - expected.high),
    ),
    impact: extra > 0 ? { usdPerDay: { value: extra, unit: 'usd', samples: days.now.requests } } : {},
    sinceMicros: fromMicros,
    evidence: [
      { shows: 'requests to models', metric: 'tokens.consumed', fromMicros, toMicros: window.toMicros },
      { shows: 'attempts that ended', metric: 'task.completed', fromMicros, toMicros: window.toMicros },
    ],
    facts: { requests: days.now.requests, cost_usd: days.now.costUsd, ended: days.now.ended },
  };
}

/** What is said of a last day with too few requests to judge it by. */
export function tooFewRequests({ now, before }: UsageDays, minRequests: number): Verdict {
  if (now.requests === 0 && before.every(({ requests }) => requests === 0)) {
    return { state: 'no_data', reason: 'No request to a model was recorded.', findings: [] };
  }
  const reason = `The last day had ${now.requests} requests; it takes ${minRequests}.`;
  return { state: 'learning', reason, findings: [] };
}
