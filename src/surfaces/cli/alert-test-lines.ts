import type { BackTest } from '../../analysis/alerts/back-test.ts';
import { type Episode, firingMicros } from '../../analysis/alerts/replay.ts';
import type { AlertRule } from '../../analysis/alerts/alert-rule.ts';
import { ruleFigure, ruleText } from './alert-lines.ts';
import type { CommandContext } from './context.ts';
import { type AnswerColumn, tableLines } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { sparkline } from './terminal/sparkline.ts';
import type { Tone } from './terminal/style.ts';
import { formatCount, formatSeconds } from './terminal/units.ts';

const MAX_COLUMNS = 72;
const MAX_EPISODES = 20;
const LABEL = 8;
const DAY_SECONDS = 86_400;

const LEVEL_GLYPHS = { ok: '─', no_data: '?', warn: '▒', critical: '█' } as const;
const LEVEL_TONES: Readonly<Record<string, Tone>> = { '▒': 'warning', '█': 'bad', '?': 'warning', '─': 'quiet' };
const LEVEL_ORDER = ['ok', 'no_data', 'warn', 'critical'] as const;

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${formatCount(count)} times`);

/** `30 days`; below two days in hours. */
function lengthText(micros: number): string {
  const seconds = micros / 1e6;
  return seconds < 2 * DAY_SECONDS ? formatSeconds(seconds) : `${Math.round(seconds / DAY_SECONDS)} days`;
}

/** A back-test for people: what would have been, drawn and listed. */
export function backTestLines(context: CommandContext, rule: AlertRule, test: BackTest): string[] {
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  const { episodes, told, fromMicros, toMicros } = test;
  const every = rule.kind === 'finding' ? 300 : rule.stepMicros / 1e6;
  const span = `${moments.dateTime(fromMicros)} to ${moments.dateTime(toMicros)} (${timeZone})`;
  const head = [
    `${style('strong', rule.name)}  ${style('quiet', `${ruleText(rule)}${levelsText(rule)}`)}`,
    style('quiet', `${span}, evaluated every ${formatSeconds(every)}: ${times(test.moments.length)}`),
  ];
  const isMeasured = test.moments.some(({ groups }) => [...groups.values()].some(({ kind }) => kind === 'value'));
  if (!isMeasured && episodes.length === 0) {
    const why =
      rule.kind === 'finding' ? 'No finding of that kind was told in this time.' : 'Nothing was measured in this time.';
    return [...head, `${why} Whether the rule would fire cannot be told.`];
  }
  return [
    ...head,
    style(episodes.length === 0 ? 'good' : 'strong', verdict(test)),
    ...(told === episodes.length
      ? []
      : [
          `People would have been told ${times(told)}: not of one level twice within ${formatSeconds(rule.cooldownMicros / 1e6)}.`,
        ]),
    '',
    ...timeline(context, rule, test),
    ...episodeLines(context, test),
    ...suggestionLines(rule, test),
  ];
}

function levelsText(rule: AlertRule): string {
  if (rule.kind === 'finding') return '';
  const levels = (['critical', 'warn'] as const).flatMap((level) =>
    rule[level] === undefined ? [] : [`${ruleFigure(rule, rule[level])} (${level})`],
  );
  return `, ${rule.direction} ${levels.join(', ')}${rule.forMicros === 0 ? '' : `, for ${formatSeconds(rule.forMicros / 1e6)}`}`;
}

function verdict(test: BackTest): string {
  const { episodes, fromMicros, toMicros } = test;
  const within = `in ${lengthText(toMicros - fromMicros)}`;
  if (episodes.length === 0) return `Would not have fired ${within}.`;
  const all = formatSeconds(firingMicros(episodes, toMicros) / 1e6);
  return `Would have fired ${times(episodes.length)} ${within}, for ${all}${episodes.length === 1 ? '' : ' in all'}.`;
}

/** The figure (of all groups the one furthest towards the levels) and the level over time, in two lines. */
function timeline(context: CommandContext, rule: AlertRule, test: BackTest): string[] {
  const { style, timeZone } = context;
  const moments = momentFormat(timeZone);
  const { fromMicros, toMicros, episodes } = test;
  const width = Math.min(MAX_COLUMNS, context.width - LABEL - 20);
  const columnOf = (at: number): number =>
    Math.min(width - 1, Math.max(0, Math.floor(((at - fromMicros) / (toMicros - fromMicros)) * width)));
  const values: (number | undefined)[] = Array.from({ length: width }, () => undefined);
  const isBelow = rule.kind === 'metric' && rule.direction === 'below';
  for (const { atMicros, groups } of test.moments) {
    const column = columnOf(atMicros);
    for (const measured of groups.values()) {
      if (measured.kind !== 'value' || measured.value === undefined) continue;
      const before = values[column] ?? measured.value;
      values[column] = isBelow ? Math.min(before, measured.value) : Math.max(before, measured.value);
    }
  }
  const levels = Array.from({ length: width }, () => 0);
  for (const { level, fromMicros: from, toMicros: to = toMicros } of episodes) {
    for (let column = columnOf(from); column <= columnOf(to); column++) {
      levels[column] = Math.max(levels[column] ?? 0, LEVEL_ORDER.indexOf(level));
    }
  }
  const glyphs = levels.map((place) => LEVEL_GLYPHS[LEVEL_ORDER[place] ?? 'ok']);
  const present = values.filter((value) => value !== undefined);
  const [low, high] = [Math.min(0, ...present), Math.max(0, ...present)];
  const [start, end] = [moments.dateTime(fromMicros).slice(0, 10), moments.dateTime(toMicros).slice(0, 10)];
  const figure =
    rule.kind === 'finding'
      ? []
      : [
          `${'figure'.padEnd(LABEL)}${sparkline(values)}  ${low === 0 ? '0' : ruleFigure(rule, low)} to ${ruleFigure(rule, high)}`,
        ];
  return [
    ...figure,
    `${'level'.padEnd(LABEL)}${glyphs.map((glyph) => style(LEVEL_TONES[glyph] ?? 'quiet', glyph)).join('')}  ${style('quiet', '▒ warn, █ critical, ? no data')}`,
    style('quiet', `${' '.repeat(LABEL)}${start}${end.padStart(Math.max(0, width - start.length))}`),
  ];
}

function episodeLines(context: CommandContext, { episodes, toMicros: end }: BackTest): string[] {
  if (episodes.length === 0) return [];
  const moments = momentFormat(context.timeZone);
  const columns: AnswerColumn<Episode>[] = [
    { key: 'from', title: 'at', raw: ({ fromMicros }) => moments.dateTime(fromMicros) },
    {
      key: 'for',
      title: 'for',
      align: 'right',
      raw: ({ fromMicros, toMicros = end }) => formatSeconds((toMicros - fromMicros) / 1e6),
    },
    { key: 'level', title: 'level', raw: ({ level }) => level },
    ...(episodes.some(({ group }) => group !== undefined)
      ? [{ key: 'group', title: 'group', raw: ({ group }: Episode) => group }]
      : []),
    { key: 'end', title: '', raw: ({ toMicros }) => (toMicros === undefined ? 'still' : '') },
  ];
  const shown = episodes.slice(-MAX_EPISODES);
  const left = episodes.length - shown.length;
  const settings = { width: context.isTTY ? context.width : undefined, style: context.style };
  return [
    '',
    ...tableLines(columns, shown, settings),
    ...(left > 0
      ? [
          context.style(
            'quiet',
            `${left === 1 ? 'One earlier one is' : `${formatCount(left)} earlier ones are`} not shown; --json has all.`,
          ),
        ]
      : []),
  ];
}

function suggestionLines(rule: AlertRule, { suggestion, fromMicros, toMicros }: BackTest): string[] {
  if (suggestion === undefined || rule.kind === 'finding') return [];
  const { why, level, episodes, part } = suggestion;
  const share = part === 1 ? 'all' : `${Number((part * 100).toFixed(2))} %`;
  const reason = why === 'never' ? 'It never fires' : 'It fires so often that nobody would read it';
  return [
    '',
    `${reason}. A level from its own history, an estimate: warn = ${level} would have fired ${times(episodes)} in ` +
      `${lengthText(toMicros - fromMicros)}; ${share} of the figures were not ${rule.direction} it.`,
  ];
}

/** The same for programs, without the single evaluations. */
export function backTestJson(rule: AlertRule, test: BackTest) {
  const { episodes, told, toldEnds, fromMicros, toMicros, moments, suggestion } = test;
  return {
    rule: rule.name,
    measures: ruleText(rule),
    from: fromMicros / 1e6,
    to: toMicros / 1e6,
    evaluations: moments.length,
    fired: episodes.length,
    firing_seconds: firingMicros(episodes, toMicros) / 1e6,
    told,
    told_ends: toldEnds,
    episodes: episodes.map(({ group, level, fromMicros: from, toMicros: to }) => ({
      group,
      level,
      from: from / 1e6,
      to: to === undefined ? undefined : to / 1e6,
    })),
    suggestion,
  };
}
