import { MICROS_PER_DAY, MICROS_PER_MINUTE, type TimeRange } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { meanOf } from '../statistics/mean.ts';
import { median, ascending, quantile } from '../statistics/quantiles.ts';
import { type CountStep, countsOver, secondsOf } from './counts-over-time.ts';
import { backlogFinding } from './backlog-finding.ts';
import { defineDetector } from './detector.ts';
import { daysOf } from './loss.ts';
import { fleetOf, type Turn, turnsOf, waitsOf } from './queue-demand.ts';
import { type Job, jobsOf, mostOf, nineOfTen, replayWaits, scaledTo } from './queue-replay.ts';
import { counted, spokenTime } from './spoken-time.ts';
import { weeksOfWork } from './weeks-of-work.ts';

type Evidence = { readonly now: ClusterClock; readonly before: ClusterClock };

/** The queue is looked at in pieces of so long. */
const BUCKET_MICROS = 15 * MICROS_PER_MINUTE;
/** More nodes at once than this are not advised; whoever needs them wants to look first. */
const MAX_MORE = 20;
/** Weeks in which the same hours are looked at for how many nodes there usually are. */
const WEEKS = 4;

/** Tasks wait because there are too few nodes for them. */
export const backlog = defineDetector({
  kind: 'backlog',
  title: 'Backlog',
  doc:
    'Speaks when tasks wait long for a node and far longer than before, or longer than before while fewer nodes are there ' +
    'than usually in these hours of the week; both only when the queue was too long for what nodes were there for a while, ' +
    'and not in a single rush. Then plays what came in the window, or in a week, again with one node more, two more, and ' +
    'so on, until nine of ten tasks wait less than the target: so many are missing. Stays silent when the present nodes would have ' +
    'done, since then the waiting has another reason. Blocked tasks do not wait for a node; silent nodes are not there.',
  parameters: {
    target_minutes: {
      value: 10,
      unit: 'minutes',
      doc: 'Nine of ten tasks should wait less. Keep it above twice that of over_capacity.',
    },
    min_tasks: { value: 10, unit: 'tasks', doc: 'Tasks that the window must have.' },
    long_minutes: {
      value: 30,
      unit: 'minutes',
      doc: 'When a quarter of all tasks waits this long or longer, that is long.',
    },
    long_ratio: {
      value: 3,
      unit: 'times',
      doc: 'And the average must be so many times that before, where there is a before.',
    },
    always_minutes: {
      value: 90,
      unit: 'minutes',
      doc: 'When a quarter waits this long, it is told whatever was before.',
    },
    short_fleet: { value: 0.75, unit: 'share', doc: 'With so many of the usual nodes, or fewer, they are too few.' },
    short_minutes: { value: 5, unit: 'minutes', doc: 'What counts as waiting then.' },
    short_share: {
      value: 0.15,
      unit: 'share',
      doc: 'So many of the tasks must wait that long then, and more than before.',
    },
    min_hours: {
      value: 0.5,
      unit: 'hours',
      doc: 'Time a day in which more waited than the nodes clear within the target.',
    },
  },
  async gather(ask, window): Promise<Evidence> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
    };
  },
  judge({ now, before }, window, values) {
    const turns = turnsOf(now);
    const fleet = fleetOf(now);
    if (turns.length === 0 || fleet.length === 0) {
      const what = turns.length === 0 ? 'task' : 'node';
      return { state: 'no_data', reason: `No ${what} was recorded in the window.`, findings: [] };
    }
    const waits = waitsOf(turns);
    if (waits.length < values.min_tasks) {
      const reason = `${counted(waits.length, 'task')} came in the window; it takes ${values.min_tasks} to judge.`;
      return { state: 'learning', reason, findings: [] };
    }
    const history = waitsOf(turnsOf(before));
    const hasHistory = history.length >= values.min_tasks;
    const quarterWaits = quantile(ascending(waits), 0.75) ?? 0;
    const isLonger = !hasHistory || meanOf(waits) >= values.long_ratio * meanOf(history);
    const isLong = quarterWaits >= values.always_minutes * 60 || (quarterWaits >= values.long_minutes * 60 && isLonger);
    const usualFleet = usualWorkers(fleetOf(before), window);
    const workers = workersIn(fleet, window);
    const shareNow = shareAbove(waits, values.short_minutes * 60);
    const isShort =
      hasHistory &&
      usualFleet !== undefined &&
      workers <= values.short_fleet * usualFleet &&
      shareNow >= values.short_share &&
      shareNow > shareAbove(history, values.short_minutes * 60);
    const targetSeconds = values.target_minutes * 60;
    const jobs = jobsOf(turns);
    const hours = hoursBehind(turns, fleet, median(jobs.map(({ seconds }) => seconds)) ?? 0, targetSeconds, window);
    if (!isLong && !isShort) {
      const reason = `Nine of ten tasks waited less than ${spokenTime(nineOfTen(waits))} for a node, and ${Math.round((1 - shareNow) * 100)} % less than ${values.short_minutes} minutes.`;
      return { state: 'clear', reason, findings: [] };
    }
    // What was left over from before the window is cleared once; nodes are needed for what keeps coming.
    const coming = jobs.filter(({ readyMicros }) => readyMicros > window.fromMicros);
    // Fewer nodes than usual are too few only if a whole week says so; long waits speak for themselves.
    const days = isLong ? [coming] : (weeksOfWork(now, before, window, 1) ?? [coming]);
    const forComing = nodesMissing(days, fleet, targetSeconds, window.toMicros);
    const missing =
      forComing === 0 && isLong ? Math.min(1, nodesMissing([jobs], fleet, targetSeconds, window.toMicros)) : forComing;
    if (missing === 0 || hours < values.min_hours * daysOf(window)) {
      const reason = `Nine of ten tasks waited up to ${spokenTime(nineOfTen(waits))}, but there were nodes enough: the waiting has another reason.`;
      return { state: 'clear', reason, findings: [] };
    }
    const usual = isShort ? usualFleet : undefined;
    const finding = backlogFinding({ turns, waits, history, jobs, fleet, missing, workers, usual }, now, window);
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

const shareAbove = (values: readonly number[], bound: number): number =>
  values.filter((value) => value > bound).length / values.length;

const workersIn = (fleet: readonly CountStep[], span: TimeRange): number =>
  secondsOf(fleet, [], (count) => count, span) / ((span.toMicros - span.fromMicros) / 1e6);

/** How many workers there were in the same hours of the weeks before; `undefined` without one whole such week. */
function usualWorkers(fleet: readonly CountStep[], window: AnalysisWindow): number | undefined {
  const begin = fleet[0]?.atMicros ?? Infinity;
  const weeks = Array.from({ length: WEEKS }, (_, index) => (index + 1) * 7 * MICROS_PER_DAY)
    .map((back) => ({ fromMicros: window.fromMicros - back, toMicros: window.toMicros - back }))
    .filter(({ fromMicros, toMicros }) => fromMicros >= begin && toMicros <= window.fromMicros);
  return median(weeks.map((week) => workersIn(fleet, week)));
}

/** For how many hours more waited than the workers who were there clear within the target. */
function hoursBehind(
  turns: readonly Turn[],
  fleet: readonly CountStep[],
  typicalJob: number,
  targetSeconds: number,
  span: TimeRange,
): number {
  const waiting = countsOver(
    turns.map(({ readyMicros, takenMicros }) => ({ fromMicros: readyMicros, toMicros: takenMicros ?? span.toMicros })),
  );
  let buckets = 0;
  for (let fromMicros = span.fromMicros; fromMicros + BUCKET_MICROS <= span.toMicros; fromMicros += BUCKET_MICROS) {
    const bucket = { fromMicros, toMicros: fromMicros + BUCKET_MICROS };
    const queued = secondsOf(waiting, [], (count) => count, bucket);
    const workers = secondsOf(fleet, [], (count) => count, bucket);
    if (queued > 0 && queued * typicalJob > targetSeconds * workers) buckets++;
  }
  return (buckets * BUCKET_MICROS) / 3_600e6;
}

/**
 * How many workers more it takes until nine of ten wait less than the target.
 *
 * @param days Work of one or several days, each played by itself.
 */
function nodesMissing(
  days: readonly (readonly Job[])[],
  fleet: readonly CountStep[],
  targetSeconds: number,
  endMicros: number,
): number {
  const most = mostOf(fleet);
  const waited = (workers: number): number =>
    nineOfTen(days.flatMap((jobs) => replayWaits(jobs, scaledTo(fleet, workers), endMicros)));
  let more = 0;
  while (more < MAX_MORE && waited(most + more) > targetSeconds) more++;
  return more;
}
