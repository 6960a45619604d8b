/**
 * Chances of several comparisons made at once, each raised so that all that stay below a level are below it together:
 * Holm (1979). Of twenty comparisons in which nothing differs, one would otherwise be called different at 5 %.
 *
 * @returns In the order given; at most 1.
 */
export function holmAdjusted(chances: readonly number[]): readonly number[] {
  const order = chances.map((chance, place) => ({ chance, place })).sort((a, b) => a.chance - b.chance);
  const adjusted = chances.map(() => 1);
  let highest = 0;
  for (const [rank, { chance, place }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, chance * (chances.length - rank)));
    adjusted[place] = highest;
  }
  return adjusted;
}
