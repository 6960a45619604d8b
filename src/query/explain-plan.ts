import { MICROS_PER_SECOND } from '../model/range.ts';
import { isoOf } from './parse-question.ts';
import type { Plan } from './question.ts';

const at = (seconds: number): string => isoOf(Math.round(seconds * MICROS_PER_SECOND));

/** How an answer was found, in lines for people. Times are in UTC. */
export function explainPlan(plan: Plan): string {
  const lines = [`${plan.metric}, from ${at(plan.from)} to ${at(plan.to)}`, plan.reason];
  if (plan.missingBefore !== undefined) {
    lines.push(`Incomplete: some events before ${at(plan.missingBefore)} have expired, and this question needs them.`);
  }
  for (const { from, to } of plan.damaged ?? []) {
    lines.push(`Incomplete: some events from ${at(from)} to ${at(to)} cannot be read, because the file was damaged.`);
  }
  if (plan.relativeError !== undefined) {
    lines.push(`Percentiles are within ${plan.relativeError * 100} % of the exact ones; everything else is exact.`);
  } else if (plan.exact) {
    lines.push('All figures are exact.');
  }
  return lines.join('\n');
}
