import type { TimeRange } from '../../model/range.ts';
import type { ClusterClock, NodeLife, TaskLife } from '../clock/cluster-clock.ts';
import { type CountStep, countsOver, secondsOf } from './counts-over-time.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { daysOf, secondsIn, severityOf, usualDay } from './loss.ts';
import { isWorker } from './queue-demand.ts';
import { counted, spokenTime } from './spoken-time.ts';

type Evidence = { readonly now: ClusterClock; readonly before: ClusterClock };

/** Nodes that do nothing while there is something for them to do. */
export const idleCapacity = defineDetector({
  kind: 'idle_capacity',
  title: 'Idle capacity',
  doc:
    'Adds up how long tasks that could be taken waited while a node that takes such tasks was idle; what a node of its ' +
    'role has not taken in weeks it is not expected to take. Waits and idle times count only after some minutes, since ' +
    'nodes look for work now and then. Speaks when that is above a floor and well above a usual day of the history, in ' +
    'which the last week does not count if there is another before it; above a second, higher bound, whatever the history ' +
    'says.',
  parameters: {
    grace_minutes: { value: 5, unit: 'minutes', doc: 'A node that looks for work must have found a task by then.' },
    min_hours_per_day: { value: 1, unit: 'hours', doc: 'Needless waiting a day from which on it is told.' },
    usual_ratio: { value: 2, unit: 'times', doc: 'And so many times what nine of ten days of the history had.' },
    bad_hours_per_day: { value: 6, unit: 'hours', doc: 'From here on it is told whatever the history says.' },
    min_tasks: { value: 5, unit: 'tasks', doc: 'So many tasks must have waited needlessly.' },
    own_share: { value: 0.05, unit: 'share', doc: 'A role takes a priority when so much of its work has it.' },
  },
  async gather(ask, window): Promise<Evidence> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
    };
  },
  judge({ now, before }, window, values) {
    if (now.tasks.length === 0 || now.nodes.length === 0) {
      const what = now.tasks.length === 0 ? 'task' : 'node';
      return { state: 'no_data', reason: `No ${what} was recorded in the window.`, findings: [] };
    }
    const graceMicros = values.grace_minutes * 60e6;
    const takes = prioritiesTaken([before, now], values.own_share);
    const lanes = lanesOf(now, takes, graceMicros);
    const seconds = needlessSeconds(lanes, window);
    const perDay = seconds / daysOf(window);
    const waited = lanes.flatMap(({ waits, idle }) =>
      waits.filter((wait) => secondsOf(countsOver([wait]), idle, Math.min, wait) > 0),
    );
    const earlier = lanesOf(before, takes, graceMicros);
    const usual = usualDay(before, (day) => needlessSeconds(earlier, day));
    const isMore =
      perDay >= values.min_hours_per_day * 3_600 && (usual === undefined || perDay >= values.usual_ratio * usual.high);
    const isBad = perDay >= values.bad_hours_per_day * 3_600;
    if (waited.length < values.min_tasks || (!isMore && !isBad)) {
      const reason = `Tasks waited ${spokenTime(perDay)} a day while a node for them was idle, which is not unusual.`;
      return { state: 'clear', reason, findings: [] };
    }
    const all = lanes.flatMap(({ waits }) => waits).reduce((sum, wait) => sum + secondsIn(wait), 0);
    const compared = usual === undefined ? '' : `; on a usual day it is ${spokenTime(usual.typical)}`;
    const idlest = idlestNode(now, graceMicros);
    const finding: Finding = {
      kind: 'idle_capacity',
      subject: { kind: 'cluster', id: undefined },
      severity: severityOf(seconds, now),
      summary: `${counted(waited.length, 'task')} waited ${spokenTime(perDay)} a day while nodes for them were idle${compared}.`,
      observed: { value: perDay, unit: 'seconds', samples: waited.length },
      expected: usual === undefined ? undefined : { value: usual.typical, unit: 'seconds', samples: usual.days },
      effect: {
        value: perDay - (usual?.typical ?? 0),
        unit: 'seconds',
        samples: waited.length,
        low: usual === undefined ? undefined : Math.max(0, perDay - usual.high),
        high: perDay,
      },
      impact: { secondsPerDay: { value: perDay, unit: 'seconds', samples: waited.length } },
      sinceMicros: Math.min(...waited.map(({ fromMicros }) => fromMicros)),
      evidence: [
        {
          shows: 'claims, with how long each task had waited',
          metric: 'task.claimed',
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
        {
          shows: 'when nodes said that they are idle',
          metric: 'node.status',
          filters: { status: 'idle' },
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: {
        tasks: waited.length,
        needless_share: all === 0 ? 0 : seconds / all,
        ...(idlest === undefined ? {} : { node_id: idlest }),
      },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

/** Tasks of one priority that could be taken, and the nodes that take such. */
type Lane = { readonly waits: readonly TimeRange[]; readonly idle: readonly CountStep[] };

/** Of each moment as many as there were both waiting tasks and idle nodes; a node is not counted for two tasks. */
function needlessSeconds(lanes: readonly Lane[], span: TimeRange): number {
  const waiting = lanes.map(({ waits }) => countsOver(waits));
  const single = lanes.map(({ idle }, index) => secondsOf(waiting[index] ?? [], idle, Math.min, span));
  const most = lanes.reduce<readonly CountStep[]>(
    (widest, { idle }) => (idle.length > widest.length ? idle : widest),
    [],
  );
  const all = secondsOf(countsOver(lanes.flatMap(({ waits }) => waits)), most, Math.min, span);
  return Math.min(
    single.reduce((sum, one) => sum + one, 0),
    Math.max(all, ...single),
  );
}

/** Which roles take which priorities; a role that has taken nothing yet may take all. */
function prioritiesTaken(
  clocks: readonly ClusterClock[],
  ownShare: number,
): (node: NodeLife, priority: string) => boolean {
  const taken = new Map<string, Map<string, number>>();
  for (const { tasks, nodes } of clocks) {
    const roles = new Map(nodes.map(({ nodeId, role }) => [nodeId, role ?? '']));
    for (const { priority, history } of tasks) {
      for (const { nodeId } of history.attempts) {
        const role = roles.get(nodeId ?? '');
        if (role === undefined) continue;
        const counts = taken.get(role) ?? new Map<string, number>();
        taken.set(role, counts.set(priority ?? '', (counts.get(priority ?? '') ?? 0) + 1));
      }
    }
  }
  return ({ role }, priority) => {
    const counts = taken.get(role ?? '');
    if (counts === undefined) return true;
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return (counts.get(priority) ?? 0) >= ownShare * all;
  };
}

function lanesOf(
  clock: ClusterClock,
  takes: (node: NodeLife, priority: string) => boolean,
  graceMicros: number,
): readonly Lane[] {
  const workers = clock.nodes.filter(isWorker(clock));
  const stuck = Map.groupBy(
    clock.tasks.flatMap(({ intervals }) => intervals.filter(({ state }) => state === 'abandoned')),
    ({ nodeId }) => nodeId ?? '',
  );
  const idleOf = (node: NodeLife): readonly TimeRange[] =>
    stretchesIn(node, 'idle', graceMicros).flatMap((idle) => outside(idle, stuck.get(node.nodeId) ?? []));
  const lanes = [...Map.groupBy(clock.tasks, ({ priority }) => priority ?? '')];
  return lanes.map(([priority, tasks]) => ({
    waits: tasks.flatMap((task) => stretchesIn(task, 'queued', graceMicros)),
    idle: countsOver(workers.filter((node) => takes(node, priority)).flatMap(idleOf)),
  }));
}

/** Stretches in a state, without their first minutes. */
function stretchesIn(
  { intervals }: Pick<TaskLife, 'intervals'> | Pick<NodeLife, 'intervals'>,
  wanted: string,
  graceMicros: number,
): readonly TimeRange[] {
  return intervals
    .filter(({ state, fromMicros, toMicros }) => state === wanted && toMicros - fromMicros > graceMicros)
    .map(({ fromMicros, toMicros }) => ({ fromMicros: fromMicros + graceMicros, toMicros }));
}

/** The parts of a stretch outside others: a node that holds a task and does nothing for it is no free one. */
function outside(stretch: TimeRange, others: readonly TimeRange[]): readonly TimeRange[] {
  let parts: readonly TimeRange[] = [stretch];
  for (const { fromMicros, toMicros } of others) {
    parts = parts.flatMap((part) => [
      { fromMicros: part.fromMicros, toMicros: Math.min(part.toMicros, fromMicros) },
      { fromMicros: Math.max(part.fromMicros, toMicros), toMicros: part.toMicros },
    ]);
    parts = parts.filter((part) => part.fromMicros < part.toMicros);
  }
  return parts;
}

/** The worker that was idle longest. */
function idlestNode(clock: ClusterClock, graceMicros: number): string | undefined {
  const sums = new Map<string, number>();
  for (const node of clock.nodes.filter(isWorker(clock))) {
    const idle = stretchesIn(node, 'idle', graceMicros).reduce((sum, one) => sum + secondsIn(one), 0);
    sums.set(node.nodeId, (sums.get(node.nodeId) ?? 0) + idle);
  }
  return [...sums].sort((a, b) => b[1] - a[1])[0]?.[0];
}
