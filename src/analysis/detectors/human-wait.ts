import type { TimeRange } from '../../model/range.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { joined } from '../clock/in-order.ts';
import { medianInterval } from '../statistics/intervals.ts';
import { median } from '../statistics/quantiles.ts';
import { countsOver, secondsOf } from './counts-over-time.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { daysOf, lostPerDay, secondsIn, severityOf, usualDay } from './loss.ts';
import { counted, spokenTime } from './spoken-time.ts';

/** Tasks that stand still until a person answers. */
export const humanWait = defineDetector({
  kind: 'human_wait',
  title: 'Waiting for a person',
  doc:
    'Adds up how long tasks waited for a person, from their statuses and from when the cluster asked for one. Speaks when ' +
    'that is above a floor and well above a usual day of the history, in which the last week does not count if there is ' +
    'another before it; above a second, higher bound, whatever the history says. One question that is still unanswered ' +
    'after long is told by itself.',
  parameters: {
    min_hours_per_day: {
      value: 1.5,
      unit: 'hours',
      doc: 'Waiting of all tasks together, a day, from which on it is told.',
    },
    usual_ratio: { value: 2, unit: 'times', doc: 'And so many times what nine of ten days of the history had.' },
    bad_hours_per_day: { value: 6, unit: 'hours', doc: 'From here on it is told whatever the history says.' },
    open_hours: { value: 2, unit: 'hours', doc: 'A question that waits so long and still does is told by itself.' },
  },
  async gather(ask, window) {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
    };
  },
  judge({ now, before }: { readonly now: ClusterClock; readonly before: ClusterClock }, window, values) {
    if (now.tasks.length === 0) {
      return { state: 'no_data', reason: 'No task was recorded in the window.', findings: [] };
    }
    const waits = humanWaits(now);
    const seconds = waits.reduce((sum, wait) => sum + secondsIn(wait), 0);
    const perDay = seconds / daysOf(window);
    const steps = countsOver(humanWaits(before));
    const usual = usualDay(before, (day) => secondsOf(steps, [], (waiting) => waiting, day));
    const open = waits.filter(({ toMicros }) => toMicros >= window.toMicros);
    const longestOpen = Math.max(0, ...open.map(secondsIn));
    const isMore =
      perDay >= values.min_hours_per_day * 3_600 && (usual === undefined || perDay >= values.usual_ratio * usual.high);
    const isBad = perDay >= values.bad_hours_per_day * 3_600;
    if (!isMore && !isBad && longestOpen < values.open_hours * 3_600) {
      const reason = `Tasks waited ${spokenTime(perDay)} a day for a person, in ${counted(waits.length, 'wait')}, which is not unusual.`;
      return { state: 'clear', reason, findings: [] };
    }
    const lengths = waits.map(secondsIn);
    const typical = median(lengths) ?? 0;
    const interval = medianInterval(lengths);
    const compared = usual === undefined ? '' : `; a usual day has ${spokenTime(usual.typical)}`;
    const still = open.length === 0 ? '' : ` ${open.length === 1 ? 'One still waits' : `${open.length} still wait`}.`;
    const finding: Finding = {
      kind: 'human_wait',
      subject: { kind: 'cluster', id: undefined },
      severity: severityOf(seconds, now),
      summary: `Tasks waited for a person ${counted(waits.length, 'time')}, typically ${spokenTime(typical)}, ${spokenTime(perDay)} a day together${compared}.${still}`,
      observed: { value: typical, unit: 'seconds', samples: waits.length, ...interval },
      effect: { value: typical, unit: 'seconds', samples: waits.length, ...interval },
      impact: { secondsPerDay: lostPerDay(lengths, window) },
      sinceMicros: Math.min(...waits.map(({ fromMicros }) => fromMicros)),
      evidence: [
        {
          shows: 'tasks that began to wait for a person',
          metric: 'task.status',
          filters: { status: 'human_wait' },
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
        {
          shows: 'when the cluster asked for a person',
          metric: 'human.asked',
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: { waits: waits.length, waiting_now: open.length, typical_seconds: Math.round(typical) },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

/** Each wait whole, though parts of it may be told in different ways. */
function humanWaits(clock: ClusterClock): readonly TimeRange[] {
  return clock.tasks.flatMap(({ intervals }) => joined(intervals.filter(({ state }) => state === 'human_wait')));
}
