import { type Interval, wilsonInterval } from '../statistics/intervals.ts';

/** A part of a whole with its 95 % interval, which is absent where the whole is 0. */
export type Share = { readonly hits: number; readonly total: number } & Partial<Interval>;

/** A part of a whole, with Wilson's interval. */
export function shareOf(hits: number, total: number): Share {
  return { hits, total, ...wilsonInterval(hits, total) };
}
