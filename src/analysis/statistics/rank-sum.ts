/**
 * The largest rank `k` for which the Mann–Whitney statistic of two samples from one distribution is below `k` with a
 * chance of at most `miss`. 0 when even the extreme is likelier than that.
 *
 * Exact: each order of the two samples is equally likely, and the number of orders for each value of the statistic are
 * the coefficients of a Gaussian binomial, multiplied out factor by factor. Costs sizeA × sizeB × the smaller size.
 */
export function exactLowerRank(sizeA: number, sizeB: number, miss: number): number {
  const smaller = Math.min(sizeA, sizeB);
  const larger = Math.max(sizeA, sizeB);
  // As parts of all orders: their number leaves the range of whole doubles at about 30 values each.
  let parts = new Float64Array(sizeA * sizeB + 1);
  parts[0] = 1;
  for (let i = 1; i <= smaller; i++) {
    const next = new Float64Array(parts.length);
    const scale = i / (larger + i);
    // Times (1 - q^(larger + i)) / (1 - q^i).
    for (let u = 0; u < parts.length; u++) {
      const gained = (parts[u] ?? 0) - (u >= larger + i ? (parts[u - larger - i] ?? 0) : 0);
      next[u] = gained + (u >= i ? (next[u - i] ?? 0) : 0);
    }
    parts = next.map((part) => part * scale);
  }
  let chance = 0;
  let rank = 0;
  for (const part of parts) {
    chance += part;
    if (chance > miss * (1 + 1e-9)) break;
    rank++;
  }
  return rank;
}
