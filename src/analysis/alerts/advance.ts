import type { AlertLevel, AlertPolicy, AlertState, Measured } from './alert-rule.ts';

/** What is remembered of one group of a rule: all of it can be told from `alert.changed` events. */
export type AlertMemory = {
  readonly state: AlertState;
  /** When it came into that state. */
  readonly sinceMicros: number;
  /** When anything of this last changed. */
  readonly changedMicros: number;
  /** What channels were last told. */
  readonly announced: AlertLevel;
  /** When they were last told of each level. */
  readonly toldMicros: Readonly<Partial<Record<AlertLevel, number>>>;
  /** It is silent unless it is graver than this. */
  readonly acknowledged: AlertLevel | undefined;
  readonly value: number | undefined;
};

/** A change of what is remembered. */
export type AlertChange = {
  readonly atMicros: number;
  readonly cause: 'measured' | 'acknowledged' | 'resolved';
  readonly state: AlertState;
  readonly announced: AlertLevel;
  /** Channels are to be told that `announced` is the level now. */
  readonly notified: boolean;
  readonly acknowledged: AlertLevel | undefined;
  readonly value: number | undefined;
};

/** Since when measurements have contradicted what is remembered, by what they contradict. Lost with the process. */
export type Contrary = {
  readonly warn?: number | undefined;
  readonly critical?: number | undefined;
  readonly noData?: number | undefined;
};

export type Advanced = {
  readonly memory: AlertMemory;
  readonly contrary: Contrary;
  /** Absent: nothing changed. */
  readonly change: AlertChange | undefined;
};

/** What is known of a group that was never seen. */
export const UNKNOWN_GROUP: AlertMemory = {
  state: 'ok',
  sinceMicros: 0,
  changedMicros: 0,
  announced: 'ok',
  toldMicros: {},
  acknowledged: undefined,
  value: undefined,
};

const GRAVITY: Readonly<Record<AlertLevel, number>> = { ok: 0, no_data: 1, warn: 1, critical: 2 };

/** The level of a state: what is pending is still well. */
export function levelOf(state: AlertState): AlertLevel {
  return state === 'pending' ? 'ok' : state;
}

/**
 * One evaluation of one group of a rule.
 *
 * Each level has a latch of its own: it turns when the measurement has contradicted it for `forMicros` without
 * interruption, in both directions alike. So a figure that swings between warn and critical is at least a warning all
 * the time, and one that only touches a level changes nothing.
 *
 * People are told when what they were last told is not the level now; of one level not twice within the cooldown, and
 * then when it is over, should the level still stand. The end is told to those who were told of the beginning.
 */
export function advance(
  policy: Pick<AlertPolicy, 'forMicros' | 'cooldownMicros' | 'noData'>,
  before: { readonly memory: AlertMemory; readonly contrary: Contrary },
  measured: Measured,
  atMicros: number,
): Advanced {
  const { memory } = before;
  const turned = turnLatches(policy, before, measured, atMicros);
  const level = turned.level;
  const isSilent =
    memory.acknowledged !== undefined && level !== 'ok' && GRAVITY[level] <= GRAVITY[memory.acknowledged];
  const acknowledged = isSilent ? memory.acknowledged : undefined;
  const notified =
    level !== memory.announced && (level === 'ok' || (!isSilent && isRested(policy, memory, level, atMicros)));
  const state = turned.isPending ? 'pending' : level;
  const value = measured.kind === 'value' ? measured.value : undefined;
  const { contrary } = turned;
  if (state === memory.state && !notified && acknowledged === memory.acknowledged) {
    return { memory, contrary, change: undefined };
  }
  const announced = notified ? level : memory.announced;
  const change: AlertChange = { atMicros, cause: 'measured', state, announced, notified, acknowledged, value };
  return { memory: remember(memory, change), contrary, change };
}

function isRested(
  { cooldownMicros }: Pick<AlertPolicy, 'cooldownMicros'>,
  { toldMicros }: AlertMemory,
  level: AlertLevel,
  atMicros: number,
): boolean {
  const told = toldMicros[level];
  return told === undefined || atMicros - told >= cooldownMicros;
}

type Turned = { readonly level: AlertLevel; readonly isPending: boolean; readonly contrary: Contrary };

function turnLatches(
  { forMicros, noData }: Pick<AlertPolicy, 'forMicros' | 'noData'>,
  { memory, contrary }: { readonly memory: AlertMemory; readonly contrary: Contrary },
  measured: Measured,
  atMicros: number,
): Turned {
  const level = levelOf(memory.state);
  if (measured.kind === 'gone') return { level: 'ok', isPending: false, contrary: {} };
  if (measured.kind === 'none' && noData === 'keep') {
    return { level, isPending: memory.state === 'pending', contrary };
  }
  const isMissing = measured.kind === 'none' && noData === 'alert';
  const turn = (on: boolean, wanted: boolean, since: number | undefined): Latch =>
    turnLatch({ on, since }, wanted, forMicros, atMicros);
  const missing = turn(level === 'no_data', isMissing, contrary.noData);
  if (isMissing) {
    // Nothing was measured, so no level was met or missed without interruption.
    if (missing.on) return { level: 'no_data', isPending: false, contrary: {} };
    return { level, isPending: level === 'ok', contrary: { noData: missing.since } };
  }
  const rank = measured.kind === 'value' ? measured.rank : 0;
  const warn = turn(level === 'warn' || level === 'critical', rank >= 1, contrary.warn);
  const critical = turn(level === 'critical', rank === 2, contrary.critical);
  const now = missing.on ? 'no_data' : critical.on ? 'critical' : warn.on ? 'warn' : 'ok';
  return {
    level: now,
    isPending: now === 'ok' && warn.since !== undefined,
    contrary: { warn: warn.since, critical: critical.since, noData: missing.since },
  };
}

type Latch = { readonly on: boolean; readonly since: number | undefined };

function turnLatch({ on, since }: Latch, wanted: boolean, forMicros: number, atMicros: number): Latch {
  if (wanted === on) return { on, since: undefined };
  const from = since ?? atMicros;
  return atMicros - from >= forMicros ? { on: wanted, since: undefined } : { on, since: from };
}

/** What is remembered after a change. */
export function remember(before: AlertMemory, change: AlertChange): AlertMemory {
  const { atMicros, state, announced, notified, acknowledged, value } = change;
  return {
    state,
    sinceMicros: state === before.state ? before.sinceMicros : atMicros,
    changedMicros: atMicros,
    announced,
    toldMicros: notified ? { ...before.toldMicros, [announced]: atMicros } : before.toldMicros,
    acknowledged,
    value,
  };
}

/** Somebody knows of it: silent until it is graver or over. Absent where there is nothing to know of. */
export function acknowledge(memory: AlertMemory, atMicros: number): AlertChange | undefined {
  const level = levelOf(memory.state);
  if (level === 'ok') return undefined;
  const { state, announced, value } = memory;
  return { atMicros, cause: 'acknowledged', state, announced, notified: false, acknowledged: level, value };
}

/**
 * Somebody says it is over. What channels were told stays as it was: the next evaluation tells them the end, or, where
 * the condition is still met, finds that there is none. Absent where there is nothing to end.
 */
export function resolve(memory: AlertMemory, atMicros: number): AlertChange | undefined {
  if (memory.state === 'ok') return undefined;
  const { announced, value } = memory;
  return { atMicros, cause: 'resolved', state: 'ok', announced, notified: false, acknowledged: undefined, value };
}

/**
 * The timers of a process that goes on from memory: what was pending goes on being so, unless it should have counted
 * long ago, which means that nobody looked.
 */
export function restoredContrary(
  memory: AlertMemory,
  forMicros: number,
  stepMicros: number,
  atMicros: number,
): Contrary {
  if (memory.state !== 'pending' || atMicros - memory.sinceMicros > forMicros + stepMicros) return {};
  return { warn: memory.sinceMicros, noData: memory.sinceMicros };
}
