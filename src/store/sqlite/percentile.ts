/**
 * Exact percentiles by linear interpolation between closest ranks (method 7 of Hyndman and Fan: "Sample Quantiles in
 * Statistical Packages", 1996; NumPy's default).
 *
 * @param lists All values together; NaN is none. They are left as they are.
 * @param percents From 0 to 100, in any order.
 * @returns One for each percent; `undefined` for all when there are no values.
 */
export function percentilesOf(
  lists: readonly Float64Array[],
  percents: readonly number[],
): readonly (number | undefined)[] {
  const bounds = boundsOf(lists);
  if (bounds.count === 0) return percents.map(() => undefined);
  const rankOf = (percent: number): number => (Math.min(100, Math.max(0, percent)) / 100) * (bounds.count - 1);
  const ranks = new Set<number>();
  for (const percent of percents) {
    const rank = rankOf(percent);
    ranks.add(Math.floor(rank)).add(Math.ceil(rank));
  }
  const found = new Map<number, number>();
  const ascending = [...ranks].sort((a, b) => a - b);
  if (bounds.count < MANY) find(joined(lists, bounds.count), ascending, 0, found);
  else findByParts(lists, bounds, ascending, found);
  return percents.map((percent) => {
    const rank = rankOf(percent);
    const low = found.get(Math.floor(rank)) ?? 0;
    const high = found.get(Math.ceil(rank)) ?? 0;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}

/** From so many values on it pays to count first which part of their span a rank lies in. */
const MANY = 8_192;
const PARTS = 4_096;

type Bounds = { readonly count: number; readonly least: number; readonly greatest: number };

function boundsOf(lists: readonly Float64Array[]): Bounds {
  let [count, least, greatest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isNaN(value)) continue;
      count++;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return { count, least, greatest };
}

function joined(lists: readonly Float64Array[], count: number): Float64Array {
  const all = new Float64Array(count);
  let length = 0;
  for (const values of lists) for (const value of values) if (!Number.isNaN(value)) all[length++] = value;
  return all;
}

/** Find those of the ascending ranks that are among `members`, of which the least has the rank `start`. Reorders them. */
function find(members: Float64Array, ranks: readonly number[], start: number, found: Map<number, number>): void {
  // Each selection leaves smaller values to its left, so the next need only look to its right.
  let from = 0;
  for (const rank of ranks) {
    if (rank < start || rank >= start + members.length) continue;
    select(members, rank - start, from, members.length - 1);
    found.set(rank, members[rank - start] as number);
    from = rank - start + 1;
  }
}

/**
 * Counts the values in equal parts of their span; only those of parts that hold a rank are moved. Of very uneven values
 * nearly all may lie in one part: that costs no more than two passes over what selecting takes.
 */
function findByParts(
  lists: readonly Float64Array[],
  { least, greatest }: Bounds,
  ranks: readonly number[],
  found: Map<number, number>,
): void {
  const perPart = least < greatest ? (PARTS - 1) / (greatest - least) : 0;
  const counts = new Uint32Array(PARTS);
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isNaN(value)) continue;
      const part = ((value - least) * perPart) | 0;
      counts[part] = (counts[part] as number) + 1;
    }
  }
  const wanted: { readonly start: number; readonly members: Float64Array }[] = [];
  const wantedOf = new Int32Array(PARTS).fill(-1);
  for (let [part, start] = [0, 0]; part < PARTS; part++) {
    const count = counts[part] as number;
    if (count > 0 && ranks.some((rank) => rank >= start && rank < start + count)) {
      wantedOf[part] = wanted.push({ start, members: new Float64Array(count) }) - 1;
    }
    start += count;
  }
  const lengths = new Uint32Array(wanted.length);
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const index = wantedOf[((value - least) * perPart) | 0] as number;
      if (index < 0 || Number.isNaN(value)) continue;
      const length = lengths[index] as number;
      (wanted[index] as { readonly members: Float64Array }).members[length] = value;
      lengths[index] = length + 1;
    }
  }
  for (const { start, members } of wanted) find(members, ranks, start, found);
}

/** Below this, sorting is as quick. */
const SMALL = 600;

/** Move the value of a rank to its place, smaller ones before it (Floyd and Rivest: "Algorithm 489: SELECT", 1975). */
function select(values: Float64Array, rank: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (right > left) {
    if (right - left <= SMALL) {
      values.subarray(left, right + 1).sort();
      return;
    }
    const size = right - left + 1;
    const offset = rank - left + 1;
    const log = Math.log(size);
    const sample = 0.5 * Math.exp((2 * log) / 3);
    const spread = 0.5 * Math.sqrt((log * sample * (size - sample)) / size) * Math.sign(offset - size / 2);
    const nearLeft = Math.max(left, Math.floor(rank - (offset * sample) / size + spread));
    const nearRight = Math.min(right, Math.floor(rank + ((size - offset) * sample) / size + spread));
    if (nearRight - nearLeft < right - left) select(values, rank, nearLeft, nearRight);
    const bounds = partition(values, values[rank] as number, left, right);
    if (rank < bounds.from) right = bounds.from - 1;
    else if (rank > bounds.to) left = bounds.to + 1;
    else return;
  }
}

/** Smaller than the pivot, equal to it, greater: in three parts, so that many equal values cost one pass. */
function partition(values: Float64Array, pivot: number, left: number, right: number): { from: number; to: number } {
  let low = left;
  let high = right;
  let at = left;
  while (at <= high) {
    const value = values[at] as number;
    if (value < pivot) {
      values[at++] = values[low] as number;
      values[low++] = value;
    } else if (value > pivot) {
      values[at] = values[high] as number;
      values[high--] = value;
    } else at++;
  }
  return { from: low, to: high };
}
