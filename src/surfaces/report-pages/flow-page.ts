import { TASK_STATES } from '../../analysis/clock/cluster-clock.ts';
import type { ClockReport } from '../../analysis/reports/clock-report.ts';
import { percentText, stateCell } from '../cli/clock-words.ts';
import { momentFormat } from '../cli/terminal/moments.ts';
import { formatCount, formatRate, formatSeconds } from '../cli/terminal/units.ts';
import type { Page, PageSection } from './page.ts';
import { counted, spanText } from './page-words.ts';

const PARTIAL = 'Single events of a part of the span have expired or were too many: figures are of the rest.';

/** How tasks went through the cluster, and where their time went. */
export function flowPage(report: ClockReport, timeZone: string): Page {
  const { flow, tasks, queue } = report;
  const rate = (perHour: number | undefined): string => formatRate(perHour === undefined ? undefined : perHour / 3_600);
  const lead =
    flow === undefined
      ? ['Nothing was told of tasks in this time.']
      : [
          `Tasks come at ${rate(flow.arrivalsPerHour)} and turns are completed at ${rate(flow.completionsPerHour)}. ` +
            `${counted(flow.pending.count, 'task')} ${flow.pending.count === 1 ? 'waits' : 'wait'} at the end of the span` +
            `${flow.pending.max === undefined ? '' : `, the oldest for ${formatSeconds(flow.pending.max)}`}.`,
        ];
  return {
    name: 'flow',
    title: 'Task flow',
    span: spanText(report, timeZone),
    warnings: report.complete ? [] : [PARTIAL],
    lead,
    sections: [
      ...(flow === undefined ? [] : [curves(report, flow, timeZone)]),
      {
        title: 'Where the time of tasks went',
        detail: `${counted(tasks.count, 'task')}, ${formatCount(tasks.open)} open`,
        ...stateTimesOf(report),
      },
      {
        title: 'Wait in the queue',
        detail: 'from when a task could be taken to the claim',
        table: {
          caption: 'Waits by priority',
          columns: [
            { title: 'priority' },
            { title: 'claims', align: 'right' },
            { title: 'p50', align: 'right' },
            { title: 'p95', align: 'right' },
            { title: 'max', align: 'right' },
            { title: 'still waiting', align: 'right' },
          ],
          rows: queue.map(({ priority, claims, p50, p95, max, waiting }) => [
            priority ?? '(none)',
            formatCount(claims),
            formatSeconds(p50),
            formatSeconds(p95),
            formatSeconds(max),
            formatCount(waiting),
          ]),
        },
      },
      {
        title: 'Length of turns',
        detail: 'from the claim to the completion',
        table: {
          caption: 'Turns by priority',
          columns: [
            { title: 'priority' },
            { title: 'completed', align: 'right' },
            { title: 'p50', align: 'right' },
            { title: 'p95', align: 'right' },
            { title: 'max', align: 'right' },
          ],
          rows: (flow?.turns ?? []).map(({ priority, completed, p50, p95, max }) => [
            priority ?? '(none)',
            formatCount(completed),
            formatSeconds(p50),
            formatSeconds(p95),
            formatSeconds(max),
          ]),
        },
      },
    ],
  };
}

function curves(report: ClockReport, flow: NonNullable<ClockReport['flow']>, timeZone: string): PageSection {
  const { dateTime } = momentFormat(timeZone);
  const told = flow.curves.filter(({ count }) => count > 0);
  return {
    title: 'Tasks over time',
    detail: `for each ${formatSeconds(flow.bucketSeconds)}`,
    chart: {
      kind: 'columns',
      title: `Tasks for each ${formatSeconds(flow.bucketSeconds)}`,
      from: dateTime(report.fromMicros),
      to: dateTime(report.toMicros),
      series: told.map(({ step, points }) => ({ name: step, values: points.map(({ count }) => count) })),
    },
    table: {
      caption: 'How often each step happened',
      columns: [{ title: 'step' }, { title: 'count', align: 'right' }],
      rows: told.map(({ step, count }) => [step, formatCount(count)]),
    },
  };
}

function stateTimesOf({ tasks }: ClockReport): Pick<PageSection, 'chart' | 'table'> {
  const whole = [...tasks.times.values()].reduce((sum, micros) => sum + micros, 0);
  if (whole === 0) return {};
  const rows = TASK_STATES.map((state) => ({ state, micros: tasks.times.get(state) ?? 0 })).filter(
    ({ micros }) => micros > 0,
  );
  return {
    chart: {
      kind: 'parts',
      title: 'Time of all tasks by state',
      parts: rows.map(({ state, micros }) => ({
        name: stateCell(state).text,
        value: micros / 1e6,
        text: formatSeconds(micros / 1e6),
      })),
    },
    table: {
      caption: 'Time of all tasks by state',
      columns: [{ title: 'state' }, { title: 'time', align: 'right' }, { title: 'of all', align: 'right' }],
      rows: rows.map(({ state, micros }) => [
        stateCell(state),
        formatSeconds(micros / 1e6),
        percentText(micros, whole),
      ]),
    },
  };
}
