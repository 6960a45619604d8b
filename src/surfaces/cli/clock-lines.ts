import type { ClockReport } from '../../analysis/reports/clock-report.ts';
import { printConcurrency, printFlow, printLocks, printLost, printPath, printQueue } from './clock-flow.ts';
import { printIntervals, printNodeTimes, printTaskTimes } from './clock-times.ts';
import type { CommandContext } from './context.ts';
import { momentFormat } from './terminal/moments.ts';

/**
 * Prints where the time went, for people.
 *
 * @param about What it is about beside the cluster, safe to print: ` of node Node-1`.
 */
export function printClock(context: CommandContext, report: ClockReport, about: string): void {
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  const span = `${moments.dateTime(report.fromMicros)} to ${moments.dateTime(report.toMicros)} (${timeZone})`;
  context.print(`${style('strong', `Clock${about}`)}  ${style('quiet', span)}`);
  if (!report.complete) {
    context.print(
      style('warning', 'Single events of a part of the span have expired or were too many: figures are of the rest.'),
    );
  }
  printTaskTimes(context, report);
  if (report.intervals !== undefined) printIntervals(context, report.intervals);
  printFlow(context, report);
  printQueue(context, report);
  printNodeTimes(context, report);
  printLocks(context, report);
  printLost(context, report);
  printPath(context, report);
  printConcurrency(context, report);
}
