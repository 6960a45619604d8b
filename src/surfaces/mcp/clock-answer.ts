import type { Spread } from '../../analysis/clock/spread.ts';
import type { StateTimes } from '../../analysis/clock/state-times.ts';
import { wallMicros } from '../../analysis/clock/state-times.ts';
import type { Utilisation } from '../../analysis/clock/utilisation.ts';
import type { ClockReport } from '../../analysis/reports/clock-report.ts';
import type { FilterBook } from '../../query/question.ts';
import { type Answer, fitted, NAMES_NOTICE, type NextQuestion, type Size } from './answer.ts';
import { dataName } from './data-name.ts';
import type { EvidenceBook } from './evidence-book.ts';
import { momentText, shortNumber, shortSeconds } from './figures-json.ts';

/** Most items of each list that an answer of each size begins to fit in. */
const MOST: Readonly<Record<Size, number>> = { short: 3, normal: 6, full: 40 };

export type ClockSettings = {
  readonly size: Size;
  readonly timeZone: string;
  readonly nodeId: string | undefined;
  readonly taskId: string | undefined;
};

/** Where time went, in the size asked for: states that did not occur are left out, and so is what nobody told. */
export function clockAnswer(report: ClockReport, settings: ClockSettings, book: EvidenceBook): Answer {
  const { size, timeZone } = settings;
  const { tasks, nodes, intervals } = report;
  return fitted(size, MOST[size], (items) => ({
    from: momentText(report.fromMicros),
    to: momentText(report.toMicros),
    time_zone: timeZone,
    complete: report.complete,
    tasks: { count: tasks.count, open: tasks.open, ...timesJson(tasks.times) },
    nodes:
      settings.taskId !== undefined
        ? undefined
        : {
            count: nodes.count,
            busy_share_of_known_time: shortNumber(nodes.cluster.busyShare),
            ...timesJson(nodes.cluster.times),
          },
    each_node: nodesJson(nodes.each, size === 'short' || nodes.count < 2 ? 0 : items),
    intervals: intervals?.slice(-items).map(({ fromMicros, toMicros, state, nodeId, concluded }) => ({
      from: momentText(fromMicros),
      seconds: shortSeconds((toMicros - fromMicros) / 1e6),
      state,
      node_id: nodeId === undefined ? undefined : dataName(nodeId),
      concluded: concluded ? true : undefined,
    })),
    earlier_intervals_left_out: leftOut(intervals?.length, items),
    queue_waits: listed(
      report.queue,
      size === 'short' ? 0 : items,
      ({ priority, claims, waiting, oldestSeconds, ...spread }) => ({
        priority: priority ?? 'none',
        claims,
        ...spreadJson(spread),
        still_waiting: waiting,
        oldest_waiting_seconds: shortSeconds(oldestSeconds),
      }),
    ),
    lock_wait_seconds: shortSeconds(report.locks?.waitSeconds),
    lock_waits: listed(
      report.locks?.pairs,
      size === 'full' ? items : 0,
      ({ waiterId, holderId, waits, waitSeconds }) => ({
        node_id: nameOf(waiterId),
        waited_for_node_id: nameOf(holderId),
        waits,
        seconds: shortSeconds(waitSeconds),
      }),
    ),
    zombie_claims: report.zombies.length === 0 ? undefined : report.zombies.length,
    repeated_work_seconds: report.repeated.length === 0 ? undefined : repeatedSeconds(report),
    critical_path: pathJson(report, size === 'short' ? 1 : items),
    evidence: evidenceOf(report, settings, book),
    next: nextQuestion(settings),
    notice: NAMES_NOTICE,
  }));
}

const nameOf = (name: string | undefined): string | undefined => (name === undefined ? undefined : dataName(name));

function timesJson(times: StateTimes<string>): object {
  const entries = [...times].filter(([, micros]) => micros > 0).sort((a, b) => b[1] - a[1]);
  return {
    wall_seconds: shortSeconds(wallMicros(times) / 1e6),
    seconds_by_state: Object.fromEntries(entries.map(([state, micros]) => [state, shortSeconds(micros / 1e6)])),
  };
}

function nodesJson(each: readonly Utilisation[], items: number): readonly object[] | undefined {
  return listed(each, items, ({ nodeId, role, times, busyShare }) => ({
    node_id: nameOf(nodeId),
    role: nameOf(role),
    busy_share_of_known_time: shortNumber(busyShare),
    working_seconds: shortSeconds((times.get('working') ?? 0) / 1e6),
  }));
}

function spreadJson({ p50, p95, max }: Spread): object {
  return { p50_seconds: shortSeconds(p50), p95_seconds: shortSeconds(p95), max_seconds: shortSeconds(max) };
}

function listed<Item>(
  all: readonly Item[] | undefined,
  items: number,
  toJson: (item: Item) => object,
): readonly object[] | undefined {
  return all === undefined || all.length === 0 || items === 0 ? undefined : all.slice(0, items).map(toJson);
}

function leftOut(count: number | undefined, items: number): number | undefined {
  return count === undefined || count <= items ? undefined : count - items;
}

function repeatedSeconds({ repeated }: ClockReport): number | undefined {
  return shortSeconds(repeated.reduce((sum, { lostSeconds }) => sum + lostSeconds, 0));
}

function pathJson({ path }: ClockReport, items: number): object | undefined {
  if (path === undefined || items === 0) return undefined;
  return {
    from: momentText(path.fromMicros),
    to: momentText(path.toMicros),
    derived: 'backwards from what ended last; an estimate',
    most: path.resources
      .slice(0, items)
      .map(({ kind, id, micros }) => ({ kind, name: nameOf(id), seconds: shortSeconds(micros / 1e6) })),
  };
}

function evidenceOf(report: ClockReport, { nodeId, taskId }: ClockSettings, book: EvidenceBook): readonly string[] {
  const { fromMicros, toMicros } = report;
  const filters: FilterBook = {
    ...(nodeId === undefined ? {} : { node_id: nodeId }),
    ...(taskId === undefined ? {} : { task_id: taskId }),
  };
  const span = { filters, fromMicros, toMicros };
  const ofTasks = [
    {
      shows: 'claims, and how long tasks had waited',
      metric: 'task.claimed',
      aggregations: ['p95(queue_seconds)'],
      ...span,
    },
    { shows: 'attempts that ended', metric: 'task.completed', aggregations: ['sum(duration_seconds)'], ...span },
  ];
  const ofLocks = { shows: 'waits for the lock', metric: 'state.lock', aggregations: ['sum(wait_ms)'], ...span };
  return [...ofTasks, ...(taskId === undefined ? [ofLocks] : [])].map((question) => book.keep(question));
}

function nextQuestion({ nodeId, taskId }: ClockSettings): NextQuestion {
  if (taskId !== undefined) {
    return { tool: 'get_costs', arguments: { by: ['task'] }, tells: 'what tasks cost' };
  }
  return {
    tool: 'get_metrics_insights',
    arguments: nodeId === undefined ? {} : { node_id: nodeId },
    tells: 'whether that is unusual, and what to do',
  };
}
