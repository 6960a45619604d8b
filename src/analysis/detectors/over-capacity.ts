import { MICROS_PER_DAY, type TimeRange } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { ascending, quantile } from '../statistics/quantiles.ts';
import { type CountStep, countsOver, secondsOf } from './counts-over-time.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { daysOf, secondsIn } from './loss.ts';
import { fleetOf, isWorker, turnsOf, waitsOf } from './queue-demand.ts';
import { type Job, mostOf, nineOfTen, replayWaits, scaledTo } from './queue-replay.ts';
import { counted, spokenTime } from './spoken-time.ts';
import { weeksOfWork } from './weeks-of-work.ts';

/** Looked at for how many are needed at most: of two weeks one may have been a calm one. */
const MOST_WEEKS = 2;
/** Of the earlier week, one day may have been of a kind that does not come back each week. */
const DAYS_OF_WEEK = 7;

type Evidence = { readonly now: ClusterClock; readonly before: ClusterClock };

/** More nodes than the work of a week needs. */
export const overCapacity = defineDetector({
  kind: 'over_capacity',
  title: 'Over-capacity',
  doc:
    'Where hardly anything waits, plays the work of the window and of the two weeks before it (one, while there are no two) ' +
    'again on one node less, two less, and so on, all tasks a little longer than they were. Speaks when clearly fewer nodes ' +
    'would have done, in all that time and on each of its days but one of the earlier week. What counts as waiting too long ' +
    'is far less than for a backlog, so that the two never disagree, and what one advises is no reason for the other.',
  parameters: {
    target_minutes: {
      value: 5,
      unit: 'minutes',
      doc: 'Nine of ten tasks of that time must still wait less. Keep it at half of that of backlog, or below.',
    },
    day_minutes: { value: 15, unit: 'minutes', doc: 'And on each of its days three of four must wait less than this.' },
    margin: { value: 1.1, unit: 'times', doc: 'How much longer all tasks are taken to be.' },
    min_spare_share: { value: 0.25, unit: 'share', doc: 'So many of the nodes must be spare.' },
    min_spare: { value: 2, unit: 'nodes', doc: 'And so many at least.' },
    min_tasks: { value: 5, unit: 'tasks', doc: 'Tasks that the window must have.' },
  },
  async gather(ask, window): Promise<Evidence> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
    };
  },
  judge({ now, before }, window, values) {
    const waits = waitsOf(turnsOf(now));
    const fleet = fleetOf(now);
    const most = mostOf(fleet);
    if (most === 0) return { state: 'no_data', reason: 'No node was recorded in the window.', findings: [] };
    const days = weeksOfWork(now, before, window, MOST_WEEKS);
    if (days === undefined || waits.length < values.min_tasks) {
      const reason =
        days === undefined
          ? 'There is less than a week of history; a whole one is needed to know the busiest day.'
          : `${counted(waits.length, 'task')} came in the window; it takes ${values.min_tasks} to judge.`;
      return { state: 'learning', reason, findings: [] };
    }
    const targetSeconds = values.target_minutes * 60;
    if (threeOfFour(waits) > targetSeconds) {
      const reason = `Tasks waited: a quarter of them for ${spokenTime(threeOfFour(waits))} or longer.`;
      return { state: 'clear', reason, findings: [] };
    }
    const longer = days.map((jobs) =>
      jobs.map(({ readyMicros, seconds }) => ({ readyMicros, seconds: seconds * values.margin })),
    );
    const waitsWith = (workers: number): readonly (readonly number[])[] =>
      longer.map((jobs) => replayWaits(jobs, scaledTo(fleet, workers), window.toMicros));
    // On a day on which the present nodes do not manage either (a rush at night), fewer need only manage as well.
    const limits = waitsWith(most).map((own) => Math.max(threeOfFour(own), values.day_minutes * 60));
    const serves = (workers: number): boolean => {
      const all = waitsWith(workers);
      const late = all.flatMap((own, day) => (threeOfFour(own) > (limits[day] ?? Infinity) ? [day] : []));
      return nineOfTen(all.flat()) <= targetSeconds && late.length <= 1 && late.every((day) => day > DAYS_OF_WEEK);
    };
    let needed = most;
    while (needed > 1 && serves(needed - 1)) needed--;
    const spare = most - needed;
    const busyShare = busyShareOf(now);
    if (spare < values.min_spare || spare < values.min_spare_share * most) {
      const reason = `Nodes are busy for ${Math.round(busyShare * 100)} % of their time, and the work of ${spoken(days)} needs ${needed} of ${most}.`;
      return { state: 'clear', reason, findings: [] };
    }
    const finding = findingOf({ spare, most, busyShare, fleet, days }, now, window);
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

const spoken = (days: readonly unknown[]): string => (days.length > 8 ? 'two weeks' : 'a week');

const threeOfFour = (waits: readonly number[]): number => quantile(ascending(waits), 0.75) ?? 0;

/** Which part of their time the workers were not idle. */
function busyShareOf(clock: ClusterClock): number {
  const alive = clock.nodes
    .filter(isWorker(clock))
    .flatMap(({ intervals }) => intervals.filter(({ state }) => state !== 'dead'));
  const sum = (some: readonly TimeRange[]): number => some.reduce((total, one) => total + secondsIn(one), 0);
  const all = sum(alive);
  return all === 0 ? 0 : sum(alive.filter(({ state }) => state !== 'idle')) / all;
}

function findingOf(
  found: {
    readonly spare: number;
    readonly most: number;
    readonly busyShare: number;
    readonly fleet: readonly CountStep[];
    readonly days: readonly (readonly Job[])[];
  },
  clock: ClusterClock,
  window: AnalysisWindow,
): Finding {
  const { spare, most, busyShare, fleet, days } = found;
  const samples = days.flat().length;
  const fromMicros = window.toMicros - days.length * MICROS_PER_DAY;
  const busy = { value: busyShare, unit: 'share', samples } as const;
  // As long as there are more than the kept ones; not all of the idle time could be saved.
  const spareSeconds = secondsOf(fleet, [], (count) => Math.max(0, count - (most - spare)), window) / daysOf(window);
  const alive = clock.nodes.filter(isWorker(clock)).flatMap(({ intervals }) => intervals);
  const idle = secondsOf(countsOver(alive.filter(({ state }) => state === 'idle')), [], (count) => count, window);
  return {
    kind: 'over_capacity',
    subject: { kind: 'cluster', id: undefined },
    // An idle node costs little as long as it asks no model: worth knowing, and never urgent.
    severity: 'info',
    summary: `Nodes were busy for ${Math.round(busyShare * 100)} % of their time; ${most - spare} of ${most} would have been enough for the work of ${spoken(days)}.`,
    observed: busy,
    effect: { value: spare, unit: 'count', samples },
    impact: { secondsPerDay: { value: Math.min(spareSeconds, idle / daysOf(window)), unit: 'seconds', samples } },
    sinceMicros: window.fromMicros,
    evidence: [
      {
        shows: 'registrations of nodes',
        metric: 'node.registered',
        fromMicros,
        toMicros: window.toMicros,
      },
      {
        shows: 'claims, with how long each task had waited',
        metric: 'task.claimed',
        fromMicros,
        toMicros: window.toMicros,
      },
    ],
    facts: { spare_nodes: spare, nodes: most, kept_nodes: most - spare, busy_share: busyShare },
  };
}
