import { UPPER_HALF } from '../../columns/split-numbers.ts';
import { select } from './select-rank.ts';

/** From so many values on it pays to count first which part of their span a rank lies in. */
const MANY = 8_192;
/** From so many on it pays to do so without looking for the bounds of the span, by many more parts. */
const VERY_MANY = 262_144;

/** Values counted in parts, of which each has greater ones than the part before. */
type Parts = {
  readonly counts: Int32Array;
  /** The values of those parts that are wanted, 1 for each. `members` has room for them and one more. */
  readonly gather: (wanted: Uint8Array, members: Float64Array) => void;
  /** Whether members of one part may be very many. */
  readonly coarse: boolean;
};

/**
 * Values of some ranks among all, without sorting these.
 *
 * @param lists All values together; NaN is none. They are left as they are.
 * @param ranksOf Ranks of so many values, in any order: the least has 0.
 * @returns How many values there are, and some by rank.
 */
export function valuesAtRanks(
  lists: readonly Float64Array[],
  ranksOf: (count: number) => readonly number[],
): { readonly count: number; readonly valueAt: ReadonlyMap<number, number> } {
  const most = lists.reduce((sum, { length }) => sum + length, 0);
  const parts = (most < VERY_MANY ? undefined : floatParts(lists)) ?? spanParts(lists);
  let count = 0;
  for (const one of parts.counts) count += one;
  const ranks = count === 0 ? [] : [...new Set(ranksOf(count))].sort((a, b) => a - b);
  const values = valuesIn(parts, ranks);
  return { count, valueAt: new Map(ranks.map((rank, index) => [rank, values[index] ?? Number.NaN])) };
}

/** @param ranks Ascending. */
function valuesIn(parts: Parts, ranks: readonly number[]): number[] {
  const wanted = new Uint8Array(parts.counts.length);
  const ranksAmongMembers: number[] = [];
  let members = 0;
  let [part, start, end] = [-1, 0, 0];
  for (const rank of ranks) {
    while (end <= rank) {
      if (wanted[part] === 1) members += end - start;
      start = end;
      end += parts.counts[++part] as number;
    }
    wanted[part] = 1;
    ranksAmongMembers.push(members + rank - start);
  }
  members += end - start;
  const room = new Float64Array(members + 1);
  parts.gather(wanted, room);
  const found = room.subarray(0, members);
  return parts.coarse ? valuesIn(spanParts([found]), ranksAmongMembers) : selected(found, ranksAmongMembers);
}

/** Reorders the values. */
function selected(values: Float64Array, ranks: readonly number[]): number[] {
  // Each selection leaves smaller values to its left, so the next need only look to its right.
  let from = 0;
  return ranks.map((rank) => {
    select(values, rank, from, values.length - 1);
    from = rank + 1;
    return values[rank] ?? Number.NaN;
  });
}

/** Of the upper half of a float, sign, exponent and 4 bits of the fraction make a part: 16 for each power of two. */
const SHIFT = 16;
const FLOAT_PARTS = 2 ** (32 - SHIFT);
/** From here on numbers are negative, and less with each part. */
const NEGATIVE = FLOAT_PARTS / 2;
/** The part of infinite numbers; those behind are NaN. */
const INFINITE = 0x7ff0_0000 >>> SHIFT;

/** @returns `undefined` where some values may be infinite. */
function floatParts(lists: readonly Float64Array[]): Parts | undefined {
  const counts = new Int32Array(FLOAT_PARTS);
  for (const list of lists) countFloats(counts, list);
  const [positive, negative] = [counts.subarray(0, INFINITE), counts.subarray(NEGATIVE, NEGATIVE + INFINITE)];
  if (counts[INFINITE] !== 0 || counts[NEGATIVE + INFINITE] !== 0) return undefined;
  const ascending = new Int32Array(2 * INFINITE);
  ascending.set(negative.reverse());
  ascending.set(positive, INFINITE);
  return {
    counts: ascending,
    gather: (wanted, members) => {
      const byFloat = new Uint8Array(FLOAT_PARTS);
      byFloat.set(wanted.subarray(INFINITE));
      byFloat.set(wanted.slice(0, INFINITE).reverse(), NEGATIVE);
      let length = 0;
      for (const list of lists) length = gatherFloats(list, byFloat, members, length);
    },
    coarse: true,
  };
}

function countFloats(counts: Int32Array, { buffer, byteOffset, length }: Float64Array): void {
  const halves = new Int32Array(buffer, byteOffset, 2 * length);
  const end = halves.length;
  for (let i = UPPER_HALF; i < end; i += 2) {
    const part = (halves[i] as number) >>> SHIFT;
    counts[part] = ((counts[part] as number) + 1) | 0;
  }
}

/** Without a branch, since which values are wanted follows no pattern. */
function gatherFloats(values: Float64Array, wanted: Uint8Array, members: Float64Array, length: number): number {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const end = values.length;
  let next = length;
  for (let i = 0; i < end; i++) {
    members[next] = values[i] as number;
    next = (next + (wanted[(halves[2 * i + UPPER_HALF] as number) >>> SHIFT] as number)) | 0;
  }
  return next;
}

const SPAN_PARTS = 4_096;

/**
 * Equal parts of the span. Of very uneven values nearly all may lie in one part: that costs no more than two passes over
 * what selecting takes.
 */
function spanParts(lists: readonly Float64Array[]): Parts {
  const { count, least, greatest } = boundsOf(lists);
  // All in one part where they are few.
  const perPart = count >= MANY && least < greatest ? (SPAN_PARTS - 1) / (greatest - least) : 0;
  const counts = new Int32Array(perPart === 0 ? 1 : SPAN_PARTS);
  for (const list of lists) countInSpan(counts, list, least, perPart);
  return {
    counts,
    gather: (wanted, members) => {
      let length = 0;
      for (const list of lists) length = gatherInSpan(list, wanted, members, length, least, perPart);
    },
    coarse: false,
  };
}

function boundsOf(lists: readonly Float64Array[]): { count: number; least: number; greatest: number } {
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

function countInSpan(counts: Int32Array, values: Float64Array, least: number, perPart: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const part = ((value - least) * perPart) | 0;
    counts[part] = (counts[part] as number) + 1;
  }
}

function gatherInSpan(
  values: Float64Array,
  wanted: Uint8Array,
  members: Float64Array,
  length: number,
  least: number,
  perPart: number,
): number {
  let next = length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value) || wanted[((value - least) * perPart) | 0] === 0) continue;
    members[next++] = value;
  }
  return next;
}
