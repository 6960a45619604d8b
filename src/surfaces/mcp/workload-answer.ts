import { type NodeWorkload, nodeWorkload } from '../../analysis/reports/node-workload.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import { seenNodes } from '../cli/seen-nodes.ts';
import { configOfRun } from '../cli/settings-of.ts';
import type { Answer } from './answer.ts';
import { dataName, dataNameOfBytes } from './data-name.ts';
import type { Desk } from './desk.ts';
import { shortNumber, shortSeconds } from './figures-json.ts';
import { UnknownNameError } from './tools/tool.ts';

/** Names in it take no more bytes than this together, and so no more tokens: the whole stays under 200. */
const MAX_NAME_BYTES = 40;
const MAX_TASKS = 2;
const MAX_KNOWN = 20;
const EVIDENCE_DAYS = 28;

/** What one node has in hand and had best do, in under 200 tokens. @throws UnknownNameError for a node nobody saw. */
export async function workloadAnswer(desk: Desk, nodeId: string): Promise<Answer> {
  const { context, nowMicros } = desk;
  const { budgets, settings } = configOfRun(context);
  const workload = await nodeWorkload(await context.collector(), {
    nodeId,
    nowMicros,
    timeZone: context.timeZone,
    seen: seenNodes(context),
    budgets,
    plans: settings.flatPlans,
  });
  if ('known' in workload) throw unknownNode(workload.known);
  return workloadJson(workload, desk, nodeId);
}

function unknownNode(known: readonly string[]): UnknownNameError {
  const hint =
    known.length === 0 ? 'None was seen yet: is `amicus-metrics up` running?' : 'Give the id of one that was seen.';
  return new UnknownNameError(
    'No node of this name was ever seen.',
    hint,
    known.slice(0, MAX_KNOWN).map((name) => dataName(name)),
  );
}

function workloadJson(workload: NodeWorkload, desk: Desk, nodeId: string): Answer {
  const { node, signal, reason, queue, liveNodes, tasks, like, ownMedianSeconds, budget } = workload;
  const { nowMicros, evidence } = desk;
  return {
    signal,
    because: { figure: reason.figure, value: shortSeconds(reason.value), limit: shortSeconds(reason.limit) },
    queue:
      queue === undefined
        ? undefined
        : {
            pending: queue.pending,
            oldest_seconds: shortSeconds(queue.oldestPendingSeconds),
            told_seconds_ago: shortSeconds(Math.max(0, nowMicros - queue.atMicros) / 1e6),
          },
    live_nodes: liveNodes,
    state: node.status,
    state_seconds: node.sinceMicros === undefined ? undefined : shortSeconds((nowMicros - node.sinceMicros) / 1e6),
    open_tasks: tasks.length,
    tasks: tasksJson(tasks),
    like_work:
      like === undefined
        ? undefined
        : {
            p50_seconds: shortSeconds(like.p50),
            p95_seconds: shortSeconds(like.p95),
            samples: like.samples,
            my_p50_seconds: shortSeconds(ownMedianSeconds),
          },
    budget: budget === undefined ? undefined : { used_share: shortNumber(budget.usedShare), per: budget.per },
    evidence: [
      evidence.keep({
        shows: 'attempts of this node that ended',
        metric: 'task.completed',
        filters: { node_id: nodeId },
        fromMicros: nowMicros - EVIDENCE_DAYS * MICROS_PER_DAY,
        toMicros: nowMicros,
        aggregations: ['p50(duration_seconds)', 'p95(duration_seconds)'],
      }),
    ],
    next: { tool: 'get_metrics_insights' },
  };
}

function tasksJson(tasks: NodeWorkload['tasks']): readonly object[] {
  let left = MAX_NAME_BYTES;
  const shown: object[] = [];
  for (const { taskId, seconds } of tasks.slice(0, MAX_TASKS)) {
    const name = dataNameOfBytes(taskId, MAX_NAME_BYTES - 2);
    left -= Buffer.byteLength(JSON.stringify(name));
    if (left < 0) break;
    shown.push({ task_id: name, seconds: shortSeconds(seconds) });
  }
  return shown;
}
