import { NODE_STATES, type NodeState, TASK_STATES, type TaskState } from '../../analysis/clock/cluster-clock.ts';
import { type StateTimes, wallMicros } from '../../analysis/clock/state-times.ts';
import type { Utilisation } from '../../analysis/clock/utilisation.ts';
import type { ClockReport } from '../../analysis/reports/clock-report.ts';
import { lengthText, percentText, stateCell } from './clock-words.ts';
import type { CommandContext } from './context.ts';
import { printTable } from './print-rows.ts';
import { printHeading } from './print-heading.ts';
import { momentFormat } from './terminal/moments.ts';
import { formatCount, formatMany } from './terminal/units.ts';

const TOP_NODES = 8;
const BAR_CELLS = 24;

/** Prints where the time of tasks went. */
export function printTaskTimes(context: CommandContext, { tasks }: ClockReport): void {
  const { count, open, times } = tasks;
  if (count === 0) return;
  const still = open === 0 ? 'none is open' : `${formatCount(open)} open`;
  printHeading(context, `Time of ${formatMany(count, 'task')}`, `${lengthText(wallMicros(times))} in all, ${still}`);
  printTimes(context, TASK_STATES, times);
}

/** Prints where the time of nodes went, together and each. */
export function printNodeTimes(context: CommandContext, { nodes, polls }: ClockReport): void {
  if (nodes.count === 0) return;
  const { cluster, each } = nodes;
  printHeading(context, `Time of ${formatMany(nodes.count, 'node')}`);
  printTimes(context, NODE_STATES, cluster.times);
  context.print('');
  const time = (state: NodeState, optional = false) => ({
    key: state,
    title: state,
    align: 'right' as const,
    optional,
    raw: ({ times }: Utilisation) => (times.get(state) ?? 0) / 1e6,
    show: ({ times }: Utilisation) => lengthText(times.get(state) ?? 0),
  });
  const pollsOf = new Map(polls.map((row) => [row.nodeId, row]));
  const shown = each.slice(0, TOP_NODES);
  printTable(
    context,
    [
      { key: 'node', title: 'node', raw: ({ nodeId }) => nodeId },
      { key: 'role', title: 'role', optional: true, raw: ({ role }) => role },
      {
        key: 'busy',
        title: 'busy',
        align: 'right',
        raw: ({ busyShare }) => busyShare,
        show: ({ times, knownMicros }) => percentText(times.get('working') ?? 0, knownMicros),
      },
      time('working'),
      time('idle'),
      time('waiting', true),
      time('dead', true),
      time('unattributed', true),
      {
        key: 'empty_polls',
        title: 'empty polls',
        align: 'right',
        optional: true,
        raw: ({ nodeId }) => pollsOf.get(nodeId)?.empty,
      },
    ],
    shown,
  );
  if (each.length > shown.length) context.print(context.style('quiet', `and ${each.length - shown.length} more`));
  if (cluster.busyShare !== undefined) {
    const busy = percentText(cluster.times.get('working') ?? 0, cluster.knownMicros);
    context.print(
      `busy: the part of the time working, idle or waiting that was work; all nodes together ${busy} of ${lengthText(cluster.knownMicros)}.`,
    );
  }
}

/** Prints one task's intervals, one after the other. */
export function printIntervals(context: CommandContext, intervals: NonNullable<ClockReport['intervals']>): void {
  const moments = momentFormat(context.timeZone);
  context.print('');
  printTable(
    context,
    [
      {
        key: 'from',
        title: 'from',
        raw: ({ fromMicros }) => fromMicros / 1e6,
        show: ({ fromMicros }) => moments.dateTime(fromMicros),
      },
      { key: 'state', title: 'state', raw: ({ state }) => state, show: ({ state }) => stateCell(state) },
      {
        key: 'time',
        title: 'time',
        align: 'right',
        raw: ({ fromMicros, toMicros }) => (toMicros - fromMicros) / 1e6,
        show: ({ fromMicros, toMicros }) => lengthText(toMicros - fromMicros),
      },
      { key: 'node', title: 'node', raw: ({ nodeId }) => nodeId },
      { key: 'how', title: '', optional: true, raw: ({ concluded }) => (concluded ? 'concluded' : '') },
    ],
    intervals,
  );
}

function printTimes<State extends TaskState | NodeState>(
  context: CommandContext,
  states: readonly State[],
  times: StateTimes<State>,
): void {
  const whole = wallMicros(times);
  const rows = states
    .map((state) => ({ state, micros: times.get(state) ?? 0 }))
    .filter(({ state, micros }) => micros > 0 || state === 'unattributed');
  printTable(
    context,
    [
      { key: 'state', title: 'state', raw: ({ state }) => state, show: ({ state }) => stateCell(state) },
      {
        key: 'time',
        title: 'time',
        align: 'right',
        raw: ({ micros }) => micros / 1e6,
        show: ({ micros }) => lengthText(micros),
      },
      {
        key: 'share',
        title: 'share',
        align: 'right',
        raw: ({ micros }) => micros / whole,
        show: ({ micros }) => percentText(micros, whole),
      },
      {
        key: 'bar',
        title: '',
        optional: true,
        raw: () => '',
        show: ({ micros }) => ({ text: '█'.repeat(Math.round((micros / whole) * BAR_CELLS)), tone: 'accent' }),
      },
    ],
    rows,
  );
}
