import type { ClusterClock, NodeLife } from '../clock/cluster-clock.ts';
import type { Ledger } from '../ledger/ledger.ts';

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

/** Tasks whose cost is known, with what the clock knows of them. Usage of which no task is known is in none of them. */
export function taskCosts(ledger: Ledger, clock: ClusterClock): readonly TaskCost[] {
  const spent = new Map<string, { costUsd: number; byModel: Map<string, number> }>();
  for (const { fields, figures } of ledger.lines) {
    const { task_id: taskId, model } = fields;
    if (taskId === undefined) continue;
    const sum = spent.get(taskId) ?? { costUsd: 0, byModel: new Map<string, number>() };
    const costUsd = Number(figures.costNanos) / 1e9;
    sum.costUsd += costUsd;
    if (model !== undefined) sum.byModel.set(model, (sum.byModel.get(model) ?? 0) + costUsd);
    spent.set(taskId, sum);
  }
  const nodes = new Map<string, NodeLife>(clock.nodes.map((node) => [node.nodeId, node]));
  return clock.tasks.flatMap(({ taskId, history }): TaskCost[] => {
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
