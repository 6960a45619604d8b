import type { Evidence } from '../../analysis/detectors/finding.ts';
import { findingId } from '../../analysis/detectors/finding.ts';
import type { JudgedAdvice } from '../../analysis/insights/hit-rates.ts';
import type { Incident } from '../../analysis/insights/incidents.ts';
import type { Insights, StandingAdvice } from '../../analysis/insights/insights.ts';
import type { FieldCondition } from '../../query/question.ts';
import type { CommandContext } from './context.ts';
import { figureText, valueText } from './figure-text.ts';
import { printTable } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import type { Tone } from './terminal/style.ts';
import { wrapped } from './terminal/wrapped.ts';

const TONES: Readonly<Record<string, Tone>> = { critical: 'bad', warning: 'warning', info: 'quiet' };
const OUTCOME_WORDS = {
  helped: 'helped',
  no_effect: 'no effect',
  harmed: 'harmed',
  cannot_tell: 'cannot tell',
} as const;
const INDENT = '   ';
const LABEL_WIDTH = 9;
/** Longer lines are hard to read, however wide the terminal is. */
const MAX_WIDTH = 120;

/** A sentence in lines that fit, the first after a label. */
function printText(context: CommandContext, text: string, label = ''): void {
  const labelWidth = label === '' ? 0 : LABEL_WIDTH;
  const width = Math.min(context.width, MAX_WIDTH) - INDENT.length - labelWidth;
  for (const [index, line] of wrapped(text, Math.max(30, width)).entries()) {
    const begin = labelWidth === 0 ? '' : context.style('quiet', (index === 0 ? label : '').padEnd(labelWidth));
    context.print(`${INDENT}${begin}${line}`);
  }
}

/** Prints insights for people: the gravest first, each with what to do about it. */
export function printInsights(context: CommandContext, insights: Insights, settings: { readonly all: boolean }): void {
  const { style, timeZone } = context;
  const { dateTime } = momentFormat(timeZone);
  const { window, incidents } = insights;
  const compared = 'compared with the four weeks before';
  const span = `${dateTime(window.fromMicros)} to ${dateTime(window.toMicros)} (${timeZone}), ${compared}`;
  context.print(`${style('strong', 'Insights')}  ${style('quiet', span)}`);
  context.print(summaryOf(insights));
  for (const [index, incident] of incidents.entries()) printIncident(context, insights, incident, index + 1);
  printDetectors(context, insights, settings.all);
  printJudged(context, insights.judged);
}

function summaryOf({ incidents, verdicts }: Insights): string {
  if (incidents.length > 0) {
    return incidents.length === 1
      ? 'One thing needs attention.'
      : `${incidents.length} things need attention, the gravest first.`;
  }
  const isBlind = verdicts.every(({ verdict }) => verdict.state === 'no_data' || verdict.state === 'learning');
  return isBlind
    ? 'There is too little to judge yet: let `amicus-metrics up` follow the cluster for a day, or see `amicus-metrics sources`.'
    : 'Nothing needs attention.';
}

function printIncident(context: CommandContext, insights: Insights, incident: Incident, rank: number): void {
  const { style } = context;
  const { cause, symptoms } = incident;
  const own = insights.advice.find(({ advice }) => advice.id === findingId(cause));
  context.print('');
  const severity = style(TONES[incident.severity] ?? 'quiet', incident.severity);
  context.print(`${rank}  ${severity}  ${style('strong', printable(incident.id))}`);
  printText(context, cause.summary);
  if (own !== undefined) printAdvice(context, own);
  if (symptoms.length > 0) context.print(`${INDENT}With it, and likely because of it:`);
  for (const symptom of symptoms) {
    printText(context, `${symptom.summary} (${printable(findingId(symptom))})`, '-');
  }
}

function printAdvice(context: CommandContext, { advice, standing }: StandingAdvice): void {
  const { style, timeZone } = context;
  const line = (label: string, text: string): void => printText(context, text, label);
  const params = Object.entries(advice.params).map(([name, value]) => `${name}=${shownValue(value)}`);
  line('do', `${style('accent', [advice.action, ...params].join(' '))}  (${advice.priority} priority)`);
  line(' ', advice.sentence);
  const { secondsPerDay, usdPerDay } = advice.saving;
  const savings = [secondsPerDay, usdPerDay].filter((figure) => figure !== undefined).map(figureText);
  if (savings.length > 0) line('saves', `about ${savings.join(' and ')} a day, estimated`);
  if (advice.conditions.length > 0) line('if', advice.conditions.join(' '));
  const until =
    standing.untilMicros === undefined ? '' : ` until ${momentFormat(timeZone).dateTime(standing.untilMicros)}`;
  if (standing.state !== 'open') line('state', `${standing.state}${until}`);
  if (standing.because !== undefined) line(' ', standing.because);
}

const shownValue = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : printable(value);

/** What the detectors that found nothing say: in one line, or each for itself. */
function printDetectors(context: CommandContext, { verdicts }: Insights, all: boolean): void {
  const quiet = verdicts.filter(({ verdict }) => verdict.state !== 'findings');
  if (quiet.length === 0) return;
  context.print('');
  if (all) {
    const words = { clear: 'clear', learning: 'learning', no_data: 'no data', flat: 'flat', findings: 'findings' };
    printTable(
      context,
      [
        { key: 'kind', title: 'detector', raw: ({ kind }) => kind },
        { key: 'state', title: 'state', raw: ({ verdict }) => words[verdict.state] },
        { key: 'reason', title: 'why', raw: ({ verdict }) => verdict.reason },
      ],
      verdicts,
    );
    return;
  }
  const states = Map.groupBy(quiet, ({ verdict }) => verdict.state);
  const count = (state: 'clear' | 'learning' | 'no_data' | 'flat', one: string, more: string): string[] => {
    const number = states.get(state)?.length ?? 0;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : more}`];
  };
  const parts = [
    ...count('clear', 'sees nothing wrong', 'see nothing wrong'),
    ...count('learning', 'has too little to judge', 'have too little to judge'),
    ...count('no_data', 'has no data', 'have no data'),
    ...count('flat', 'sees what never changes', 'see what never changes'),
  ];
  context.print(context.style('quiet', `Of ${verdicts.length} detectors, ${parts.join(', ')} (--all names them).`));
}

/** What became of accepted advice, with how often its kind helped. */
function printJudged(context: CommandContext, judged: readonly JudgedAdvice[]): void {
  if (judged.length === 0) return;
  const { dateTime } = momentFormat(context.timeZone);
  context.print('');
  context.print('Accepted advice, and the days after it compared with the days before (observational):');
  printTable(
    context,
    [
      { key: 'id', title: 'advice', raw: ({ decision }) => decision.adviceId },
      { key: 'accepted', title: 'accepted', raw: ({ decision }) => dateTime(decision.atMicros) },
      { key: 'outcome', title: 'verdict', raw: ({ verdict }) => OUTCOME_WORDS[verdict.outcome] },
      {
        key: 'before',
        title: 'before',
        align: 'right',
        raw: ({ verdict }) =>
          verdict.before === undefined ? '–' : valueText(verdict.before.value, verdict.before.unit),
      },
      {
        key: 'effect',
        title: 'effect',
        raw: ({ verdict }) => (verdict.effect === undefined ? '–' : figureText(verdict.effect)),
      },
      { key: 'reason', title: 'why', raw: ({ verdict }) => verdict.reason },
    ],
    judged,
  );
}

/** Detectors filter by values and lists of values only, as `--where` takes them. */
function conditionText(field: string, value: FieldCondition): string[] {
  if (typeof value === 'object' && !Array.isArray(value)) return [];
  return [
    `--where '${field}=${[value]
      .flat()
      .map((one) => printable(String(one)))
      .join(',')}'`,
  ];
}

/** The command that asks for evidence again. */
function evidenceCommand({ metric, filters, fromMicros, toMicros }: Evidence): string {
  const conditions = Object.entries(filters ?? {}).flatMap(([field, value]) => conditionText(field, value));
  const [since, until] = [fromMicros, toMicros].map((micros) => new Date(micros / 1_000).toISOString());
  return ['amicus-metrics query', metric, `--since ${since}`, `--until ${until}`, ...conditions].join(' ');
}

/** Prints one finding whole: its advice, how it will be judged, and where its figures come from. */
export function printInsight(context: CommandContext, insights: Insights, id: string): boolean {
  const findings = insights.incidents.flatMap(({ cause, symptoms }) => [cause, ...symptoms]);
  const finding = findings.find((one) => findingId(one) === id);
  if (finding === undefined) return false;
  const { style, timeZone } = context;
  const line = (label: string, text: string): void => printText(context, text, label);
  context.print(`${style('strong', printable(id))}  ${style(TONES[finding.severity] ?? 'quiet', finding.severity)}`);
  printText(context, finding.summary);
  line('seen', figureText(finding.observed));
  if (finding.expected !== undefined) line('usual', figureText(finding.expected));
  line('effect', figureText(finding.effect));
  const { secondsPerDay, usdPerDay } = finding.impact;
  const costs = [secondsPerDay, usdPerDay].filter((figure) => figure !== undefined).map(figureText);
  if (costs.length > 0) line('costs', `${costs.join(' and ')} a day`);
  line('since', momentFormat(timeZone).dateTime(finding.sinceMicros));
  const own = insights.advice.find(({ advice }) => advice.id === id);
  if (own !== undefined) {
    printAdvice(context, own);
    const { measure, better } = own.advice.verification;
    line('judged', `by ${measure}, ${better} is better: four to fourteen days after, against those before`);
  }
  context.print('Evidence:');
  for (const evidence of finding.evidence) {
    context.print(`${INDENT}${evidence.shows}`);
    context.print(`${INDENT}${style('accent', evidenceCommand(evidence))}`);
  }
  return true;
}
