import { openZone, parseMoment } from '../../model/time.ts';
import type { ClusterClock, Interval, TaskState } from '../clock/cluster-clock.ts';
import { type Concurrency, concurrency } from '../clock/concurrency.ts';
import { criticalPath } from '../clock/critical-path.ts';
import { type EmptyPolls, emptyPolls } from '../clock/empty-polls.ts';
import { type LockShares, lockShares } from '../clock/lock-shares.ts';
import { type RepeatedWork, repeatedWork, type ZombieClaim, zombieClaims } from '../clock/lost-work.ts';
import { openClock } from '../clock/open-clock.ts';
import { type PathShare, resourceShares, type TaskShare, taskShares } from '../clock/path-shares.ts';
import { type QueueWaits, queueWaits } from '../clock/queue-waits.ts';
import { type StateTimes, stateTimes } from '../clock/state-times.ts';
import { type Utilisation, utilisation } from '../clock/utilisation.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import type { ReportSpan } from './answerer.ts';
import { type TaskFlow, taskFlow } from './task-flow.ts';

/** Points of the curve of concurrency. */
const POINTS = 48;

export type ClockQuestion = ReportSpan & {
  /** Only the time of this node, and of the tasks while it had them. */
  readonly nodeId?: string | undefined;
  /** Only the time of this task. */
  readonly taskId?: string | undefined;
};

/** Where the time of a cluster, a node or a task went. */
export type ClockReport = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly complete: boolean;
  /** How many there were in the span, how many of them are open at its end, and their time by state. */
  readonly tasks: { readonly count: number; readonly open: number; readonly times: StateTimes<TaskState> };
  readonly nodes: {
    readonly count: number;
    readonly cluster: Utilisation;
    readonly each: readonly Utilisation[];
  };
  readonly queue: readonly QueueWaits[];
  readonly polls: readonly EmptyPolls[];
  readonly locks: LockShares | undefined;
  readonly zombies: readonly ZombieClaim[];
  readonly repeated: readonly RepeatedWork[];
  /** How tasks came and went. Absent for one node or task. */
  readonly flow: TaskFlow | undefined;
  /** How many nodes worked at once. Absent for one node or task. */
  readonly concurrency: Concurrency | undefined;
  /** What the end of the last run waited for. Absent for one node or task, and where nothing ended. */
  readonly path:
    | {
        readonly fromMicros: number;
        readonly toMicros: number;
        readonly resources: readonly PathShare[];
        readonly tasks: readonly TaskShare[];
      }
    | undefined;
  /** What one task did, one interval after the other; only where one was asked for. */
  readonly intervals: readonly Interval<TaskState>[] | undefined;
};

/** Where the time of tasks and nodes went in a span. Of a single task, only what is about it. */
export async function clockReport(
  ask: EventAnswerer,
  question: ClockQuestion & { readonly since: NonNullable<ReportSpan['since']> },
  nowMicros: number,
): Promise<ClockReport> {
  const { nodeId, taskId, timeZone } = question;
  const zone = await openZone(timeZone);
  const fromMicros = parseMoment(question.since, 'since', zone, nowMicros);
  const toMicros = question.until === undefined ? nowMicros : parseMoment(question.until, 'until', zone, nowMicros);
  const whole = await openClock(ask, fromMicros, toMicros, nowMicros);
  const clock = restricted(whole, nodeId, taskId);
  const span = { since: whole.fromMicros / 1e6, until: whole.toMicros / 1e6, timeZone };
  const isWhole = nodeId === undefined && taskId === undefined;
  const isEmpty = whole.fromMicros >= whole.toMicros;
  const { cluster, nodes } = utilisation(clock);
  return {
    fromMicros: whole.fromMicros,
    toMicros: whole.toMicros,
    complete: whole.complete,
    tasks: {
      count: clock.tasks.length,
      open: clock.tasks.filter(({ open }) => open).length,
      times: stateTimes(clock.tasks),
    },
    nodes: { count: nodes.length, cluster, each: nodes },
    queue: queueWaits(clock),
    polls: taskId !== undefined || isEmpty ? [] : await emptyPolls(ask, span, nodeId),
    locks: taskId !== undefined || isEmpty ? undefined : await lockShares(ask, span, nodeId),
    zombies: zombieClaims(clock),
    repeated: repeatedWork(clock),
    flow: isWhole && !isEmpty ? await taskFlow(ask, clock, span) : undefined,
    concurrency: isWhole && !isEmpty ? concurrencyOf(clock) : undefined,
    path: isWhole ? pathOf(clock) : undefined,
    intervals: taskId === undefined ? undefined : clock.tasks.flatMap(({ intervals }) => intervals),
  };
}

function concurrencyOf(clock: ClusterClock): Concurrency {
  return concurrency(clock, Math.ceil((clock.toMicros - clock.fromMicros) / POINTS));
}

function pathOf(clock: ClusterClock): ClockReport['path'] {
  const path = criticalPath(clock);
  if (path === undefined) return undefined;
  const { fromMicros, toMicros } = path;
  return { fromMicros, toMicros, resources: resourceShares(path), tasks: taskShares(path) };
}

/** The part of a clock that is about one node, or one task. */
function restricted(clock: ClusterClock, nodeId: string | undefined, taskId: string | undefined): ClusterClock {
  let { tasks, nodes } = clock;
  if (taskId !== undefined) {
    tasks = tasks.filter((life) => life.taskId === taskId);
    nodes = [];
  }
  if (nodeId !== undefined) {
    tasks = tasks
      .map((life) => ({ ...life, intervals: life.intervals.filter((interval) => interval.nodeId === nodeId) }))
      .filter(({ intervals }) => intervals.length > 0);
    nodes = nodes.filter((life) => life.nodeId === nodeId);
  }
  return { ...clock, tasks, nodes };
}
