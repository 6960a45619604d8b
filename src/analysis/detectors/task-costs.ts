import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock, NodeLife } from '../clock/cluster-clock.ts';
import type { UsageLine } from '../ledger/usage-line.ts';
import type { UsageDetail } from '../ledger/usage-reader.ts';
import type { Gatherer } from './detector.ts';
import { beginOf } from './loss.ts';
import { settledUntil } from './settled-history.ts';

/** What one task cost, and how it was done. */
export type TaskCost = {
  readonly taskId: string;
  readonly costUsd: number;
  /** Time that nodes had it. */
  readonly workSeconds: number;
  readonly priority: string | undefined;
  /** Who ended it, or had it last. */
  readonly nodeId: string | undefined;
  readonly role: string | undefined;
  /** The model that most of its cost went to. */
  readonly model: string | undefined;
  /** Absent while it has not ended. */
  readonly outcome: string | undefined;
  readonly endedMicros: number | undefined;
};

/** The same for window and history: what is asked for alike is read once. */
export const HISTORY_DAYS = {
  value: 14,
  unit: 'days',
  doc: 'Tasks of so many days before the window are compared with. Detectors with the same number read them once.',
} as const;

/** What tasks cost in the window and in the days before it. Of a task that was worked at in both, each has its part. */
export type TaskCosts = {
  readonly now: readonly TaskCost[];
  readonly before: readonly TaskCost[];
  /** Those before that ended long enough ago to say what is usual. */
  readonly settled: readonly TaskCost[];
};

const BY_TASK: UsageDetail = { fields: ['task_id'], byDay: false };

type Span = { readonly lines: readonly UsageLine[]; readonly clock: ClusterClock };

/** What costs of tasks are made from. What summing by task costs grows with the events of these days alone. */
async function readSpans(
  ask: Gatherer,
  window: AnalysisWindow,
  historyDays: number,
): Promise<{ readonly now: Span; readonly before: Span }> {
  const historyFrom = Math.max(window.baselineFromMicros, window.fromMicros - historyDays * MICROS_PER_DAY);
  return {
    now: {
      lines: (await ask.ledger(window.fromMicros, window.toMicros)).lines,
      clock: await ask.clock(window.fromMicros, window.toMicros),
    },
    before: {
      lines: (await ask.ledger(historyFrom, window.fromMicros, BY_TASK)).lines,
      clock: await ask.clock(window.baselineFromMicros, window.fromMicros),
    },
  };
}

/** What tasks cost, now and before. */
export async function readTaskCosts(ask: Gatherer, window: AnalysisWindow, historyDays: number): Promise<TaskCosts> {
  const spans = await readSpans(ask, window, historyDays);
  const before = taskCosts([spans.before]);
  const settled = settledUntil(beginOf(spans.before.clock), window.fromMicros);
  return {
    now: taskCosts([spans.now]),
    before,
    settled: before.filter(({ endedMicros }) => endedMicros !== undefined && endedMicros <= settled),
  };
}

/** What tasks cost in the window and the days before it together, each task once. */
export async function readAllTaskCosts(
  ask: Gatherer,
  window: AnalysisWindow,
  historyDays: number,
): Promise<readonly TaskCost[]> {
  const { now, before } = await readSpans(ask, window, historyDays);
  return taskCosts([before, now]);
}

/** Tasks whose cost is known, with what the last clock that has them knows. Usage without a task is in none of them. */
function taskCosts(spans: readonly Span[]): readonly TaskCost[] {
  const spent = new Map<string, { costUsd: number; byModel: Map<string, number> }>();
  for (const { fields, figures } of spans.flatMap(({ lines }) => lines)) {
    const { task_id: taskId, model } = fields;
    if (taskId === undefined) continue;
    const sum = spent.get(taskId) ?? { costUsd: 0, byModel: new Map<string, number>() };
    const costUsd = Number(figures.costNanos) / 1e9;
    sum.costUsd += costUsd;
    if (model !== undefined) sum.byModel.set(model, (sum.byModel.get(model) ?? 0) + costUsd);
    spent.set(taskId, sum);
  }
  const nodes = new Map<string, NodeLife>(spans.flatMap(({ clock }) => clock.nodes.map((node) => [node.nodeId, node])));
  const tasks = new Map(spans.flatMap(({ clock }) => clock.tasks.map((task) => [task.taskId, task])));
  return [...tasks].flatMap(([taskId, { history }]): TaskCost[] => {
    const sum = spent.get(taskId);
    if (sum === undefined) return [];
    const turns = history.attempts.filter(({ toMicros }) => toMicros !== undefined);
    const last = turns.at(-1);
    return [
      {
        taskId,
        costUsd: sum.costUsd,
        workSeconds: turns.reduce((total, turn) => total + ((turn.toMicros ?? 0) - turn.fromMicros) / 1e6, 0),
        priority: history.priority,
        nodeId: last?.nodeId,
        role: nodes.get(last?.nodeId ?? '')?.role,
        model: [...sum.byModel].sort(([, a], [, b]) => b - a)[0]?.[0],
        outcome: last?.ended === 'completed' ? (last.outcome ?? 'unknown') : undefined,
        endedMicros: last?.toMicros,
      },
    ];
  });
}
