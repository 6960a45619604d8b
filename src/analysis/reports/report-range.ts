import type { TimeRange } from '../../model/range.ts';
import { openZone, parseMoment } from '../../model/time.ts';
import type { ReportSpan } from './answerer.ts';

/** The span of a report in microseconds; never after now. */
export async function rangeOfReport(
  { since, until, timeZone }: ReportSpan & { readonly since: NonNullable<ReportSpan['since']> },
  nowMicros: number,
): Promise<TimeRange> {
  const zone = await openZone(timeZone);
  const toMicros = until === undefined ? nowMicros : Math.min(nowMicros, parseMoment(until, 'until', zone, nowMicros));
  return { fromMicros: Math.min(toMicros, parseMoment(since, 'since', zone, nowMicros)), toMicros };
}
