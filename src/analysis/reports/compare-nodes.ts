import { holmAdjusted } from '../statistics/holm.ts';
import { ascending, quantile } from '../statistics/quantiles.ts';
import { rankSumChance } from '../statistics/rank-sum-test.ts';
import { shiftBetween } from '../statistics/shift.ts';

/** An attempt at a task of some class. */
export type ComparedAttempt = {
  readonly nodeId: string;
  readonly role: string;
  readonly priority: string;
  readonly seconds: number;
};

/** What is needed of a node and of the others, to compare it with them. */
export const COMPARISON = {
  /** Attempts of the node, in classes that others did as well; and attempts of others in these. */
  minAttempts: 12,
  /** Of a class, on each side: fewer have no middle. */
  minOfClass: 4,
  /** A difference below this is not worth a word, however sure it is. */
  minDifference: 0.1,
  /** Chance that any node at all is called faster or slower although none is. */
  level: 0.05,
} as const;

/** How fast a node is, against others that did tasks of the same class. */
export type NodeSpeed =
  | {
      readonly state: 'faster' | 'slower' | 'no_difference';
      /** Time of its attempts by that of others, like with like: 1.2 is a fifth longer. With its 95 % interval. */
      readonly ratio: number;
      readonly low: number;
      readonly high: number;
      /** Chance of such a difference where there is none, for all nodes compared (Holm). */
      readonly chance: number;
      readonly attempts: number;
      readonly others: number;
    }
  | { readonly state: 'too_few'; readonly attempts: number; readonly others: number };

/**
 * Others are compared by so many times as many values as the node has, at least `MIN_OTHERS`: evenly spaced ones of all
 * in order. More make the interval hardly narrower, and hundreds of nodes take their time.
 */
const OTHERS_FOR_EACH = 8;
const MIN_OTHERS = 120;

/** Logarithms of seconds in ascending order, each with its node. */
type TaskClass = readonly { readonly nodeId: string; readonly log: number }[];

/**
 * Compares each node with the others by attempts of the same class: same priority, same role. Each attempt is set
 * against the middle one of its class among the others, so that a node that is given hard tasks is compared with others
 * at hard tasks; the ratio is Hodges and Lehmann's on logarithms, which no single wild attempt moves.
 */
export function compareNodes(attempts: readonly ComparedAttempt[]): ReadonlyMap<string, NodeSpeed> {
  const byClass = Map.groupBy(attempts, ({ priority, role }) => JSON.stringify([priority, role]));
  const classes = [...byClass.values()].map((members): TaskClass =>
    members.map(({ nodeId, seconds }) => ({ nodeId, log: Math.log(seconds) })).sort((a, b) => a.log - b.log),
  );
  const nodes = [...new Set(attempts.map(({ nodeId }) => nodeId))];
  const compared = nodes.map((nodeId) => likeWithLike(nodeId, classes));
  const judged = compared.flatMap(({ nodeId, own, others: all }) => {
    if (own.length < COMPARISON.minAttempts || all.length < COMPARISON.minAttempts) return [];
    const others = evenlySpaced(all, Math.max(MIN_OTHERS, OTHERS_FOR_EACH * own.length));
    const shift = shiftBetween(others, own);
    const chance = rankSumChance(own, others);
    return shift === undefined || chance === undefined ? [] : [{ nodeId, shift, chance }];
  });
  const chances = holmAdjusted(judged.map(({ chance }) => chance));
  const counts = new Map(
    compared.map(({ nodeId, own, others }) => [nodeId, { attempts: own.length, others: others.length }]),
  );
  const speeds = new Map<string, NodeSpeed>(
    [...counts].map(([nodeId, count]) => [nodeId, { state: 'too_few', ...count }]),
  );
  for (const [place, { nodeId, shift }] of judged.entries()) {
    const chance = chances[place] ?? 1;
    const [ratio, low, high] = [Math.exp(shift.shift), Math.exp(shift.low), Math.exp(shift.high)];
    const differs = chance < COMPARISON.level && Math.abs(shift.shift) >= Math.log(1 + COMPARISON.minDifference);
    const state = !differs ? 'no_difference' : ratio > 1 ? 'slower' : 'faster';
    speeds.set(nodeId, { state, ratio, low, high, chance, ...(counts.get(nodeId) ?? { attempts: 0, others: 0 }) });
  }
  return speeds;
}

/** Logarithms of a node's attempts and of those of others, each less the middle of its class among the others. */
function likeWithLike(
  nodeId: string,
  classes: readonly TaskClass[],
): { readonly nodeId: string; readonly own: readonly number[]; readonly others: readonly number[] } {
  const own: number[] = [];
  const others: number[] = [];
  for (const members of classes) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (const { nodeId: by, log } of members) (by === nodeId ? mine : theirs).push(log);
    if (mine.length < COMPARISON.minOfClass || theirs.length < COMPARISON.minOfClass) continue;
    const middle = quantile(theirs, 0.5) ?? 0;
    for (const log of mine) own.push(log - middle);
    for (const log of theirs) others.push(log - middle);
  }
  return { nodeId, own, others };
}

/** So many of some values that they are spread like all of them. */
function evenlySpaced(values: readonly number[], count: number): readonly number[] {
  if (values.length <= count) return values;
  const sorted = ascending(values);
  return Array.from({ length: count }, (_, place) => quantile(sorted, (place + 0.5) / count) ?? 0);
}
