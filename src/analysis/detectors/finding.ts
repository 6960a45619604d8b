import { identityHash } from '../../model/identity-hash.ts';
import type { FilterBook } from '../../query/question.ts';

export type FigureUnit = 'seconds' | 'ms' | 'usd' | 'tokens' | 'count' | 'share' | 'per_hour' | 'per_day';

/** A figure with what is needed to believe it. A `share` is from 0 to 1; the text beside it names its denominator. */
export type Figure = {
  readonly value: number;
  readonly unit: FigureUnit;
  /** The 95 % interval, where one can be given. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** How many observations it comes from. */
  readonly samples: number;
};

const SUBJECT_KINDS = [
  'cluster',
  'node',
  'role',
  'model',
  'client',
  'task',
  'file',
  'operation',
  'tool',
  'suite',
] as const;

/** Whom or what a finding is about. The id comes from data: shown as a name, never as a sentence. */
export type Subject = { readonly kind: (typeof SUBJECT_KINDS)[number]; readonly id: string | undefined };

/** Where a figure comes from: a question that can be asked again. Moments are microseconds. */
export type Evidence = {
  /** What it shows, in a few words without names from data: `tasks that ended in the window`. */
  readonly shows: string;
  readonly metric: string;
  readonly filters?: FilterBook | undefined;
  readonly fromMicros: number;
  readonly toMicros: number;
};

export type Severity = 'info' | 'warning' | 'critical';

/** Severities in their order: more is worse. */
export const GRAVITY: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** What it cost, as far as it can be said: lost per day at the present rate. */
export type Impact = {
  /** Seconds of waiting, or of work that was lost, a day; of all tasks or nodes together. */
  readonly secondsPerDay?: Figure | undefined;
  readonly usdPerDay?: Figure | undefined;
  /** Part of all tokens of the window of which nobody knows the price, or who used them: not lost, and in nobody's hands. */
  readonly unknownShare?: Figure | undefined;
};

/** Something that a detector found. */
export type Finding = {
  /** The detector. */
  readonly kind: string;
  readonly subject: Subject;
  readonly severity: Severity;
  /** One sentence with its figures, in plain words: what is, compared with what. Names from data stand in `subject` alone. */
  readonly summary: string;
  /** What was seen in the window. */
  readonly observed: Figure;
  /** What it is compared with. Absent where an absolute bound is meant. */
  readonly expected?: Figure | undefined;
  /** How far apart they are, in the unit of `observed`, with its interval. */
  readonly effect: Figure;
  readonly impact: Impact;
  /** Since when, as far as it can be told. */
  readonly sinceMicros: number;
  readonly evidence: readonly Evidence[];
  /** Further figures that advice needs: `{ pending: 12, nodes: 3 }`. */
  readonly facts: Readonly<Record<string, number | string>>;
};

/** Leaves room for the detector's name and for what keeps shortened ids apart. */
const MAX_SUBJECT_LENGTH = 80;

/**
 * Findings of one subject have one id as long as they last, so that a decision about them is remembered. Long subjects
 * (paths) are cut and keep apart by a hash.
 */
export function findingId({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  const { id } = subject;
  if (id === undefined) return `${kind}/${subject.kind}`;
  const shown =
    id.length <= MAX_SUBJECT_LENGTH ? id : `${id.slice(0, MAX_SUBJECT_LENGTH)}~${identityHash(id).toString(36)}`;
  return `${kind}/${subject.kind}/${shown}`;
}
