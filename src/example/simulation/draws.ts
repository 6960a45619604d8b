import { SeededRandom } from '../../model/seeded-random.ts';

/** Draws that depend on nothing but what they are for: a fault changes what it changes, and not the luck of all others. */
export function drawsFor(seed: number, ...what: readonly number[]): SeededRandom {
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1);
  for (const part of what) state = Math.imul((state ^ (state >>> 15)) + part, 0x85ebca6b) ^ (state << 7);
  return new SeededRandom(state ^ (state >>> 13));
}

/** Log-normal: most are near the median, few are many times as large. */
export function logNormal(random: SeededRandom, median: number, sigma: number): number {
  return median * Math.exp(sigma * random.normal());
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Such as models give themselves: `X9J2`. */
export function suffixOf(random: SeededRandom): string {
  return Array.from({ length: 4 }, () => LETTERS[random.whole(0, LETTERS.length - 1)]).join('');
}

/** Hexadecimal digits, 8 at a time. */
export function hexOf(random: SeededRandom, eights: number): string {
  return Array.from({ length: eights }, () =>
    Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

/** Says yes for a share of the times it is asked, evenly spread: at so small numbers luck would decide what is seen. */
export class EvenShare {
  #owed: number;

  /** @param owed From 0 to 1: where the count begins. */
  constructor(owed: number) {
    this.#owed = owed;
  }

  isNext(share: number): boolean {
    this.#owed += share;
    if (this.#owed < 1) return false;
    this.#owed -= 1;
    return true;
  }
}
