import type { AnalysisWindow } from '../analysis-window.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import { median, quantile } from '../statistics/quantiles.ts';
import { ratioBetween } from '../statistics/shift.ts';
import { type AttemptTime, attemptTimes } from './attempt-times.ts';
import { defineDetector, type ParameterValues, type Parameters } from './detector.ts';
import type { Evidence, Figure, Finding } from './finding.ts';
import { daysOf, severityOf } from './loss.ts';
import { counted, spokenTime } from './spoken-time.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';

const PARAMETERS = {
  min_tasks: { value: 12, unit: 'tasks', doc: 'Completed attempts that the window must have.' },
  min_history: { value: 30, unit: 'tasks', doc: 'Completed attempts that the history must have.' },
  min_like: {
    value: 12,
    unit: 'tasks',
    doc: 'Attempts of a priority and node from which on they are a class of their own.',
  },
  min_ratio: { value: 1.3, unit: 'times', doc: 'Slowdown from which on it is told.' },
  sure_ratio: { value: 1.1, unit: 'times', doc: 'The lower end of its interval must be above this.' },
  min_extra_minutes: { value: 3, unit: 'minutes', doc: 'And an attempt must typically take so much longer.' },
  node_days: { value: 7, unit: 'days', doc: 'Nodes are compared with each other over so many days.' },
  node_tasks: { value: 15, unit: 'tasks', doc: 'Completed attempts that a node, and the others, must have in them.' },
  node_ratio: { value: 1.5, unit: 'times', doc: 'From here on a node is told to be slower than the others.' },
} as const satisfies Parameters;
type Values = ParameterValues<typeof PARAMETERS>;

type Gathered = { readonly now: ClusterClock; readonly before: ClusterClock };

/** The same kind of work takes longer than it did, or longer on one node than on the others. */
export const slowTasks = defineDetector({
  kind: 'slow_tasks',
  title: 'Slow tasks',
  doc:
    'Compares how long completed attempts took with like ones of the history: of the same priority, and on the same node or ' +
    'role where there are enough. Time in which a task waited for a person, a review or another task is left out. Speaks ' +
    'when they took clearly longer, by a factor with its interval and by minutes. Besides, compares each node with the ' +
    'others of its role over a week, priority by priority.',
  parameters: PARAMETERS,
  async gather(ask, window): Promise<Gathered> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
    };
  },
  judge({ now, before }, window, values) {
    const attempts = attemptTimes(now);
    const history = attemptTimes(before);
    if (attempts.length + history.length === 0) {
      return { state: 'no_data', reason: 'No completed attempt at a task was recorded.', findings: [] };
    }
    const findings = [
      ...slowerThanBefore(attempts, history, now, window, values),
      ...slowerThanOthers(attempts, recentOf(before, window, values), now, window, values),
    ];
    if (findings.length > 0) {
      return { state: 'findings', reason: findings.map(({ summary }) => summary).join(' '), findings };
    }
    if (attempts.length < values.min_tasks || history.length < values.min_history) {
      const reason = `${counted(attempts.length, 'attempt')} ended in the window and ${history.length} before it; it takes ${values.min_tasks} and ${values.min_history} to judge.`;
      return { state: 'learning', reason, findings };
    }
    const reason = `${counted(attempts.length, 'attempt')} took no longer than like ones before.`;
    return { state: 'clear', reason, findings };
  },
});

function recentOf(before: ClusterClock, window: AnalysisWindow, values: Values): readonly AttemptTime[] {
  const fromMicros = Math.max(before.fromMicros, window.toMicros - values.node_days * MICROS_PER_DAY);
  return attemptTimes({ ...before, fromMicros });
}

/** How many times as long as like ones each attempt took. Attempts of which there are no like ones are left out. */
function againstLike(
  attempts: readonly AttemptTime[],
  like: readonly AttemptTime[],
  minLike: number,
): readonly number[] {
  const keys: readonly ((attempt: AttemptTime) => string)[] = [
    ({ priority, nodeId }) => JSON.stringify([priority, nodeId]),
    ({ priority, role }) => JSON.stringify([priority, role]),
    ({ priority }) => priority,
  ];
  const usual = keys.map((keyOf) => {
    const groups = [...Map.groupBy(like, keyOf)].filter(([, own]) => own.length >= minLike);
    return { keyOf, seconds: new Map(groups.map(([key, own]) => [key, median(own.map(({ seconds }) => seconds))])) };
  });
  return attempts.flatMap((attempt) => {
    const found = usual.map(({ keyOf, seconds }) => seconds.get(keyOf(attempt))).find((one) => one !== undefined);
    return found === undefined || found <= 0 ? [] : [attempt.seconds / found];
  });
}

function slowerThanBefore(
  attempts: readonly AttemptTime[],
  history: readonly AttemptTime[],
  clock: ClusterClock,
  window: AnalysisWindow,
  values: Values,
): Finding[] {
  const now = againstLike(attempts, history, values.min_like);
  const before = againstLike(history, history, values.min_like);
  if (now.length < values.min_tasks || before.length < values.min_history) return [];
  const found = ratioBetween(before, now);
  const typical = median(attempts.map(({ seconds }) => seconds));
  if (found === undefined || typical === undefined) return [];
  const { ratio, low } = found;
  const expected = typical / ratio;
  if (ratio < values.min_ratio || low < values.sure_ratio || typical - expected < values.min_extra_minutes * 60)
    return [];
  const impact = extraTime(attempts, found, window);
  return [
    {
      kind: 'slow_tasks',
      subject: { kind: 'cluster', id: undefined },
      severity: severityOf(impact.value * daysOf(window), clock),
      summary: `Attempts at tasks took ${times(ratio)} as long as like ones before: typically ${spokenTime(typical)}, where ${spokenTime(expected)} were to be expected.`,
      observed: { value: typical, unit: 'seconds', samples: attempts.length },
      expected: { value: expected, unit: 'seconds', samples: before.length },
      effect: extraSeconds(typical, found, attempts.length),
      impact: { secondsPerDay: impact },
      sinceMicros: window.fromMicros,
      evidence: [
        completions('attempts that ended in the window', window.fromMicros, window.toMicros),
        completions('attempts that ended before it', window.baselineFromMicros, window.fromMicros),
      ],
      facts: { ratio, tasks: attempts.length },
    },
  ];
}

/** A median below this part of the ratio is far from it: pairs of attempts, which are many, need not be looked at. */
const WORTH_COMPARING = 0.75;

/** Attempts by role and priority, the shortest first. */
function classesOf(attempts: readonly AttemptTime[]): ReadonlyMap<string, ReadonlyMap<string, readonly AttemptTime[]>> {
  const inOrder = attempts.toSorted((a, b) => a.seconds - b.seconds);
  const byRole = [...Map.groupBy(inOrder, ({ role }) => role)];
  return new Map(byRole.map(([role, own]) => [role, Map.groupBy(own, ({ priority }) => priority)]));
}

function slowerThanOthers(
  attempts: readonly AttemptTime[],
  recent: readonly AttemptTime[],
  clock: ClusterClock,
  window: AnalysisWindow,
  values: Values,
): Finding[] {
  const all = [...recent, ...attempts];
  const classes = classesOf(all);
  const byNode = [...Map.groupBy(all, ({ nodeId }) => nodeId)];
  const fromMicros = window.toMicros - values.node_days * MICROS_PER_DAY;
  return byNode.flatMap(([nodeId, own]): Finding[] => {
    const role = own.at(-1)?.role ?? '';
    const others = [...(classes.get(role) ?? [])].map(
      ([priority, inOrder]) => [priority, inOrder.filter((attempt) => attempt.nodeId !== nodeId)] as const,
    );
    const count = others.reduce((sum, [, like]) => sum + like.length, 0);
    if (own.length < values.node_tasks || count < values.node_tasks) return [];
    const usual = new Map(
      others
        .filter(([, like]) => like.length >= values.min_like)
        .map(([priority, like]) => [
          priority,
          quantile(
            like.map(({ seconds }) => seconds),
            0.5,
          ) ?? 0,
        ]),
    );
    const relative = (some: readonly AttemptTime[]): readonly number[] =>
      some.flatMap(({ priority, seconds }) => {
        const typically = usual.get(priority) ?? 0;
        return typically > 0 ? [seconds / typically] : [];
      });
    const now = relative(own);
    if (now.length < values.node_tasks || (median(now) ?? 0) < WORTH_COMPARING * values.node_ratio) return [];
    // All nodes are looked at, and one of many stands out by chance: the level is shared out among them.
    const level = 1 - 0.05 / byNode.length;
    const found = ratioBetween(relative(others.flatMap(([, like]) => like)), now, level);
    const typical = median(own.map(({ seconds }) => seconds));
    if (found === undefined || typical === undefined) return [];
    const { ratio, low } = found;
    const isSlow = ratio >= values.node_ratio && low >= values.sure_ratio;
    if (!isSlow || typical - typical / ratio < values.min_extra_minutes * 60) return [];
    const impact = extraTime(own, found, {
      fromMicros: Math.max(fromMicros, window.baselineFromMicros),
      toMicros: window.toMicros,
    });
    return [
      {
        kind: 'slow_tasks',
        subject: { kind: 'node', id: nodeId },
        severity: severityOf(impact.value * daysOf(window), clock),
        summary: `One node took ${times(ratio)} as long as the others of its role for tasks of the same priority: typically ${spokenTime(typical)}, where ${spokenTime(typical / ratio)} were to be expected.`,
        observed: { value: typical, unit: 'seconds', samples: own.length },
        expected: { value: typical / ratio, unit: 'seconds', samples: count },
        effect: extraSeconds(typical, found, own.length),
        impact: { secondsPerDay: impact },
        sinceMicros: fromMicros,
        evidence: [
          { ...completions('attempts of this node', fromMicros, window.toMicros), filters: { node_id: nodeId } },
          completions('attempts of all nodes', fromMicros, window.toMicros),
        ],
        facts: { node_id: nodeId, ratio, tasks: own.length },
      },
    ];
  });
}

type Ratio = { readonly ratio: number; readonly low: number; readonly high: number };

const times = (ratio: number): string => `${ratio.toFixed(1)} times`;

function completions(shows: string, fromMicros: number, toMicros: number): Evidence {
  return { shows, metric: 'task.completed', fromMicros, toMicros };
}

/** What a typical attempt took longer. */
function extraSeconds(typical: number, { ratio, low, high }: Ratio, samples: number): Figure {
  const extra = (by: number): number => typical - typical / by;
  return { value: extra(ratio), unit: 'seconds', samples, low: extra(low), high: extra(high) };
}

/** What all attempts together took longer, a day. */
function extraTime(
  attempts: readonly AttemptTime[],
  { ratio, low, high }: Ratio,
  span: { readonly fromMicros: number; readonly toMicros: number },
): Figure {
  const perDay = attempts.reduce((sum, { seconds }) => sum + seconds, 0) / daysOf(span);
  const extra = (by: number): number => Math.max(0, perDay - perDay / by);
  return { value: extra(ratio), unit: 'seconds', samples: attempts.length, low: extra(low), high: extra(high) };
}
