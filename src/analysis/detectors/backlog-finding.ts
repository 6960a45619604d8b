import { SeededRandom } from '../../model/seeded-random.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { meanOf } from '../statistics/mean.ts';
import { blockBootstrap } from '../statistics/bootstrap.ts';
import { medianInterval } from '../statistics/intervals.ts';
import { median } from '../statistics/quantiles.ts';
import { shiftBetween } from '../statistics/shift.ts';
import type { CountStep } from './counts-over-time.ts';
import type { Figure, Finding } from './finding.ts';
import { daysOf, lostPerDay, severityOf } from './loss.ts';
import type { Turn } from './queue-demand.ts';
import { type Job, mostOf, replayWaits, scaledTo } from './queue-replay.ts';
import { counted, spokenTime } from './spoken-time.ts';

/** What was found out about a queue that was too long. */
type FoundBacklog = {
  readonly turns: readonly Turn[];
  /** Seconds that tasks waited, in the window and before it. */
  readonly waits: readonly number[];
  readonly history: readonly number[];
  readonly jobs: readonly Job[];
  readonly fleet: readonly CountStep[];
  /** Workers that would have been needed beside those that were there. */
  readonly missing: number;
  readonly workers: number;
  /** Workers usual in these hours, where fewer were there. */
  readonly usual: number | undefined;
};

/** A backlog in words and figures. */
export function backlogFinding(found: FoundBacklog, clock: ClusterClock, window: AnalysisWindow): Finding {
  const { turns, waits, history, jobs, missing, workers, usual } = found;
  const mean = meanOf(waits);
  const meanBefore = history.length === 0 ? undefined : meanOf(history);
  const shift = shiftBetween(history, waits);
  const saved = savedBy(found, window);
  const pending = turns.filter(({ takenMicros }) => takenMicros === undefined).length;
  const typical = { value: median(waits) ?? 0, unit: 'seconds', samples: waits.length } as const;
  const typicalBefore = median(history);
  const lost = lostPerDay(waits, window);
  return {
    kind: 'backlog',
    subject: { kind: 'cluster', id: undefined },
    severity: severityOf(lost.value * daysOf(window), clock),
    summary: [
      `Tasks waited ${spokenTime(mean)} for a node on average`,
      meanBefore === undefined ? '' : `, ${spokenTime(meanBefore)} before`,
      usual === undefined
        ? ''
        : `; there were ${workers.toFixed(1)} nodes for them on average, where ${usual.toFixed(1)} are usual`,
      `; ${counted(missing, 'more node')} would have kept up`,
      pending === 0 ? '.' : `, and ${counted(pending, 'task')} still ${pending === 1 ? 'waits' : 'wait'}.`,
    ].join(''),
    observed: { ...typical, ...medianInterval(waits) },
    expected:
      typicalBefore === undefined ? undefined : { value: typicalBefore, unit: 'seconds', samples: history.length },
    effect: shift === undefined ? typical : { ...typical, value: shift.shift, low: shift.low, high: shift.high },
    impact: { secondsPerDay: lost },
    sinceMicros: Math.min(...turns.map(({ readyMicros }) => readyMicros)),
    evidence: [
      {
        shows: 'claims, with how long each task had waited',
        metric: 'task.claimed',
        fromMicros: window.fromMicros,
        toMicros: window.toMicros,
      },
      {
        shows: 'tasks that came in the window',
        metric: 'task.created',
        fromMicros: window.fromMicros,
        toMicros: window.toMicros,
      },
    ],
    facts: {
      missing_nodes: missing,
      pending,
      tasks_per_hour: jobs.length / (daysOf(window) * 24),
      task_seconds: median(jobs.map(({ seconds }) => seconds)) ?? 0,
      saved_seconds: saved.value,
      ...(saved.low === undefined ? {} : { saved_seconds_low: saved.low }),
      ...(saved.high === undefined ? {} : { saved_seconds_high: saved.high }),
    },
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

const DRAWS = 400;

/** Waiting a day that the missing nodes would have saved. The interval is from drawing hours anew. */
function savedBy({ jobs, fleet, missing }: FoundBacklog, window: AnalysisWindow): Figure {
  const without = replayWaits(jobs, fleet, window.toMicros);
  const withThem = replayWaits(jobs, scaledTo(fleet, mostOf(fleet) + missing), window.toMicros);
  const saved = jobs.map(({ readyMicros }, index) => ({
    hour: Math.floor(readyMicros / 3_600e6),
    seconds: (without[index] ?? 0) - (withThem[index] ?? 0),
  }));
  const hours = [...Map.groupBy(saved, ({ hour }) => hour).values()].map((own) => own.map(({ seconds }) => seconds));
  const interval = blockBootstrap(hours, sumOf, new SeededRandom(1), DRAWS);
  const days = daysOf(window);
  return {
    value: sumOf(saved.map(({ seconds }) => seconds)) / days,
    unit: 'seconds',
    samples: jobs.length,
    low: interval === undefined ? undefined : interval.low / days,
    high: interval === undefined ? undefined : interval.high / days,
  };
}
