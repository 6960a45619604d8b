import type { AdviceDecision } from './decision-book.ts';
import type { Verdict } from './verdict.ts';

/** Accepted advice and what became of it. */
export type JudgedAdvice = { readonly decision: AdviceDecision; readonly verdict: Verdict };

/** How often advice of one kind helped, among what could be told. */
export type HitRate = {
  readonly kind: string;
  readonly accepted: number;
  readonly helped: number;
  readonly noEffect: number;
  readonly harmed: number;
  readonly cannotTell: number;
  /** Helped, of those that could be told. Absent when none could. */
  readonly share: number | undefined;
};

/** By kind, the ones with the most accepted advice first. */
export function hitRates(judged: readonly JudgedAdvice[]): readonly HitRate[] {
  const byKind = Map.groupBy(judged, ({ decision }) => decision.kind);
  return [...byKind]
    .map(([kind, own]): HitRate => {
      const count = (outcome: Verdict['outcome']): number =>
        own.filter(({ verdict }) => verdict.outcome === outcome).length;
      const told = own.length - count('cannot_tell');
      return {
        kind,
        accepted: own.length,
        helped: count('helped'),
        noEffect: count('no_effect'),
        harmed: count('harmed'),
        cannotTell: count('cannot_tell'),
        share: told === 0 ? undefined : count('helped') / told,
      };
    })
    .sort((a, b) => b.accepted - a.accepted);
}
