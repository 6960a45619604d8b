import { MICROS_PER_DAY } from '../../model/range.ts';
import { measuredMoments, measuredOf, type MetricRule } from './alert-rule.ts';
import { firingMicros, type Replay, replay } from './replay.ts';
import type { FigureMoment } from './rule-figures.ts';

/** A level from the rule's own history. */
export type LevelSuggestion = {
  readonly why: 'never' | 'too_often';
  readonly level: number;
  /** How often it would have fired with that as its only level. */
  readonly episodes: number;
  /** Part of the figures that were not beyond it, 0 to 1. */
  readonly part: number;
};

/** More often than this, alerts are soon not read any more. */
const MAX_EPISODES_PER_DAY = 1;
const MAX_FIRING_PART = 0.2;
/** A suggested level fires about so often, or less. */
const WANTED_PER_WEEK = 1;
/** Quantiles of the history that are tried, the lowest first. */
const PARTS = [0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999];

/**
 * A level that would have fired about once a week, for a rule that never fires or does so all the time. Nothing for
 * rules that fire now and then, and for figures of which no level can be told, such as one that never changes.
 */
export function suggestLevel(
  rule: MetricRule,
  figures: readonly FigureMoment[],
  { episodes }: Pick<Replay, 'episodes'>,
): LevelSuggestion | undefined {
  const values = Float64Array.from(
    figures.flatMap(({ groups }) => [...groups.values()].filter((value) => value !== undefined)),
  ).sort();
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined || least === most) return undefined;
  const spanMicros = (figures.at(-1)?.atMicros ?? 0) - (figures[0]?.atMicros ?? 0);
  const days = Math.max(1, spanMicros / MICROS_PER_DAY);
  const isTooOften = firesTooOften(figures, episodes, days);
  if (episodes.length > 0 && !isTooOften) return undefined;

  const isAbove = rule.direction === 'above';
  const quantiles = PARTS.map((part) => Math.round((isAbove ? part : 1 - part) * (values.length - 1)));
  // Next to the utmost value, so that at least that one fires.
  const next = isAbove ? values.findLastIndex((value) => value < most) : values.findIndex((value) => value > least);
  const tried = [...quantiles, next].map((place): LevelSuggestion => {
    const level = roundedAway(values[place] ?? 0, rule.direction);
    const single: MetricRule = { ...rule, warn: level, critical: undefined, noData: 'keep' };
    const beyond = values.filter((value) => isBeyond(single, value)).length;
    return {
      why: isTooOften ? 'too_often' : 'never',
      level,
      episodes: replay(single, measuredMoments(single, figures)).episodes.length,
      part: 1 - beyond / values.length,
    };
  });
  const fires = tried.filter(({ episodes: count }) => count > 0);
  const wanted = Math.max(1, (WANTED_PER_WEEK * days) / 7);
  // Of figures with few values none may fit: then the one that fires least, but does.
  return (
    fires.find(({ episodes: count }) => count <= wanted) ??
    fires.findLast(({ episodes: count }) => count <= MAX_EPISODES_PER_DAY * days)
  );
}

function isBeyond(rule: MetricRule, value: number): boolean {
  const measured = measuredOf(rule, value);
  return measured.kind === 'value' && measured.rank > 0;
}

function firesTooOften(figures: readonly FigureMoment[], episodes: Replay['episodes'], days: number): boolean {
  const groups = figures.reduce((most, moment) => Math.max(most, moment.groups.size), 1);
  const [first, last] = [figures[0]?.atMicros ?? 0, figures.at(-1)?.atMicros ?? 0];
  const isLong = firingMicros(episodes, last) > MAX_FIRING_PART * (last - first) * groups;
  return isLong || episodes.length > MAX_EPISODES_PER_DAY * days;
}

/** To two digits, away from what is usual, as people write levels. */
function roundedAway(value: number, direction: 'above' | 'below'): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = direction === 'above' ? Math.ceil(value / unit - 1e-9) : Math.floor(value / unit + 1e-9);
  return Number((steps * unit).toPrecision(2));
}
