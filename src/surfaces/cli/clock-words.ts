import type { NodeState, TaskState } from '../../analysis/clock/cluster-clock.ts';
import type { PathShare } from '../../analysis/clock/path-shares.ts';
import type { Tone } from './terminal/style.ts';
import { ABSENT, formatSeconds } from './terminal/units.ts';

const STATE_WORDS: Readonly<Record<TaskState | NodeState, string>> = {
  queued: 'queued',
  blocked: 'blocked',
  working: 'working',
  lock_wait: 'lock wait',
  testing: 'testing',
  in_review: 'in review',
  human_wait: 'waiting for a person',
  abandoned: 'abandoned',
  unattributed: 'unattributed',
  idle: 'idle',
  waiting: 'waiting',
  dead: 'dead',
};
const STATE_TONES: Readonly<Partial<Record<TaskState | NodeState, Tone>>> = {
  working: 'good',
  testing: 'good',
  abandoned: 'bad',
  dead: 'bad',
  human_wait: 'warning',
  blocked: 'warning',
  unattributed: 'quiet',
  idle: 'quiet',
};

/** A length of time; nothing at all is `0`. */
export const lengthText = (micros: number): string => (micros === 0 ? '0' : formatSeconds(micros / 1e6));

/** A part of a whole in per cent: never 0 for what is there, never 100 for what is not all. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) return ABSENT;
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 100) return '>99 %';
  return `${Math.round(percent)} %`;
}

/** What a state is called on the screen, with its tone. */
export function stateCell(state: TaskState | NodeState): { text: string; tone: Tone } {
  return { text: STATE_WORDS[state], tone: STATE_TONES[state] ?? 'strong' };
}

/** What the path lay with, where that has no name. */
export const RESOURCE_WORDS = {
  queue: 'waiting in the queue',
  blocked: 'blocked',
  review: 'a review',
  person: 'a person',
  arrival: 'no task to begin',
  unknown: 'not known',
} as const;

/** What the path lay with, in words. */
export function resourceText({ kind, id }: PathShare): string {
  const name = id ?? '(unknown)';
  switch (kind) {
    case 'node':
      return `work of ${name}`;
    case 'standstill':
      return `${name}, which had it and stood still`;
    case 'lock':
      return id === undefined ? 'the lock' : `the lock, held by ${name}`;
    default:
      return RESOURCE_WORDS[kind];
  }
}
