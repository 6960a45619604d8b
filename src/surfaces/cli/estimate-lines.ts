import { BAND_LEVELS } from '../../analysis/forecast/bands.ts';
import type { Estimate, TaskEstimate, TaskTraits } from '../../analysis/forecast/task-estimate.ts';
import { percent } from './forecast-lines.ts';
import type { AnswerColumn } from './print-rows.ts';
import { formatCount, formatSeconds, formatShare, formatUsd } from './terminal/units.ts';

/** The band whose past is told: wide enough to plan by, narrow enough to be of use. */
const TOLD_LEVEL = 0.8;

/** What a task will take and cost, in sentences. */
export function estimateLines(estimate: TaskEstimate, traits: TaskTraits): string[] {
  const asked = Object.entries(traits).flatMap(([trait, value]) => (value === undefined ? [] : [trait]));
  const dropped = asked.filter((trait) => !estimate.alikeIn.some((kept) => kept === trait));
  const wider = dropped.length === 0 ? '' : ` Too few were of the same ${dropped.join(' and ')} as well.`;
  const one = (title: string, figures: Estimate | undefined, show: (value: number) => string): string =>
    figures === undefined
      ? `${title}  too few to say: ${estimate.needed} tasks with that figure are needed`
      : `${title}  about ${show(figures.middle)}${bandsText(figures, show)}`;
  const lacking = estimate.workSeconds === undefined || estimate.costUsd === undefined;
  return [
    one('Takes', estimate.workSeconds, formatSeconds),
    one('Costs', estimate.costUsd, formatUsd),
    `From ${formatCount(estimate.tasks)} ended tasks of the same ${estimate.alikeIn.join(', ')}.${wider}`,
    ...(lacking ? ['A longer --since finds more of them; costs need usage that names its task or its session.'] : []),
  ];
}

function bandsText({ bands, samples, coverage }: Estimate, show: (value: number) => string): string {
  const told = bands.map(({ level, low, high }) => `${percent(level)} ${show(low)} to ${show(high)}`).join(', ');
  const held = coverage.find(({ level }) => level === TOLD_LEVEL);
  const before = held === undefined ? '' : `; 80 % held ${formatShare(held.held, held.tried)} before`;
  const missing =
    bands.length === BAND_LEVELS.length ? '' : `; ${formatCount(samples)} tasks are too few for wider bands`;
  return ` (${told}${before}${missing})`;
}

type EstimateRow = { readonly figure: string; readonly estimate: Estimate | undefined };

/** Columns of an estimate's rows for programs. */
export const ESTIMATE_COLUMNS: readonly AnswerColumn<EstimateRow>[] = [
  { key: 'figure', raw: ({ figure }) => figure },
  { key: 'samples', raw: ({ estimate }) => estimate?.samples },
  { key: 'middle', raw: ({ estimate }) => estimate?.middle },
  ...BAND_LEVELS.flatMap((level): AnswerColumn<EstimateRow>[] => [
    {
      key: `p${Math.round(level * 100)}_low`,
      raw: ({ estimate }) => estimate?.bands.find((band) => band.level === level)?.low,
    },
    {
      key: `p${Math.round(level * 100)}_high`,
      raw: ({ estimate }) => estimate?.bands.find((band) => band.level === level)?.high,
    },
  ]),
];

/** An estimate as rows. */
export const estimateRows = (estimate: TaskEstimate): EstimateRow[] => [
  { figure: 'work_seconds', estimate: estimate.workSeconds },
  { figure: 'cost_usd', estimate: estimate.costUsd },
];
