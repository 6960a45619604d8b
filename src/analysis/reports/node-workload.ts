import { MICROS_PER_DAY } from '../../model/range.ts';
import { type Spread, spreadOf } from '../clock/spread.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { newestEvents } from './answerer.ts';
import { type BudgetRule, budgetReport } from './budget-report.ts';
import { type QueueNow, queueNow } from './cluster-status.ts';
import { toCount } from './distribution.ts';
import { type NodeNow, nodesNow, type SeenNode } from './nodes-now.ts';
import type { Attempt, TaskHistory } from './task-history.ts';
import { TASK_METRICS, taskHistories } from './task-list.ts';
import { type SignalReason, type WorkloadSignal, workloadSignal } from './workload-signal.ts';

/** How far back like work is looked for. */
const LIKE_DAYS = 28;
/** Events read of each metric of tasks. */
const MAX_EVENTS = 5_000;
/** Without so many, nothing is said of like work. */
const MIN_LIKE = 8;
/** All that is known of a node which only its tasks name. */
const UNTOLD: Omit<NodeNow, 'nodeId'> = {
  role: undefined,
  model: undefined,
  status: undefined,
  sinceMicros: undefined,
  taskId: undefined,
  taskSinceMicros: undefined,
  firstSeenMicros: undefined,
};
const THROTTLED_SECONDS = 15 * 60;
/** Hands out work and takes none. */
const MANAGER_ROLE = 'bootstrap_manager';

/** What a node has in hand, what waits, and what it should do: enough for one agent to steer itself. */
export type NodeWorkload = {
  readonly node: NodeNow;
  readonly signal: WorkloadSignal;
  readonly reason: SignalReason;
  /** Absent where nobody counted it yet. */
  readonly queue: QueueNow | undefined;
  readonly liveNodes: number;
  /** Its tasks, the oldest first. */
  readonly tasks: readonly { readonly taskId: string; readonly seconds: number }[];
  /** Attempts of others at tasks of the same priority that ended; absent where there are too few. */
  readonly like: (Spread & { readonly samples: number; readonly priority: string | undefined }) | undefined;
  /** Its own, of the same kind. */
  readonly ownMedianSeconds: number | undefined;
  /** The budget that is used up most among those that it spends from. */
  readonly budget: { readonly name: string; readonly per: string; readonly usedShare: number } | undefined;
};

export type WorkloadSettings = {
  readonly nodeId: string;
  readonly nowMicros: number;
  readonly timeZone: string;
  readonly seen: readonly SeenNode[];
  readonly budgets: readonly BudgetRule[];
  readonly plans: readonly string[];
};

/** The workload of one node, or the names of those that are known where there is none of that name. */
export async function nodeWorkload(
  ask: EventAnswerer,
  settings: WorkloadSettings,
): Promise<NodeWorkload | { readonly known: readonly string[] }> {
  const { nodeId, nowMicros, seen } = settings;
  const nodes = await nodesNow(ask, seen, nowMicros);
  const histories = await recentTasks(ask, nowMicros);
  // Where nobody tells of nodes themselves, their tasks still do.
  const takers = new Set(histories.flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.nodeId ?? [])));
  const node = nodes.find((one) => one.nodeId === nodeId) ?? (takers.has(nodeId) ? { ...UNTOLD, nodeId } : undefined);
  if (node === undefined) return { known: [...new Set([...nodes.map((one) => one.nodeId), ...takers])] };
  const open = openTasks(histories, node, nowMicros);
  const like = likeAttempts(histories, open[0]?.priority);
  const own = like.filter((attempt) => attempt.nodeId === nodeId).map(secondsOf);
  const others = like.filter((attempt) => attempt.nodeId !== nodeId).map(secondsOf);
  const usual = others.length < MIN_LIKE ? undefined : spreadOf(others);
  const queue = await queueNow(ask);
  const budget = await tightestBudget(ask, node, settings);
  const { signal, reason } = workloadSignal({
    openTasks: open.length,
    pending: queue?.pending,
    manages: node.role === MANAGER_ROLE,
    taskSeconds: open[0]?.seconds,
    usualP50Seconds: usual?.p50,
    usualP95Seconds: usual?.p95,
    budgetUsedShare: budget?.usedShare,
    throttledRequests: await throttledRequests(ask, nodeId, nowMicros),
    failedInARow: failedInARow(histories, nodeId, nowMicros),
    humanWaitSeconds: await humanWaitSeconds(ask, nodeId, nowMicros),
  });
  return {
    node,
    signal,
    reason,
    queue,
    liveNodes: nodes.filter(({ status }) => status !== 'terminated' && status !== 'silent').length,
    tasks: open.map(({ taskId, seconds }) => ({ taskId, seconds })),
    like: usual === undefined ? undefined : { ...usual, samples: others.length, priority: open[0]?.priority },
    ownMedianSeconds: own.length < MIN_LIKE ? undefined : spreadOf(own).p50,
    budget,
  };
}

async function recentTasks(ask: EventAnswerer, nowMicros: number): Promise<readonly TaskHistory[]> {
  const span = { since: (nowMicros - LIKE_DAYS * MICROS_PER_DAY) / 1e6, until: (nowMicros + 1) / 1e6 };
  const events = [];
  for (const metric of TASK_METRICS) events.push(...(await newestEvents(ask, metric, span, MAX_EVENTS)));
  return taskHistories(events);
}

type OpenTask = { readonly taskId: string; readonly priority: string | undefined; readonly seconds: number };

/** What it holds by its tasks' events, and by its own status where these say nothing. */
function openTasks(histories: readonly TaskHistory[], node: NodeNow, nowMicros: number): readonly OpenTask[] {
  if (node.status === 'terminated') return [];
  const held = histories.flatMap((history): OpenTask[] => {
    const last = history.attempts.at(-1);
    if (last?.nodeId !== node.nodeId || last.toMicros !== undefined) return [];
    return [
      { taskId: history.taskId, priority: history.priority, seconds: Math.max(0, nowMicros - last.fromMicros) / 1e6 },
    ];
  });
  const { taskId, taskSinceMicros } = node;
  if (held.length === 0 && taskId !== undefined && taskSinceMicros !== undefined) {
    const priority = histories.find((history) => history.taskId === taskId)?.priority;
    return [{ taskId, priority, seconds: (nowMicros - taskSinceMicros) / 1e6 }];
  }
  return held.sort((a, b) => b.seconds - a.seconds);
}

/** Completed attempts at tasks of one priority; of any, where none is given. */
function likeAttempts(histories: readonly TaskHistory[], priority: string | undefined): readonly Attempt[] {
  return histories
    .filter((history) => priority === undefined || history.priority === priority)
    .flatMap(({ attempts }) => attempts)
    .filter(({ ended, fromMicros, toMicros }) => ended === 'completed' && (toMicros ?? fromMicros) > fromMicros);
}

const secondsOf = ({ fromMicros, toMicros }: Attempt): number => ((toMicros ?? fromMicros) - fromMicros) / 1e6;

function failedInARow(histories: readonly TaskHistory[], nodeId: string, nowMicros: number): number {
  const ended = histories
    .flatMap(({ attempts }) => attempts)
    .filter((attempt) => attempt.nodeId === nodeId && attempt.ended === 'completed')
    .filter(({ toMicros }) => (toMicros ?? 0) > nowMicros - MICROS_PER_DAY)
    .sort((a, b) => (b.toMicros ?? 0) - (a.toMicros ?? 0));
  const firstOther = ended.findIndex(({ outcome }) => outcome !== 'failure');
  return firstOther < 0 ? ended.length : firstOther;
}

async function throttledRequests(ask: EventAnswerer, nodeId: string, nowMicros: number): Promise<number> {
  const { rows } = await ask.aggregate({
    metric: 'api.failed',
    filters: { node_id: nodeId, failure: ['rate_limited', 'overloaded'] },
    since: nowMicros / 1e6 - THROTTLED_SECONDS,
    until: (nowMicros + 1) / 1e6,
    aggregations: ['count'],
  });
  return toCount(rows[0]);
}

async function humanWaitSeconds(ask: EventAnswerer, nodeId: string, nowMicros: number): Promise<number | undefined> {
  const { events } = await ask.query({
    metric: 'human.asked',
    filters: { node_id: nodeId },
    since: (nowMicros - MICROS_PER_DAY) / 1e6,
    until: (nowMicros + 1) / 1e6,
    order: 'newest_first',
    limit: 1,
  });
  const [last] = events;
  return last?.data['waiting'] === true ? Math.max(0, nowMicros - last.atMicros) / 1e6 : undefined;
}

async function tightestBudget(
  ask: EventAnswerer,
  { nodeId, role, model }: NodeNow,
  { budgets, nowMicros, timeZone, plans }: WorkloadSettings,
): Promise<NodeWorkload['budget']> {
  const concerns = (wanted: string | undefined, own: string | undefined): boolean =>
    wanted === undefined || wanted === own;
  const own = budgets.filter(
    ({ scope }) =>
      concerns(scope.node, nodeId) &&
      concerns(scope.role, role) &&
      concerns(scope.model, model) &&
      scope.client === undefined,
  );
  if (own.length === 0) return undefined;
  const states = await budgetReport(ask, own, nowMicros, timeZone, plans);
  const shares = states.map(({ budget: { name, per }, used, limit }) => ({
    name,
    per,
    usedShare: Number(used) / Number(limit),
  }));
  return shares.reduce((most, one) => (one.usedShare > most.usedShare ? one : most));
}
