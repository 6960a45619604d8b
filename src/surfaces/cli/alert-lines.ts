import type { AlertCheck, AlertStatus } from '../../analysis/alerts/alert-status.ts';
import type { Delivery, GroupChange } from '../../analysis/alerts/alert-book.ts';
import { levelOf } from '../../analysis/alerts/advance.ts';
import type { AlertRule, AlertState, Rank } from '../../analysis/alerts/alert-rule.ts';
import type { CommandContext } from './context.ts';
import type { AnswerColumn } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import type { Tone } from './terminal/style.ts';
import { formatByName, formatMany, formatSeconds } from './terminal/units.ts';

const STATE_WORDS: Readonly<Record<AlertState, string>> = {
  ok: 'ok',
  pending: 'pending',
  warn: 'warn',
  critical: 'critical',
  no_data: 'no data',
};
const STATE_TONES: Readonly<Record<AlertState, Tone>> = {
  ok: 'good',
  pending: 'quiet',
  warn: 'warning',
  critical: 'bad',
  no_data: 'warning',
};
const RANK_TONES: readonly Tone[] = ['quiet', 'warning', 'bad'];

const CANNOT_TELL = { text: 'cannot tell', tone: 'warning' } as const;

const stateCell = (state: AlertState) => ({ text: STATE_WORDS[state], tone: STATE_TONES[state] });

/** What words about a rule need to know of it. */
type RuleMeasure =
  | { readonly kind: 'finding'; readonly finding: string }
  | {
      readonly kind: 'metric';
      readonly metric: string;
      readonly aggregation: string;
      readonly windowMicros: number;
      readonly groupBy?: string | undefined;
    };

/** A figure of a rule, in the unit that its aggregation says. */
export function ruleFigure(rule: RuleMeasure, value: number | undefined): string {
  return rule.kind === 'finding' || value === undefined ? '–' : formatByName(rule.aggregation, value);
}

/** `p95(queue_seconds) of task.claimed in 1 h`, or `findings of backlog`. */
export function ruleText(rule: RuleMeasure): string {
  if (rule.kind === 'finding') return rule.finding === '*' ? 'any finding' : `findings of ${rule.finding}`;
  const by = rule.groupBy === undefined ? '' : ` by ${rule.groupBy}`;
  return `${rule.aggregation} of ${rule.metric} in ${formatSeconds(rule.windowMicros / 1e6)}${by}`;
}

function limit(rule: AlertRule, level: 'warn' | 'critical'): number | undefined {
  return rule.kind === 'finding' ? undefined : rule[level];
}

function limitText(rule: AlertRule, level: 'warn' | 'critical'): string {
  const value = limit(rule, level);
  if (rule.kind === 'finding' || value === undefined) return '–';
  return `${rule.direction === 'above' ? '>' : '<'} ${ruleFigure(rule, value)}`;
}

/** What `alerts` shows of each rule and group. */
export function statusColumns(context: CommandContext): AnswerColumn<AlertStatus>[] {
  const moments = momentFormat(context.timeZone);
  const seconds = (micros: number | undefined): number | undefined => (micros === undefined ? undefined : micros / 1e6);
  const since = ({ memory }: AlertStatus): number | undefined =>
    memory.sinceMicros === 0 ? undefined : memory.sinceMicros;
  return [
    { key: 'rule', title: 'rule', raw: ({ rule }) => rule.name },
    { key: 'group', title: 'group', raw: ({ group }) => group },
    {
      key: 'state',
      title: 'state',
      raw: ({ memory }) => memory.state,
      show: ({ memory: { state, acknowledged }, problem }) => {
        if (problem !== undefined) return CANNOT_TELL;
        const quiet = acknowledged === undefined ? '' : ', acknowledged';
        return { text: `${STATE_WORDS[state]}${quiet}`, tone: STATE_TONES[state] };
      },
    },
    {
      key: 'since',
      title: 'since',
      raw: (status) => seconds(since(status)),
      show: (status) => {
        const at = since(status);
        return at === undefined ? '–' : moments.dateTime(at);
      },
    },
    { key: 'acknowledged', raw: ({ memory }) => memory.acknowledged },
    {
      key: 'value',
      title: 'now',
      align: 'right',
      raw: ({ value }) => value,
      show: ({ rule, value, rank = 0 }) => ({ text: ruleFigure(rule, value), tone: toneOf(rank) }),
    },
    limitColumn('warn'),
    limitColumn('critical'),
    {
      key: 'next_evaluation',
      title: 'next',
      optional: true,
      raw: ({ nextMicros }) => seconds(nextMicros),
      show: ({ nextMicros }) => (nextMicros === undefined ? '–' : moments.time(nextMicros)),
    },
    { key: 'measures', title: 'of', optional: true, raw: ({ rule }) => ruleText(rule) },
    { key: 'notify', title: 'tells', optional: true, raw: ({ rule }) => rule.notify.join(', ') },
    { key: 'problem', raw: ({ problem }) => problem },
  ];
}

/** A level of a rule, where it has one. */
function limitColumn(level: 'warn' | 'critical'): AnswerColumn<{ readonly rule: AlertRule }> {
  return {
    key: level,
    title: level,
    align: 'right',
    raw: ({ rule }) => limit(rule, level),
    show: ({ rule }) => limitText(rule, level),
  };
}

const toneOf = (rank: Rank): Tone => RANK_TONES[rank] ?? 'quiet';

/** What `alerts check` shows. */
export function checkColumns(): AnswerColumn<AlertCheck>[] {
  return [
    { key: 'rule', title: 'rule', raw: ({ rule }) => rule.name },
    { key: 'group', title: 'group', raw: ({ group }) => group },
    {
      key: 'state',
      title: 'state',
      raw: ({ state }) => state,
      show: ({ state, problem }) => (problem === undefined ? stateCell(state) : CANNOT_TELL),
    },
    {
      key: 'value',
      title: 'now',
      align: 'right',
      raw: ({ value }) => value,
      show: ({ rule, value }) => ruleFigure(rule, value),
    },
    limitColumn('warn'),
    limitColumn('critical'),
    { key: 'measures', title: 'of', optional: true, raw: ({ rule }) => ruleText(rule) },
    { key: 'problem', raw: ({ problem }) => problem },
  ];
}

const CAUSE_WORDS = { measured: '', acknowledged: 'acknowledged', resolved: 'resolved by hand' } as const;

/** What `alerts history` shows. */
export function historyColumns(context: CommandContext, rules: readonly AlertRule[]): AnswerColumn<GroupChange>[] {
  const moments = momentFormat(context.timeZone);
  return [
    {
      key: 'at',
      title: 'at',
      raw: ({ change }) => change.atMicros / 1e6,
      show: ({ change }) => moments.dateTime(change.atMicros),
    },
    { key: 'rule', title: 'rule', raw: ({ rule }) => rule },
    { key: 'group', title: 'group', raw: ({ group }) => group },
    {
      key: 'state',
      title: 'state',
      raw: ({ change }) => change.state,
      show: ({ change }) => stateCell(change.state),
    },
    {
      key: 'value',
      title: 'figure',
      align: 'right',
      raw: ({ change }) => change.value,
      show: ({ rule: name, change }) => {
        const rule = rules.find((one) => one.name === name);
        return rule === undefined
          ? change.value === undefined
            ? '–'
            : String(change.value)
          : ruleFigure(rule, change.value);
      },
    },
    {
      key: 'told',
      title: 'told',
      raw: ({ change }) => change.notified,
      show: ({ change }) => (change.notified ? (change.announced === 'ok' ? 'the end' : change.announced) : ''),
    },
    { key: 'cause', title: 'by', raw: ({ change }) => change.cause, show: ({ change }) => CAUSE_WORDS[change.cause] },
  ];
}

/** The last failure of each channel that has delivered nothing since, in sentences. */
export function failureLines(context: CommandContext, deliveries: readonly Delivery[]): string[] {
  const moments = momentFormat(context.timeZone);
  const last = new Map(deliveries.map((delivery) => [delivery.channel, delivery]));
  return [...last.values()]
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ channel, rule, atMicros, attempts, reason }) => {
      const tries = attempts === undefined || attempts <= 1 ? '' : ` after ${attempts} tries`;
      return `${channel} was not reached${tries}: ${reason ?? 'for an unknown reason'}, ${moments.dateTime(atMicros)} (${rule}). Try \`amicus-metrics alerts send-test ${channel}\`.`;
    });
}

/** `2 rules: 1 fires, 1 is well`. */
export function headline(statuses: readonly AlertStatus[], rules: number): string {
  const firing = statuses.filter(({ memory }) => levelOf(memory.state) !== 'ok').length;
  const fires = firing === 0 ? 'nothing fires' : `${firing} ${firing === 1 ? 'fires' : 'fire'}`;
  return `${formatMany(rules, 'rule')}, ${fires}`;
}
