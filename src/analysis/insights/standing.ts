import { MICROS_PER_DAY } from '../../model/range.ts';
import type { Advice, AdviceAction } from '../advice/advice.ts';
import { GRAVITY, type Severity } from '../detectors/finding.ts';
import type { AdviceDecision, DecisionBook, FindingChange } from './decision-book.ts';

/**
 * Where advice stands.
 *
 * - `open`: to be decided. `held`: not offered now, since it would undo, or be judged by, what was just done.
 * - `accepted`: somebody does it, and its effect is being measured. `dismissed`: somebody does not want it.
 * - `expired`: it was open for long and nobody decided.
 */
export type Standing = {
  readonly state: 'open' | 'held' | 'accepted' | 'dismissed' | 'expired';
  readonly sinceMicros: number;
  /** When this ends by itself. Absent: it does not. */
  readonly untilMicros: number | undefined;
  /** One sentence: why it is held or came back. */
  readonly because: string | undefined;
};

/** A verdict is due by then; if it is still found afterwards, it is advised again. */
const ACCEPTED_DAYS = 14;
/** Dismissed advice comes back after so long, or as soon as it is worse. */
const DISMISSED_DAYS = 30;
const EXPIRY_DAYS = 14;
/**
 * Detectors look at the last day, so for a day after a change they still see what was before it. Advice against what was
 * just done would be judged by the time in which it was not yet done, and the two would take turns for ever.
 */
const COOLDOWN_DAYS = 1;

const OPPOSITES: Readonly<Partial<Record<AdviceAction, readonly AdviceAction[]>>> = {
  spawn_node: ['terminate_idle'],
  terminate_idle: ['spawn_node', 'restart_node'],
  restart_node: ['terminate_idle'],
};
const days = (count: number): number => count * MICROS_PER_DAY;

/** Where a piece of advice stands now, from everything that is remembered. */
export function standingOf(advice: Advice, book: DecisionBook, nowMicros: number): Standing {
  const decided = book.decisions.findLast(({ adviceId }) => adviceId === advice.id);
  if (decided !== undefined) {
    const standing = decidedStanding(decided, advice.finding.severity, nowMicros);
    if (standing !== undefined) return standing;
  }
  const held = heldBecause(advice, book, nowMicros);
  if (held !== undefined) return held;
  return openStanding(advice, decided, book.changes, nowMicros);
}

/** @returns Nothing when the decision no longer counts. */
function decidedStanding(decided: AdviceDecision, severity: Severity, nowMicros: number): Standing | undefined {
  const { decision, atMicros: sinceMicros } = decided;
  if (decision === 'reopened') return undefined;
  const untilMicros = sinceMicros + days(decision === 'accepted' ? ACCEPTED_DAYS : DISMISSED_DAYS);
  if (nowMicros >= untilMicros) return undefined;
  const isWorse = GRAVITY[severity] > GRAVITY[decided.severity ?? severity];
  if (decision === 'dismissed' && isWorse) return undefined;
  return { state: decision, sinceMicros, untilMicros, because: undefined };
}

function heldBecause(advice: Advice, { decisions, changes }: DecisionBook, nowMicros: number): Standing | undefined {
  const opposites: readonly string[] = OPPOSITES[advice.action] ?? [];
  const isOpposite = (action: string | undefined): boolean => action !== undefined && opposites.includes(action);
  const accepted = decisions.findLast(({ decision, action }) => decision === 'accepted' && isOpposite(action));
  const opened = changes.findLast(({ change, action }) => change === 'opened' && isOpposite(action));
  const candidates = [
    {
      atMicros: accepted?.atMicros,
      because: 'The opposite was accepted less than a day ago; its effect must show first.',
    },
    {
      atMicros: opened?.atMicros,
      because: 'The opposite was found less than a day ago; first one of the two must hold.',
    },
  ];
  for (const { atMicros, because } of candidates) {
    if (atMicros === undefined || atMicros > nowMicros || nowMicros >= atMicros + days(COOLDOWN_DAYS)) continue;
    return { state: 'held', sinceMicros: atMicros, untilMicros: atMicros + days(COOLDOWN_DAYS), because };
  }
  return undefined;
}

function openStanding(
  advice: Advice,
  decided: AdviceDecision | undefined,
  changes: readonly FindingChange[],
  nowMicros: number,
): Standing {
  const opened = openedSince(advice.id, changes);
  const sinceMicros = Math.max(opened ?? advice.finding.sinceMicros, decided?.atMicros ?? 0);
  const because = cameBack(decided);
  const untilMicros = sinceMicros + days(EXPIRY_DAYS);
  if (opened !== undefined && nowMicros >= untilMicros) {
    return {
      state: 'expired',
      sinceMicros: untilMicros,
      untilMicros: undefined,
      because: 'Nobody decided for two weeks.',
    };
  }
  return { state: 'open', sinceMicros, untilMicros: opened === undefined ? undefined : untilMicros, because };
}

function cameBack(decided: AdviceDecision | undefined): string | undefined {
  if (decided === undefined || decided.decision === 'reopened') return undefined;
  return decided.decision === 'dismissed'
    ? 'It was dismissed, and came back: it is worse now, or that was a month ago.'
    : 'It was accepted two weeks ago, and is still found.';
}

/** When it was last found anew or became worse; nothing when `up` never saw it, or saw it end. */
function openedSince(findingId: string, changes: readonly FindingChange[]): number | undefined {
  const own = changes.filter((change) => change.findingId === findingId);
  const last = own.at(-1);
  if (last === undefined || last.change === 'closed') return undefined;
  return own.findLast(({ change }) => change === 'opened' || change === 'worse')?.atMicros;
}
