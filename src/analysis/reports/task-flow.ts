import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { ClusterClock, TaskLife } from '../clock/cluster-clock.ts';
import { byPriority } from '../clock/queue-waits.ts';
import { type Spread, spreadOf } from '../clock/spread.ts';
import { stateTimes } from '../clock/state-times.ts';
import { type Answerer, definedSpan, type ReportSpan } from './answerer.ts';
import { asNumber } from './distribution.ts';

const STEPS = ['created', 'claimed', 'completed', 'released'] as const;
export type FlowStep = (typeof STEPS)[number];

/** How often one thing happened to tasks, over time. */
export type FlowCurve = {
  readonly step: FlowStep;
  readonly count: number;
  /** One for each bucket of the span. */
  readonly points: readonly { readonly fromMicros: number; readonly count: number }[];
};

/** How long turns of tasks of one priority took, from the claim to the completion. Seconds. */
export type TurnSeconds = Spread & {
  readonly priority: string | undefined;
  readonly completed: number;
};

/** How tasks go through the cluster. */
export type TaskFlow = {
  readonly curves: readonly FlowCurve[];
  readonly bucketSeconds: number;
  /** Tasks created, and turns completed, for each hour of the span. */
  readonly arrivalsPerHour: number | undefined;
  readonly completionsPerHour: number | undefined;
  /** Turns completed for each hour in which a node worked; absent where none did. */
  readonly completionsPerWorkHour: number | undefined;
  readonly turns: readonly TurnSeconds[];
  /** Tasks that nobody has at the end of the span: how many, and how old their waits are. Seconds. */
  readonly pending: Spread & { readonly count: number };
};

/**
 * Arrivals, claims, ends and releases over time, how long turns take, and how old what waits is.
 *
 * @param clock Of the same span.
 */
export async function taskFlow(ask: Answerer, clock: ClusterClock, span: ReportSpan): Promise<TaskFlow> {
  const curves: FlowCurve[] = [];
  let bucketSeconds = 0;
  for (const step of STEPS) {
    const answer = await ask.series({ metric: `task.${step}`, ...definedSpan(span), aggregation: 'count' });
    bucketSeconds = answer.bucketSeconds;
    const points = (answer.series[0]?.points ?? []).map(({ start, value }) => ({
      fromMicros: Math.round(start * 1e6),
      count: asNumber(value) ?? 0,
    }));
    curves.push({ step, count: points.reduce((sum, { count }) => sum + count, 0), points });
  }
  const hours = (clock.toMicros - clock.fromMicros) / MICROS_PER_HOUR;
  const countOf = (step: FlowStep): number => curves.find((curve) => curve.step === step)?.count ?? 0;
  const perHour = (count: number, of: number): number | undefined => (of === 0 ? undefined : count / of);
  const workHours = (stateTimes(clock.nodes).get('working') ?? 0) / MICROS_PER_HOUR;
  return {
    curves,
    bucketSeconds,
    arrivalsPerHour: perHour(countOf('created'), hours),
    completionsPerHour: perHour(countOf('completed'), hours),
    completionsPerWorkHour: perHour(countOf('completed'), workHours),
    turns: turnSeconds(clock),
    pending: pendingOf(clock),
  };
}

function turnSeconds(clock: ClusterClock): readonly TurnSeconds[] {
  const seconds = new Map<string | undefined, number[]>();
  for (const { history } of clock.tasks) {
    for (const turn of history.attempts) {
      const end = turn.toMicros;
      if (turn.ended !== 'completed' || end === undefined || end < clock.fromMicros || end > clock.toMicros) continue;
      // Without a claim and without a length that was told, nobody knows how long it took.
      if (turn.fromMicros === end) continue;
      const known = seconds.get(history.priority);
      const length = (end - turn.fromMicros) / 1e6;
      if (known === undefined) seconds.set(history.priority, [length]);
      else known.push(length);
    }
  }
  return [...seconds.keys()]
    .sort(byPriority)
    .map((priority): TurnSeconds => turnsOf(priority, seconds.get(priority) ?? []));
}

const turnsOf = (priority: string | undefined, lengths: readonly number[]): TurnSeconds => ({
  priority,
  completed: lengths.length,
  ...spreadOf(lengths),
});

function pendingOf(clock: ClusterClock): TaskFlow['pending'] {
  const ages = clock.tasks.filter(isPending).map((life) => waitSeconds(life, clock.toMicros));
  return { count: ages.length, ...spreadOf(ages) };
}

const isPending = ({ open, intervals }: TaskLife): boolean => open && intervals.at(-1)?.state === 'queued';

function waitSeconds({ history, intervals }: TaskLife, toMicros: number): number {
  const since = history.waits.findLast((wait) => wait.fromMicros <= toMicros)?.fromMicros;
  return (toMicros - (since ?? intervals.at(-1)?.fromMicros ?? toMicros)) / 1e6;
}
