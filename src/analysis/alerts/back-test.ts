import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { advance, type AlertMemory, type Contrary, levelOf, UNKNOWN_GROUP } from './advance.ts';
import {
  absentOf,
  type AlertLevel,
  type AlertRule,
  type AlertState,
  type MeasuredMoment,
  measuredOf,
  type MetricRule,
} from './alert-rule.ts';
import { findingMoments } from './finding-moments.ts';
import { type FigureMoment, lastEvaluation, readFigures } from './rule-figures.ts';

/** A time in which a rule would have fired for one group. */
export type Episode = {
  readonly group: string | undefined;
  /** The gravest level in it. */
  readonly level: AlertLevel;
  readonly fromMicros: number;
  /** Absent: it still fires at the end. */
  readonly toMicros: number | undefined;
};

/** What a rule would have done. */
export type Replay = {
  /** Oldest first. */
  readonly episodes: readonly Episode[];
  /** How often people would have been told of a level, and how often of an end. */
  readonly told: number;
  readonly toldEnds: number;
  /** How each group stands at the end. */
  readonly states: ReadonlyMap<string | undefined, AlertState>;
};

export type BackTest = Replay & {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly moments: readonly MeasuredMoment[];
  /** Absent where there is nothing to suggest: it fires now and then, or nothing was measured. */
  readonly suggestion: LevelSuggestion | undefined;
};

/** A level from the rule's own history. */
export type LevelSuggestion = {
  readonly why: 'never' | 'too_often';
  readonly level: number;
  /** How often it would have fired with that as its only level. */
  readonly episodes: number;
  /** Part of the evaluations that were not beyond it. */
  readonly part: number;
};

const DAY_MICROS = 86_400_000_000;
/** More often than this, alerts are soon not read any more. */
const MAX_EPISODES_PER_DAY = 1;
const MAX_FIRING_PART = 0.2;
/** A suggested level fires about so often, or less. */
const WANTED_PER_WEEK = 1;
const PARTS = [0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1];

/** Runs a rule over history as `up` would have run it: the same evaluations at the same moments through the same rules. */
export async function backTest(
  ask: EventAnswerer,
  rule: AlertRule,
  fromMicros: number,
  toMicros: number,
): Promise<BackTest> {
  if (rule.kind === 'finding') {
    const moments = await findingMoments(ask, rule, fromMicros, toMicros);
    return { ...replay(rule, moments), fromMicros, toMicros, moments, suggestion: undefined };
  }
  const first = lastEvaluation(rule, fromMicros - 1) + rule.stepMicros;
  const figures = await readFigures(ask, rule, first, lastEvaluation(rule, toMicros));
  const moments = measured(rule, figures);
  const result = replay(rule, moments);
  const suggestion = suggestLevel(rule, figures, result, (toMicros - fromMicros) / DAY_MICROS);
  return { ...result, fromMicros, toMicros, moments, suggestion };
}

function measured(rule: MetricRule, figures: readonly FigureMoment[]): MeasuredMoment[] {
  return figures.map(({ atMicros, groups }) => ({
    atMicros,
    groups: new Map([...groups].map(([group, value]) => [group, measuredOf(rule, value)])),
  }));
}

type Running = { memory: AlertMemory; contrary: Contrary; episode: Episode | undefined };

/** Advances through moments, from nothing remembered. */
export function replay(
  policy: Pick<AlertRule, 'kind' | 'forMicros' | 'cooldownMicros' | 'noData'>,
  moments: readonly MeasuredMoment[],
): Replay {
  const running = new Map<string | undefined, Running>();
  const episodes: Episode[] = [];
  let [told, toldEnds] = [0, 0];
  for (const { atMicros, groups } of moments) {
    for (const group of groups.keys()) {
      if (!running.has(group)) running.set(group, { memory: UNKNOWN_GROUP, contrary: {}, episode: undefined });
    }
    for (const [group, own] of running) {
      const { memory, contrary, change } = advance(policy, own, groups.get(group) ?? absentOf(policy), atMicros);
      own.memory = memory;
      own.contrary = contrary;
      if (change === undefined) continue;
      if (change.notified && change.announced === 'ok') toldEnds++;
      else if (change.notified) told++;
      own.episode = continued(own.episode, levelOf(change.state), group, atMicros, episodes);
    }
  }
  for (const { episode } of running.values()) if (episode !== undefined) episodes.push(episode);
  const states = new Map([...running].map(([group, { memory }]) => [group, memory.state]));
  return { episodes: episodes.sort((a, b) => a.fromMicros - b.fromMicros), told, toldEnds, states };
}

function continued(
  episode: Episode | undefined,
  level: AlertLevel,
  group: string | undefined,
  atMicros: number,
  ended: Episode[],
): Episode | undefined {
  if (level === 'ok') {
    if (episode !== undefined) ended.push({ ...episode, toMicros: atMicros });
    return undefined;
  }
  if (episode === undefined) return { group, level, fromMicros: atMicros, toMicros: undefined };
  return level === 'critical' ? { ...episode, level } : episode;
}

/** How long a rule would have fired, of all groups together. */
export function firingMicros({ episodes, toMicros: end }: Pick<BackTest, 'episodes' | 'toMicros'>): number {
  return episodes.reduce((sum, { fromMicros, toMicros }) => sum + ((toMicros ?? end) - fromMicros), 0);
}

/** A level that would have fired about once a week, for a rule that never fires or does so all the time. */
function suggestLevel(
  rule: MetricRule,
  figures: readonly FigureMoment[],
  { episodes }: Replay,
  days: number,
): LevelSuggestion | undefined {
  const values = Float64Array.from(
    figures.flatMap(({ groups }) => [...groups.values()].filter((value) => value !== undefined)),
  ).sort();
  const groups = Math.max(
    1,
    figures.reduce((most, moment) => Math.max(most, moment.groups.size), 0),
  );
  const [first, last] = [figures[0]?.atMicros ?? 0, figures.at(-1)?.atMicros ?? 0];
  const firing = firingMicros({ episodes, toMicros: last });
  const isTooOften =
    episodes.length > MAX_EPISODES_PER_DAY * Math.max(days, 1) || firing > MAX_FIRING_PART * (last - first) * groups;
  // Of a figure that never changes no level can be told.
  if (values.length === 0 || values[0] === values.at(-1) || (episodes.length > 0 && !isTooOften)) return undefined;
  const why = isTooOften ? 'too_often' : 'never';
  for (const part of PARTS) {
    const place = Math.round((rule.direction === 'above' ? part : 1 - part) * (values.length - 1));
    const level = roundedAway(values[place] ?? 0, rule.direction);
    const single: MetricRule = { ...rule, warn: level, critical: undefined, noData: 'keep' };
    const tried = replay(single, measured(single, figures)).episodes.length;
    if (tried <= Math.max(1, (WANTED_PER_WEEK * days) / 7)) return { why, level, episodes: tried, part };
  }
  return undefined;
}

/** To two digits, away from what is usual, as people write levels. */
function roundedAway(value: number, direction: 'above' | 'below'): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = direction === 'above' ? Math.ceil(value / unit - 1e-9) : Math.floor(value / unit + 1e-9);
  return Number((steps * unit).toPrecision(2));
}
