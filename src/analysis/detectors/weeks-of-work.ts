import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { turnsOf } from './queue-demand.ts';
import { type Job, jobsOf } from './queue-replay.ts';

/** Whole weeks of days before the window count: a weekend says nothing of a Monday. */
const DAYS_OF_WEEK = 7;

/**
 * The work of the window, and that of each day of the weeks before it, moved into the window: so that it can be played on
 * the window's nodes.
 *
 * @param mostWeeks So many at most; fewer where the history is shorter.
 * @returns `undefined` while the history has no whole week.
 */
export function weeksOfWork(
  now: ClusterClock,
  before: ClusterClock,
  window: AnalysisWindow,
  mostWeeks: number,
): readonly (readonly Job[])[] | undefined {
  const begin = Math.min(before.toMicros, ...before.nodes.map(({ fromMicros }) => fromMicros));
  const weeks = Math.min(mostWeeks, Math.floor((window.fromMicros - begin) / (DAYS_OF_WEEK * MICROS_PER_DAY)));
  if (weeks < 1) return undefined;
  const earlier = turnsOf(before);
  const days = Array.from({ length: weeks * DAYS_OF_WEEK }, (_, index) => {
    const shift = (index + 1) * MICROS_PER_DAY;
    const own = earlier.filter(
      ({ readyMicros: at }) => at >= window.fromMicros - shift && at < window.toMicros - shift,
    );
    return jobsOf(own).map(({ readyMicros, seconds }) => ({ readyMicros: readyMicros + shift, seconds }));
  });
  return [jobsOf(turnsOf(now)), ...days];
}
