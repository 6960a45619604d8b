import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { turnsOf } from './queue-demand.ts';
import { type Job, jobsOf } from './queue-replay.ts';

/** Days before the window whose work counts too: a weekend says nothing of a Monday. */
const DAYS_BEFORE = 7;

/**
 * The work of the window, and that of each of the seven days before it, moved into the window: so that it can be played
 * on the window's nodes.
 *
 * @returns `undefined` while the history has no whole week.
 */
export function weekOfWork(
  now: ClusterClock,
  before: ClusterClock,
  window: AnalysisWindow,
): readonly (readonly Job[])[] | undefined {
  const begin = Math.min(before.toMicros, ...before.nodes.map(({ fromMicros }) => fromMicros));
  if (window.fromMicros - DAYS_BEFORE * MICROS_PER_DAY < begin) return undefined;
  const earlier = turnsOf(before);
  const days = Array.from({ length: DAYS_BEFORE }, (_, index) => {
    const shift = (index + 1) * MICROS_PER_DAY;
    const own = earlier.filter(
      ({ readyMicros: at }) => at >= window.fromMicros - shift && at < window.toMicros - shift,
    );
    return jobsOf(own).map(({ readyMicros, seconds }) => ({ readyMicros: readyMicros + shift, seconds }));
  });
  return [jobsOf(turnsOf(now)), ...days];
}
