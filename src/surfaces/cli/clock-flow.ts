import type { QueueWaits } from '../../analysis/clock/queue-waits.ts';
import type { Spread } from '../../analysis/clock/spread.ts';
import type { ClockReport } from '../../analysis/reports/clock-report.ts';
import type { TaskFlow, TurnSeconds } from '../../analysis/reports/task-flow.ts';
import { lengthText, percentText, resourceText } from './clock-words.ts';
import type { CommandContext } from './context.ts';
import { printHeading } from './print-heading.ts';
import { type AnswerColumn, printTable } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import { sparkline } from './terminal/sparkline.ts';
import { formatCount, formatMillis, formatNumber, formatRate, formatSeconds } from './terminal/units.ts';

const TOP_LINES = 8;

/** Draws how tasks came and went, with how often. */
export function printFlow(context: CommandContext, { flow }: ClockReport): void {
  if (flow === undefined || flow.curves.every(({ count }) => count === 0)) return;
  const rate = (perHour: number | undefined): string => formatRate(perHour === undefined ? undefined : perHour / 3_600);
  printHeading(
    context,
    'Task flow',
    `${rate(flow.arrivalsPerHour)} created, ${rate(flow.completionsPerHour)} completed; ` +
      `for each hour of work ${formatNumber(flow.completionsPerWorkHour)} completed`,
  );
  printTable(
    context,
    [
      { key: 'step', title: 'tasks', raw: ({ step }) => step },
      {
        key: 'count',
        title: 'count',
        align: 'right',
        raw: ({ count }) => count,
        show: (row) => formatCount(row.count),
      },
      {
        key: 'curve',
        title: `each ${formatSeconds(flow.bucketSeconds)}`,
        raw: ({ count }) => count,
        show: ({ points }) => ({ text: sparkline(points.map(({ count }) => count)), tone: 'accent' }),
      },
    ],
    flow.curves.filter(({ count }) => count > 0),
  );
  printTurns(context, flow.turns);
}

type SpreadKey = 'p50' | 'p90' | 'p95' | 'max';

function spreadColumn<Row extends Spread>(key: SpreadKey, optional = false): AnswerColumn<Row> {
  return {
    key,
    title: key,
    align: 'right',
    optional,
    raw: (row) => row[key],
    show: (row) => formatSeconds(row[key]),
  };
}

function printTurns(context: CommandContext, turns: TaskFlow['turns']): void {
  if (turns.length === 0) return;
  printHeading(context, 'Length of turns', 'from the claim to the completion');
  printTable<TurnSeconds>(
    context,
    [
      { key: 'priority', title: 'priority', raw: ({ priority }) => priority ?? '(none)' },
      { key: 'completed', title: 'completed', align: 'right', raw: ({ completed }) => completed },
      spreadColumn('p50'),
      spreadColumn('p90', true),
      spreadColumn('p95'),
      spreadColumn('max'),
    ],
    turns,
  );
}

/** Prints how long tasks waited for somebody. */
export function printQueue(context: CommandContext, { queue }: ClockReport): void {
  if (queue.length === 0) return;
  printHeading(context, 'Queue wait', 'from when a task could be taken to the claim');
  printTable<QueueWaits>(
    context,
    [
      { key: 'priority', title: 'priority', raw: ({ priority }) => priority ?? '(none)' },
      { key: 'claims', title: 'claims', align: 'right', raw: ({ claims }) => claims },
      spreadColumn('p50'),
      spreadColumn('p90', true),
      spreadColumn('p95'),
      spreadColumn('max'),
      { key: 'waiting', title: 'still waiting', align: 'right', raw: ({ waiting }) => waiting },
      {
        key: 'oldest',
        title: 'longest of them',
        align: 'right',
        optional: true,
        raw: ({ oldestSeconds }) => oldestSeconds,
        show: ({ oldestSeconds }) => formatSeconds(oldestSeconds),
      },
    ],
    queue,
  );
}

/** Prints who waited for whom at the lock of the state file. */
export function printLocks(context: CommandContext, { locks }: ClockReport): void {
  if (locks === undefined || locks.waitSeconds === undefined || locks.waitSeconds === 0) return;
  printHeading(context, 'Lock of the state file', `${formatSeconds(locks.waitSeconds)} of waiting in all`);
  printTable(
    context,
    [
      { key: 'waiter', title: 'who waited', raw: ({ waiterId }) => waiterId ?? '(unknown)' },
      { key: 'holder', title: 'for', raw: ({ holderId }) => holderId ?? '(unknown)' },
      {
        key: 'waits',
        title: 'times',
        align: 'right',
        raw: ({ waits }) => waits,
        show: (row) => formatCount(row.waits),
      },
      {
        key: 'waited',
        title: 'together',
        align: 'right',
        raw: ({ waitSeconds }) => waitSeconds,
        show: ({ waitSeconds }) => formatSeconds(waitSeconds),
      },
      {
        key: 'longest',
        title: 'longest',
        align: 'right',
        raw: ({ maxWaitMs }) => maxWaitMs,
        show: ({ maxWaitMs }) => formatMillis(maxWaitMs),
      },
    ],
    locks.pairs.slice(0, TOP_LINES),
  );
}

/** Prints claims that nobody worked at, and work that was done again. */
export function printLost(context: CommandContext, { zombies, repeated }: ClockReport): void {
  if (zombies.length === 0 && repeated.length === 0) return;
  const abandoned = zombies.reduce((sum, { fromMicros, toMicros }) => sum + (toMicros - fromMicros), 0);
  const lost = repeated.reduce((sum, { lostSeconds }) => sum + lostSeconds, 0);
  printHeading(
    context,
    'Lost',
    `claims that nobody worked at: ${formatCount(zombies.length)}, ${lengthText(abandoned)}; ` +
      `turns done again: ${formatCount(repeated.length)}, ${lengthText(lost * 1e6)}`,
  );
  const rows = [
    ...zombies.slice(0, TOP_LINES / 2).map(({ taskId, nodeId, fromMicros, toMicros, open }) => ({
      taskId,
      what: open ? 'nobody works at it' : 'nobody worked at it',
      nodeId,
      micros: toMicros - fromMicros,
    })),
    ...repeated.slice(0, TOP_LINES / 2).map(({ taskId, nodeId, byNodeId, lostSeconds }) => ({
      taskId,
      what: `done again by ${byNodeId ?? '(unknown)'}`,
      nodeId,
      micros: lostSeconds * 1e6,
    })),
  ];
  printTable(
    context,
    [
      { key: 'task', title: 'task', raw: ({ taskId }) => taskId },
      { key: 'node', title: 'node', raw: ({ nodeId }) => nodeId ?? '(unknown)' },
      { key: 'what', title: 'what', raw: ({ what }) => what },
      {
        key: 'time',
        title: 'time',
        align: 'right',
        raw: ({ micros }) => micros / 1e6,
        show: ({ micros }) => lengthText(micros),
      },
    ],
    rows,
  );
}

/** Prints what the end of the last run waited for. */
export function printPath(context: CommandContext, { path }: ClockReport): void {
  if (path === undefined) return;
  const moments = momentFormat(context.timeZone);
  const whole = path.toMicros - path.fromMicros;
  printHeading(
    context,
    'Critical path of the last run',
    `${moments.dateTime(path.fromMicros)} to ${moments.dateTime(path.toMicros)}, ${lengthText(whole)}`,
  );
  printTable(
    context,
    [
      { key: 'what', title: 'the end waited for', raw: resourceText },
      {
        key: 'time',
        title: 'time',
        align: 'right',
        raw: ({ micros }) => micros / 1e6,
        show: ({ micros }) => lengthText(micros),
      },
      {
        key: 'share',
        title: 'of the run',
        align: 'right',
        raw: ({ micros }) => micros / whole,
        show: ({ micros }) => percentText(micros, whole),
      },
    ],
    path.resources.slice(0, TOP_LINES),
  );
  const longest = path.tasks.filter(({ taskId }) => taskId !== undefined).slice(0, 3);
  const named = longest.map(({ taskId, micros }) => `${printable(taskId ?? '')} (${lengthText(micros)})`);
  if (named.length > 0) context.print(`Longest tasks on it: ${named.join(', ')}`);
}

/** Draws how many nodes worked at once. */
export function printConcurrency(context: CommandContext, { concurrency }: ClockReport): void {
  if (concurrency?.mean === undefined || concurrency.max === 0) return;
  printHeading(context, 'Nodes at work at once', `mean ${formatNumber(concurrency.mean)}, at most ${concurrency.max}`);
  context.print(context.style('accent', sparkline(concurrency.points.map(({ mean }) => mean))));
}
