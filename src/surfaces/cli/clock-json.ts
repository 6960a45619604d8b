import { NODE_STATES, TASK_STATES } from '../../analysis/clock/cluster-clock.ts';
import type { Spread } from '../../analysis/clock/spread.ts';
import type { StateTimes } from '../../analysis/clock/state-times.ts';
import type { Utilisation } from '../../analysis/clock/utilisation.ts';
import type { ClockReport } from '../../analysis/reports/clock-report.ts';

const seconds = (micros: number): number => micros / 1e6;

/** Every state, also those in which nothing was: they sum up to the wall time. */
function timesJson<State extends string>(states: readonly State[], times: StateTimes<State>) {
  return Object.fromEntries(states.map((state) => [`${state}_seconds`, seconds(times.get(state) ?? 0)]));
}

const spreadJson = ({ p50, p90, p95, max }: Spread) => ({
  p50_seconds: p50,
  p90_seconds: p90,
  p95_seconds: p95,
  max_seconds: max,
});

const utilisationJson = ({ nodeId, role, model, times, knownMicros, busyShare }: Utilisation) => ({
  node_id: nodeId,
  role,
  model,
  ...timesJson(NODE_STATES, times),
  /** Working, idle or waiting: what the share is a part of. */
  known_seconds: seconds(knownMicros),
  busy_share: busyShare,
});

/** Where the time went, for programs. Moments are seconds since the Unix epoch; absent is not known. */
export function clockJson(report: ClockReport, timeZone: string) {
  const { tasks, nodes, locks, path, flow, concurrency } = report;
  return {
    from: seconds(report.fromMicros),
    to: seconds(report.toMicros),
    time_zone: timeZone,
    complete: report.complete,
    tasks: { count: tasks.count, open: tasks.open, ...timesJson(TASK_STATES, tasks.times) },
    intervals: report.intervals?.map(({ fromMicros, toMicros, state, nodeId, concluded }) => ({
      from: seconds(fromMicros),
      to: seconds(toMicros),
      state,
      node_id: nodeId,
      concluded,
    })),
    nodes: {
      count: nodes.count,
      cluster: utilisationJson(nodes.cluster),
      each: nodes.each.map(utilisationJson),
    },
    queue_waits: report.queue.map(({ priority, claims, waiting, oldestSeconds, ...spread }) => ({
      priority,
      claims,
      ...spreadJson(spread),
      waiting,
      oldest_waiting_seconds: oldestSeconds,
    })),
    empty_polls: report.polls.map(({ nodeId, calls, empty }) => ({ node_id: nodeId, calls, empty })),
    lock:
      locks === undefined
        ? undefined
        : {
            wait_seconds: locks.waitSeconds,
            waits: locks.pairs.map(({ waiterId, holderId, waits, waitSeconds, maxWaitMs }) => ({
              node_id: waiterId,
              waited_for_node_id: holderId,
              waits,
              wait_seconds: waitSeconds,
              max_wait_ms: maxWaitMs,
            })),
            holds: locks.holders.map(({ nodeId, holds, holdSeconds, maxHoldMs }) => ({
              node_id: nodeId,
              holds,
              hold_seconds: holdSeconds,
              max_hold_ms: maxHoldMs,
            })),
          },
    zombie_claims: report.zombies.map(({ taskId, nodeId, fromMicros, toMicros, open }) => ({
      task_id: taskId,
      node_id: nodeId,
      from: seconds(fromMicros),
      to: seconds(toMicros),
      open,
    })),
    repeated_work: report.repeated.map(({ taskId, nodeId, byNodeId, lostSeconds }) => ({
      task_id: taskId,
      node_id: nodeId,
      by_node_id: byNodeId,
      lost_seconds: lostSeconds,
    })),
    critical_path:
      path === undefined
        ? undefined
        : {
            from: seconds(path.fromMicros),
            to: seconds(path.toMicros),
            resources: path.resources.map(({ kind, id, micros }) => ({ kind, id, seconds: seconds(micros) })),
            tasks: path.tasks.map(({ taskId, micros }) => ({ task_id: taskId, seconds: seconds(micros) })),
          },
    task_flow:
      flow === undefined
        ? undefined
        : {
            bucket_seconds: flow.bucketSeconds,
            arrivals_per_hour: flow.arrivalsPerHour,
            completions_per_hour: flow.completionsPerHour,
            completions_per_work_hour: flow.completionsPerWorkHour,
            ...Object.fromEntries(
              flow.curves.map(({ step, count, points }) => [
                step,
                { count, points: points.map((point) => ({ from: seconds(point.fromMicros), count: point.count })) },
              ]),
            ),
            turns: flow.turns.map(({ priority, completed, ...spread }) => ({
              priority,
              completed,
              ...spreadJson(spread),
            })),
            pending: { count: flow.pending.count, ...spreadJson(flow.pending) },
          },
    nodes_at_work:
      concurrency === undefined
        ? undefined
        : {
            mean: concurrency.mean,
            max: concurrency.max,
            points: concurrency.points.map(({ fromMicros, toMicros, mean, max }) => ({
              from: seconds(fromMicros),
              to: seconds(toMicros),
              mean,
              max,
            })),
          },
  };
}
