import type { AnyDetector, Verdict } from '../../src/analysis/detectors/detector.ts';
import { openGatherer } from '../../src/analysis/detectors/gatherer.ts';
import { openMetrics } from '../../src/metrics-collector.ts';
import type { EventData, IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Thursday, 2026-11-26T12:00Z: the end of the window in tests of detectors. */
export const WINDOW_END_MICROS = Date.UTC(2026, 10, 26, 12) * 1_000;

/** An event so many minutes before the end of the window. */
export function minutesBefore(minutes: number, metric: string, data: EventData): IncomingEvent {
  const atMicros = WINDOW_END_MICROS - Math.round(minutes * MICROS_PER_MINUTE);
  return { metric, atMicros, data, source: 'library', inferred: false };
}

/** What a detector says of events that went through a real store: of the last day, with 28 days before it. */
export async function detect(
  detector: AnyDetector,
  events: readonly IncomingEvent[],
  overrides: Readonly<Record<string, number>> = {},
): Promise<Verdict> {
  const clock = { nowMicros: () => WINDOW_END_MICROS, monotonicMillis: () => performance.now() };
  const collector = openMetrics({ directory: temporaryFolder(), clock });
  try {
    for (const event of events) collector.emit(event);
    const fromMicros = WINDOW_END_MICROS - MICROS_PER_DAY;
    const window = {
      baselineFromMicros: fromMicros - 28 * MICROS_PER_DAY,
      fromMicros,
      toMicros: WINDOW_END_MICROS,
      nowMicros: WINDOW_END_MICROS,
      timeZone: 'UTC',
    };
    return await detector.detect(openGatherer(collector, WINDOW_END_MICROS), window, overrides);
  } finally {
    await collector.close();
  }
}
