import { advance, type AlertMemory, type Contrary, levelOf, UNKNOWN_GROUP } from './advance.ts';
import { absentOf, type AlertLevel, type AlertRule, type AlertState, type MeasuredMoment } from './alert-rule.ts';

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

type Running = { memory: AlertMemory; contrary: Contrary; episode: Episode | undefined };

/** Advances through moments, from nothing remembered. */
export function replay(
  policy: Pick<AlertRule, 'kind' | 'forMicros' | 'cooldownMicros' | 'noData'>,
  moments: readonly MeasuredMoment[],
): Replay {
  const running = new Map<string | undefined, Running>();
  const episodes: Episode[] = [];
  let [told, toldEnds] = [0, 0];
  let seen: MeasuredMoment['groups'] | undefined;
  let isSettled = false;
  for (const { atMicros, groups } of moments) {
    if (isSettled && groups === seen) continue;
    seen = groups;
    isSettled = true;
    for (const group of groups.keys()) {
      if (!running.has(group)) running.set(group, { memory: UNKNOWN_GROUP, contrary: {}, episode: undefined });
    }
    for (const [group, own] of running) {
      const { memory, contrary, change } = advance(policy, own, groups.get(group) ?? absentOf(policy), atMicros);
      own.memory = memory;
      own.contrary = contrary;
      if (!isStill(own)) isSettled = false;
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

/** Whether the same measurement again would change nothing: no timer runs, and nothing is left to be told. */
function isStill({ memory, contrary }: Running): boolean {
  const { warn, critical, noData } = contrary;
  const isTimed = warn !== undefined || critical !== undefined || noData !== undefined;
  return !isTimed && memory.announced === levelOf(memory.state);
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

/** How long a rule would have fired until an end, of all groups together. */
export function firingMicros(episodes: readonly Episode[], endMicros: number): number {
  return episodes.reduce((sum, { fromMicros, toMicros = endMicros }) => sum + (toMicros - fromMicros), 0);
}
