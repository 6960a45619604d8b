import { MICROS_PER_DAY } from '../../model/range.ts';
import { ascending, median, quantile } from '../statistics/quantiles.ts';
import { robustLine } from '../statistics/robust-line.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { HISTORY_DAYS, readTaskCosts, type TaskCost } from './task-costs.ts';

/** Single tasks that cost many times what tasks of their length cost. */
export const costOutlierTask = defineDetector({
  kind: 'cost_outlier_task',
  title: 'Tasks that cost far too much',
  doc:
    'Looks for tasks that cost far more than tasks of their length with their model did in the days before: beyond fences ' +
    'around the line on which cost grows with length. Long tasks are dear, and that is no outlier; nor is a day on which ' +
    'all tasks are dearer.',
  parameters: {
    history_days: HISTORY_DAYS,
    min_tasks: { value: 10, unit: 'tasks', doc: 'So many of one model it takes.' },
    fence: { value: 3, unit: 'quartile ranges', doc: 'How far beyond the upper quartile a task must be.' },
    ratio: { value: 3, unit: 'times', doc: 'And it must cost so many times what tasks of its length cost.' },
    typical_ratio: { value: 2, unit: 'times', doc: 'And so many times the typical cost of a task.' },
    min_usd: { value: 0.5, unit: 'usd', doc: 'And so dear, to be worth telling.' },
  },
  gather: (ask, window, values) => readTaskCosts(ask, window, values.history_days),
  judge({ now, before: earlier }, window, values) {
    if (now.length + earlier.length === 0) {
      return { state: 'no_data', reason: 'No task with a known cost.', findings: [] };
    }
    const history = earlier.filter(({ costUsd, workSeconds }) => costUsd > 0 && workSeconds > 0);
    if (history.length < values.min_tasks) {
      const reason = `${history.length} tasks with a known cost before; it takes ${values.min_tasks}.`;
      return { state: 'learning', reason, findings: [] };
    }
    const usual = usualByModel(history, values);
    const typical = median(history.map(({ costUsd }) => costUsd)) ?? 0;
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const findings = standingOut(now, usual, values)
      .filter(({ task }) => task.costUsd >= values.min_usd && task.costUsd >= values.typical_ratio * typical)
      .sort((a, b) => b.task.costUsd - a.task.costUsd)
      .map(({ task, like }): Finding => {
        const expected = expectedCost(task, like);
        const figure = (value: number, samples: number) => ({ value, unit: 'usd', samples }) as const;
        return {
          kind: 'cost_outlier_task',
          subject: { kind: 'task', id: task.taskId },
          severity: 'warning',
          summary:
            `One task cost $${task.costUsd.toFixed(2)}; tasks of its length cost $${expected.toFixed(2)}, ` +
            `and a typical task $${typical.toFixed(2)}.`,
          observed: figure(task.costUsd, 1),
          expected: figure(expected, history.length),
          effect: {
            ...figure(task.costUsd - expected, history.length),
            low: task.costUsd - expected * Math.exp(like.high),
            high: task.costUsd - expected * Math.exp(like.low),
          },
          impact: { usdPerDay: figure((task.costUsd - expected) / days, 1) },
          sinceMicros: window.fromMicros,
          evidence: [
            {
              shows: 'requests for this task that name it',
              metric: 'tokens.consumed',
              filters: { task_id: task.taskId },
              fromMicros: window.fromMicros,
              toMicros: window.toMicros,
            },
          ],
          facts: {
            task_id: task.taskId,
            cost_usd: task.costUsd,
            ...(task.nodeId === undefined ? {} : { node_id: task.nodeId }),
            ...(task.model === undefined ? {} : { model: task.model }),
          },
        };
      });
    return findings.length > 0
      ? { state: 'findings', reason: `${findings.length} tasks cost far more than others.`, findings }
      : { state: 'clear', reason: `Of ${now.length} tasks none cost far more than others of its length.`, findings };
  },
});

/** How cost grows with length, as logarithms, and how far from that tasks are. */
type Usual = {
  readonly slope: number;
  readonly intercept: number;
  readonly low: number;
  readonly high: number;
};
type Values = { readonly min_tasks: number; readonly fence: number; readonly ratio: number };

const isKnown = ({ costUsd, workSeconds }: TaskCost): boolean => costUsd > 0 && workSeconds > 0;

/** By model, since a dear model makes every task dear. A model that has done few tasks is not judged by those of others. */
function usualByModel(tasks: readonly TaskCost[], values: Values): ReadonlyMap<string | undefined, Usual> {
  const known = tasks.filter(isKnown);
  return new Map(
    [...Map.groupBy(known, ({ model }) => model)]
      .filter(([, own]) => own.length >= values.min_tasks)
      .flatMap(([model, own]) => {
        const usual = usualOf(own, values.fence);
        return usual === undefined ? [] : [[model, usual] as const];
      }),
  );
}

/** Cost grows faster than length, since a longer task carries more with every request. Fences as Tukey draws them (1977). */
function usualOf(tasks: readonly TaskCost[], ranges: number): Usual | undefined {
  const points = tasks.map(({ costUsd, workSeconds }) => ({ x: Math.log(workSeconds), y: Math.log(costUsd) }));
  const line = robustLine(points);
  if (line === undefined) return undefined;
  const rests = ascending(points.map(({ x, y }) => y - line.intercept - line.slope * x));
  const [first = 0, third = 0] = [quantile(rests, 0.25), quantile(rests, 0.75)];
  return { ...line, low: first - ranges * (third - first), high: third + ranges * (third - first) };
}

const expectedCost = ({ workSeconds }: TaskCost, { intercept, slope }: Usual): number =>
  Math.exp(intercept + slope * Math.log(workSeconds));

/** Tasks beyond the fences of their like. Where all tasks of a day are dearer, the fences move with them: that is another finding. */
function standingOut(
  tasks: readonly TaskCost[],
  usual: ReadonlyMap<string | undefined, Usual>,
  values: Values,
): { readonly task: TaskCost; readonly like: Usual }[] {
  const compared = tasks.filter(isKnown).flatMap((task) => {
    const like = usual.get(task.model);
    return like === undefined ? [] : [{ task, like, rest: Math.log(task.costUsd / expectedCost(task, like)) }];
  });
  const shift = Math.max(0, median(compared.map(({ rest }) => rest)) ?? 0);
  return compared.filter(({ rest, like }) => rest - shift > Math.max(like.high, Math.log(values.ratio)));
}
