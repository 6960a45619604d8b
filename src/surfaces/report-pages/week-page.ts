import type { ComparedFigure } from '../../analysis/reports/compared-figure.ts';
import type { ThingToChange, WeeklySummary } from '../../analysis/reports/weekly-summary.ts';
import { figureText, valueText } from '../cli/figure-text.ts';
import { momentFormat } from '../cli/terminal/moments.ts';
import { formatNanos } from '../cli/terminal/money.ts';
import { ABSENT, formatCount } from '../cli/terminal/units.ts';
import type { Page, PageCell, PageSection } from './page.ts';
import { counted, spanText } from './page-words.ts';

const WORDS: Readonly<Record<string, string>> = {
  completed: 'tasks completed',
  success_share: 'ended attempts that were a success',
  queue_wait: 'wait in the queue, median',
  turn_length: 'length of a turn, median',
  first_run_pass_share: 'tests that pass at the first run',
  cost: 'spend',
  cost_per_completed: 'spend for each completed task',
};
const OUTCOME_WORDS = {
  helped: 'helped',
  no_effect: 'no effect',
  harmed: 'harmed',
  cannot_tell: 'cannot tell',
} as const;

/** A week as somebody reads it in a minute. */
export function weekPage(summary: WeeklySummary, timeZone: string): Page {
  const { dateTime } = momentFormat(timeZone);
  const { recordedFromMicros, unpricedEvents } = summary;
  return {
    name: 'week',
    title: 'The week',
    span: `${spanText(summary, timeZone)}, compared with the four weeks before`,
    warnings: [
      ...(recordedFromMicros === undefined
        ? []
        : [`Recorded from ${dateTime(recordedFromMicros)} on: weeks that were not recorded whole are left out.`]),
      ...(unpricedEvents > 0
        ? [
            `Spend is at least so much: ${counted(unpricedEvents, 'request')} ${unpricedEvents === 1 ? 'has' : 'have'} no price.`,
          ]
        : []),
    ],
    lead: leadOf(summary),
    sections: [
      figureSection(summary.figures),
      changeSection(summary.changes),
      insightSection(summary),
      ...(summary.budgets.length > 0 ? [budgetSection(summary, timeZone)] : []),
    ],
  };
}

function leadOf({ figures, costNanos }: WeeklySummary): string[] {
  const completed = figures.find(({ name }) => name === 'completed')?.now.value ?? 0;
  const perTask = figures.find(({ name }) => name === 'cost_per_completed')?.now.value;
  if (completed === 0 && costNanos === 0n) return ['Nothing was completed and nothing was spent in this week.'];
  const spent =
    costNanos === 0n
      ? '; no cost is known'
      : `, and ${formatNanos(costNanos)} spent${perTask === undefined ? '' : `: ${valueText(perTask, 'usd')} each`}`;
  const differing = figures.filter(({ judgement }) => judgement === 'higher' || judgement === 'lower');
  const few = figures.filter(({ judgement }) => judgement === 'too_few').length;
  const rest = few === figures.length ? 'There is too little to compare it with.' : differenceText(differing, few);
  return [`${counted(completed, 'task')} completed${spent}. ${rest}`];
}

function differenceText(differing: readonly ComparedFigure[], few: number): string {
  const named = differing.map(({ name, judgement }) => `${WORDS[name] ?? name} (${judgement})`);
  const unknown = few === 0 ? '' : `; of ${counted(few, 'figure')} there is too little to say`;
  return named.length === 0 ? `All is as usual${unknown}.` : `Not as usual: ${named.join(', ')}${unknown}.`;
}

function figureSection(figures: readonly ComparedFigure[]): PageSection {
  return {
    title: 'This week',
    table: {
      caption: 'Figures of this week, and of the four weeks before',
      columns: [
        { title: 'figure' },
        { title: 'this week', align: 'right' },
        { title: 'usual', align: 'right' },
        { title: 'expected', align: 'right', optional: true },
        { title: 'five weeks' },
        { title: 'compared' },
      ],
      rows: figures.map((figure) => {
        const { name, unit, now, before, expected } = figure;
        const text = (value: number | undefined): string =>
          value === undefined ? ABSENT : valueText(rounded(figure, value), unit);
        return [
          WORDS[name] ?? name,
          { text: text(now.value), tone: 'strong' as const },
          text(expected?.middle),
          expected === undefined ? ABSENT : `${text(expected.low)} to ${text(expected.high)}`,
          { text: '', curve: [...before.map(({ value }) => value), now.value] },
          judgementCell(figure),
        ];
      }),
    },
    notes: [
      'Usual is the middle of the four weeks, with the range in which 95 of 100 such weeks would lie (Student’s prediction ' +
        'interval; wide, since four weeks say little). Too few: below 8 of what a figure comes from, or below 3 weeks ' +
        'before. A task is completed when it ended, whatever the outcome.',
    ],
  };
}

/** Counts are whole, expected ones too. */
const rounded = ({ unit }: ComparedFigure, value: number): number => (unit === 'count' ? Math.round(value) : value);

function judgementCell({ judgement, better, now, expected }: ComparedFigure): PageCell {
  switch (judgement) {
    case 'too_few':
      return {
        text: now.value === undefined || expected !== undefined ? 'too few this week' : 'too few weeks before',
        tone: 'quiet',
      };
    case 'as_usual':
      return { text: 'as usual', tone: 'quiet' };
    default:
      if (better === undefined) return { text: judgement, tone: 'warning' };
      return judgement === better
        ? { text: `${judgement}, better`, tone: 'good' }
        : { text: `${judgement}, worse`, tone: 'bad' };
  }
}

function changeSection(changes: readonly ThingToChange[] | undefined): PageSection {
  if (changes === undefined) return { title: 'What to change', lines: ['The detectors were not run.'] };
  if (changes.length === 0) return { title: 'What to change', lines: ['Nothing needs attention now.'] };
  return {
    title: 'What to change',
    detail: 'the gravest first, from the last day; `insights` has the rest',
    items: changes.map(({ id, severity, finding, advice, symptoms }) => {
      const savings = [advice?.saving.secondsPerDay, advice?.saving.usdPerDay].flatMap((figure) =>
        figure === undefined ? [] : [figureText(figure)],
      );
      const also = `With it: ${counted(symptoms, 'finding')} that likely ${symptoms === 1 ? 'comes' : 'come'} from it.`;
      return {
        name: id,
        text: symptoms === 0 ? finding.summary : `${finding.summary} ${also}`,
        tone: severity === 'critical' ? 'bad' : severity === 'warning' ? 'warning' : 'quiet',
        more: [
          ...(advice === undefined ? [] : [`To do: ${advice.sentence}`]),
          ...(savings.length === 0 ? [] : [`Saves about ${savings.join(' and ')} a day, estimated.`]),
        ],
      };
    }),
  };
}

function insightSection({ insights }: WeeklySummary): PageSection {
  const { opened, closed, accepted, dismissed, judged } = insights;
  return {
    title: 'Findings and advice',
    lines: [
      `${counted(opened, 'finding')} opened and ${formatCount(closed)} closed while \`up\` ran; advice accepted: ` +
        `${formatCount(accepted)}, dismissed: ${formatCount(dismissed)}.`,
    ],
    table:
      judged.length === 0
        ? undefined
        : {
            caption: 'Accepted advice, and the days after compared with the days before',
            columns: [{ title: 'advice' }, { title: 'verdict' }, { title: 'effect' }, { title: 'why' }],
            rows: judged.map(({ decision, verdict }) => [
              decision.adviceId,
              OUTCOME_WORDS[verdict.outcome],
              verdict.effect === undefined ? ABSENT : figureText(verdict.effect),
              verdict.reason,
            ]),
          },
    notes: judged.length === 0 ? [] : ['Verdicts are observational: what else changed in those days is in them too.'],
  };
}

function budgetSection({ budgets }: WeeklySummary, timeZone: string): PageSection {
  const { dateTime } = momentFormat(timeZone);
  return {
    title: 'Budgets now',
    table: {
      caption: 'How much of each budget is used',
      columns: [
        { title: 'budget' },
        { title: 'used', align: 'right' },
        { title: 'limit', align: 'right' },
        { title: 'until' },
        { title: '' },
      ],
      rows: budgets.map(({ budget, used, limit, untilMicros, exceeded, stage, unpricedEvents }) => {
        const amount = (value: bigint): string =>
          budget.unit === 'usd' ? formatNanos(value) : `${formatCount(Number(value))} ${budget.unit}`;
        return [
          `${budget.name}, this ${budget.per}`,
          `${unpricedEvents > 0 ? 'at least ' : ''}${amount(used)}`,
          amount(limit),
          dateTime(untilMicros),
          exceeded
            ? { text: 'over the limit', tone: 'bad' as const }
            : stage === undefined
              ? { text: 'below all stages', tone: 'good' as const }
              : { text: `at ${stage} %`, tone: 'warning' as const },
        ];
      }),
    },
  };
}
