import { MICROS_PER_DAY } from '../../model/range.ts';
import { meanOf } from '../statistics/mean.ts';
import { ratioBetween } from '../statistics/shift.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { HISTORY_DAYS, readTaskCosts, type TaskCost } from './task-costs.ts';

/** The same work that costs more than it did. */
export const costSpike = defineDetector({
  kind: 'cost_spike',
  title: 'Cost spike',
  doc:
    'Compares what tasks cost in the window with what they cost before, task by task (the typical ratio, with its ' +
    'interval): a busy day costs more, and one dear task more still, and neither is a spike. The last week does not count ' +
    'where there are tasks enough before it, so that dearer days are found as long as they last.',
  parameters: {
    history_days: HISTORY_DAYS,
    min_tasks: { value: 8, unit: 'tasks', doc: 'Tasks with a known cost that the window must have.' },
    min_history: { value: 20, unit: 'tasks', doc: 'Tasks with a known cost that the days before must have.' },
    ratio: { value: 1.4, unit: 'times', doc: 'A task must typically cost so many times as much.' },
    min_ratio: { value: 1.1, unit: 'times', doc: 'And so many times as much beyond chance.' },
    min_extra_usd: { value: 1, unit: 'usd', doc: 'And so much more a day altogether.' },
  },
  gather: (ask, window, values) => readTaskCosts(ask, window, values.history_days),
  judge({ now, before, settled }, window, values) {
    const costs = knownCosts(now);
    const usual =
      [settled, before].map(knownCosts).find((own) => own.length >= values.min_history) ?? knownCosts(before);
    if (costs.length + usual.length === 0) {
      return { state: 'no_data', reason: 'No task with a known cost.', findings: [] };
    }
    if (costs.length < values.min_tasks || usual.length < values.min_history) {
      const reason =
        `${costs.length} tasks with a known cost in the window and ${usual.length} before; ` +
        `it takes ${values.min_tasks} and ${values.min_history}.`;
      return { state: 'learning', reason, findings: [] };
    }
    const ratio = ratioBetween(usual, costs);
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const spent = costs.reduce((sum, cost) => sum + cost, 0) / days;
    const extra = (times: number): number => Math.max(0, spent * (1 - 1 / times));
    if (
      ratio === undefined ||
      ratio.ratio < values.ratio ||
      ratio.low < values.min_ratio ||
      extra(ratio.ratio) < values.min_extra_usd
    ) {
      return { state: 'clear', reason: 'Tasks cost what they usually do.', findings: [] };
    }
    const [mean, meanBefore] = [meanOf(costs), meanOf(usual)];
    const figure = (value: number, samples: number) => ({ value, unit: 'usd', samples }) as const;
    const finding: Finding = {
      kind: 'cost_spike',
      subject: { kind: 'cluster', id: undefined },
      severity: ratio.low >= 2 ? 'critical' : 'warning',
      summary:
        `Tasks cost ${ratio.ratio.toFixed(1)} times what they usually do: $${mean.toFixed(2)} each on average, ` +
        `$${spent.toFixed(2)} a day.`,
      observed: figure(mean, costs.length),
      expected: figure(meanBefore, usual.length),
      effect: {
        ...figure(mean * (1 - 1 / ratio.ratio), costs.length),
        low: mean * (1 - 1 / ratio.low),
        high: mean * (1 - 1 / ratio.high),
      },
      impact: {
        usdPerDay: { ...figure(extra(ratio.ratio), costs.length), low: extra(ratio.low), high: extra(ratio.high) },
      },
      sinceMicros: window.fromMicros,
      evidence: [
        {
          shows: 'requests to models in the window',
          metric: 'tokens.consumed',
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: { ratio: ratio.ratio, tasks: costs.length },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

const knownCosts = (tasks: readonly TaskCost[]): number[] =>
  tasks.map(({ costUsd }) => costUsd).filter((costUsd) => costUsd > 0);
