import type { ClusterClock, Interval } from '../../src/analysis/clock/cluster-clock.ts';
import { FactBook } from '../../src/analysis/clock/fact-book.ts';
import { livesOf } from '../../src/analysis/clock/open-clock.ts';
import { taskHistories } from '../../src/analysis/reports/task-list.ts';
import type { EventData, StoredEvent } from '../../src/model/event.ts';
import { storedEvent } from './stored-events.ts';

/** 2026-11-24T12:00Z: the second 0 of clocks in tests. */
export const CLOCK_START_MICROS = Date.UTC(2026, 10, 24, 12) * 1_000;

/** A moment of a test, in microseconds. */
export const second = (seconds: number): number => CLOCK_START_MICROS + Math.round(seconds * 1e6);

/** What happened: seconds since the start, metric, node, other fields. */
export type Told = readonly [seconds: number, metric: string, nodeId?: string | undefined, data?: EventData];

export function eventsOf(told: readonly Told[]): readonly StoredEvent[] {
  return told.map(([seconds, metric, nodeId, data = {}]) =>
    storedEvent({ metric, atMicros: second(seconds), node_id: nodeId, data }),
  );
}

/** The clock of a span, in microseconds, of some events in any order. */
export function clockOfEvents(events: readonly StoredEvent[], fromMicros: number, toMicros: number): ClusterClock {
  const book = new FactBook();
  for (const event of events) book.add(event);
  const histories = taskHistories(events.filter(({ metric }) => /^task\.(?!status)/.test(metric)));
  return { ...livesOf(histories, book.facts(), fromMicros, toMicros), complete: true };
}

/** The clock of a span, in seconds, of what was told. */
export function clockOf(told: readonly Told[], toSeconds: number, fromSeconds = 0): ClusterClock {
  return clockOfEvents(eventsOf(told), second(fromSeconds), second(toSeconds));
}

/** Intervals as a test reads them: `queued 0-10`, `working 10-70 by a`. */
export function inWords(intervals: readonly Interval<string>[] | undefined): readonly string[] {
  return (intervals ?? []).map(({ state, fromMicros, toMicros, nodeId }) => {
    const [from, to] = [fromMicros, toMicros].map((micros) => (micros - CLOCK_START_MICROS) / 1e6);
    return `${state} ${from}-${to}${nodeId === undefined ? '' : ` by ${nodeId}`}`;
  });
}
