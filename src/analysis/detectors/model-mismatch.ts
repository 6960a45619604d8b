import { MICROS_PER_DAY } from '../../model/range.ts';
import { differenceOfShares } from '../statistics/proportion.ts';
import { median } from '../statistics/quantiles.ts';
import { ratioBetween } from '../statistics/shift.ts';
import { defineDetector, type ParameterValues, type Parameters } from './detector.ts';
import type { Finding } from './finding.ts';
import { HISTORY_DAYS, readAllTaskCosts, type TaskCost } from './task-costs.ts';

const PARAMETERS = {
  history_days: HISTORY_DAYS,
  min_tasks: { value: 8, unit: 'tasks', doc: 'Tasks of one role that each of the two models must have done.' },
  min_ratio: { value: 1.5, unit: 'times', doc: 'The dear model must cost so many times the other, beyond chance.' },
  margin: { value: 0.1, unit: 'share', doc: 'By so much more tasks of the dear model may succeed, or by chance.' },
  min_usd: { value: 0.5, unit: 'usd', doc: 'What it costs more a day, at least.' },
} as const satisfies Parameters;

/** Of the interval of success: four chances in five. */
const LEVEL = 0.8;
/** With fewer tasks it is a hint. */
const FEW_TASKS = 30;

/** One model's tasks of one role. */
type Side = { readonly model: string; readonly tasks: readonly TaskCost[] };

/** A dear model where a cheaper one does the same work as well. */
export const modelMismatch = defineDetector({
  kind: 'model_mismatch',
  title: 'Dear models for plain work',
  doc:
    'Compares models that do tasks of the same role: what a task costs with each, like with like by priority, and how many ' +
    'succeed. Speaks where one costs far more, beyond chance, and does not succeed more often, beyond chance and a margin. ' +
    'Who got which tasks was not drawn by lot, so it is a hint and no proof.',
  parameters: PARAMETERS,
  gather: (ask, window, values) => readAllTaskCosts(ask, window, values.history_days),
  judge(tasks, window, values) {
    const ended = tasks.filter(
      ({ outcome, model, costUsd }) => outcome !== undefined && model !== undefined && costUsd > 0,
    );
    if (ended.length === 0)
      return { state: 'no_data', reason: 'No ended task with a known cost and model.', findings: [] };
    const findings: Finding[] = [];
    let compared = 0;
    for (const [role, own] of Map.groupBy(ended, (task) => task.role)) {
      const sides = [...Map.groupBy(own, ({ model }) => model ?? '')]
        .map(([model, some]): Side => ({ model, tasks: some }))
        .filter((side) => side.tasks.length >= values.min_tasks);
      for (const dear of sides) {
        const candidates = sides.filter((other) => other !== dear && meanCost(other.tasks) < meanCost(dear.tasks));
        compared += candidates.length;
        const found = candidates.flatMap((cheap) => compare(dear, cheap, role, window, values));
        const [best] = found.sort((a, b) => (b.impact.usdPerDay?.value ?? 0) - (a.impact.usdPerDay?.value ?? 0));
        if (best !== undefined) findings.push(best);
      }
    }
    if (findings.length > 0) {
      return { state: 'findings', reason: `${findings.length} models are dearer than their work needs.`, findings };
    }
    return compared === 0
      ? { state: 'learning', reason: 'No role has had enough tasks done by two models.', findings }
      : { state: 'clear', reason: 'Where models do the same work, none costs more for nothing.', findings };
  },
});

const meanCost = (tasks: readonly TaskCost[]): number =>
  tasks.reduce((sum, { costUsd }) => sum + costUsd, 0) / tasks.length;

const succeeded = (tasks: readonly TaskCost[]): number => tasks.filter(({ outcome }) => outcome === 'success').length;

function compare(
  dear: Side,
  cheap: Side,
  role: string | undefined,
  window: { readonly fromMicros: number; readonly toMicros: number },
  values: ParameterValues<typeof PARAMETERS>,
): Finding[] {
  const ratio = costRatio(dear.tasks, cheap.tasks);
  if (ratio === undefined || ratio.low < values.min_ratio) return [];
  const [dearShare, cheapShare] = [dear, cheap].map(({ tasks }) => succeeded(tasks) / tasks.length);
  const difference = differenceOfShares(
    { hits: succeeded(cheap.tasks), total: cheap.tasks.length },
    { hits: succeeded(dear.tasks), total: dear.tasks.length },
    LEVEL,
  );
  // What a dear model costs more must show: the burden of proof is its own.
  const isBetter = difference === undefined || difference.low > 0;
  if (isBetter && (dearShare ?? 0) - (cheapShare ?? 0) > values.margin) return [];
  const recent = dear.tasks.filter(({ endedMicros = 0 }) => endedMicros >= window.fromMicros);
  const windowDays = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
  const spent = recent.reduce((sum, { costUsd }) => sum + costUsd, 0) / windowDays;
  const saved = (part: number): number => spent * (1 - 1 / part);
  if (saved(ratio.ratio) < values.min_usd) return [];
  const times = (value: number): string => value.toFixed(1);
  const share = ({ tasks }: Side): string => `${Math.round((succeeded(tasks) / tasks.length) * 100)} %`;
  return [
    {
      kind: 'model_mismatch',
      subject: { kind: 'model', id: dear.model },
      severity: dear.tasks.length < FEW_TASKS ? 'info' : 'warning',
      summary:
        `Tasks of one role cost ${times(ratio.ratio)} times as much with this model as with a cheaper one, and do not succeed more often: ` +
        `${share(dear)} of ${dear.tasks.length} against ${share(cheap)} of ${cheap.tasks.length}.`,
      observed: { value: meanCost(dear.tasks), unit: 'usd', samples: dear.tasks.length },
      expected: { value: meanCost(cheap.tasks), unit: 'usd', samples: cheap.tasks.length },
      effect: {
        value: meanCost(dear.tasks) * (1 - 1 / ratio.ratio),
        unit: 'usd',
        samples: dear.tasks.length + cheap.tasks.length,
        low: meanCost(dear.tasks) * (1 - 1 / ratio.low),
        high: meanCost(dear.tasks) * (1 - 1 / ratio.high),
      },
      impact: {
        usdPerDay: {
          value: saved(ratio.ratio),
          unit: 'usd',
          samples: recent.length,
          low: saved(ratio.low),
          high: saved(ratio.high),
        },
      },
      sinceMicros: Math.min(...dear.tasks.map(({ endedMicros = window.toMicros }) => endedMicros)),
      evidence: [
        {
          shows: 'requests to both models',
          metric: 'tokens.consumed',
          filters: { model: [dear.model, cheap.model] },
          fromMicros: window.fromMicros - values.history_days * MICROS_PER_DAY,
          toMicros: window.toMicros,
        },
      ],
      facts: {
        model: dear.model,
        cheaper_model: cheap.model,
        cost_ratio: ratio.ratio,
        ...(role === undefined ? {} : { role }),
      },
    },
  ];
}

/** How many times as much a task costs, each task against the typical one of its priority with the cheaper model. */
function costRatio(
  dear: readonly TaskCost[],
  cheap: readonly TaskCost[],
): { readonly ratio: number; readonly low: number; readonly high: number } | undefined {
  const typical = new Map(
    [...Map.groupBy(cheap, ({ priority }) => priority)].map(([priority, tasks]) => [
      priority,
      median(tasks.map(({ costUsd }) => costUsd)),
    ]),
  );
  const relative = (tasks: readonly TaskCost[]): number[] =>
    tasks.flatMap(({ costUsd, priority }) => {
      const usual = typical.get(priority);
      return usual === undefined || usual === 0 ? [] : [costUsd / usual];
    });
  return ratioBetween(relative(cheap), relative(dear));
}
