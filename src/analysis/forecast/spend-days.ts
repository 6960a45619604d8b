/** One day of the reader's calendar, in dollars, tokens or whatever is used up. */
export type SpendDay = {
  /** 1 is Monday. */
  readonly weekday: number;
  /** By hour of the clock, 24 of them. An hour that the clock repeats counts as one; one that it skips is 0. */
  readonly hours: readonly number[];
};

/** A day cut in two at a time of the day. */
export type CutDay = { readonly weekday: number; readonly before: number; readonly after: number };

/** Cuts a day. @param elapsedHours From 0 to 24; within an hour its use counts as even. */
export function cutDay({ weekday, hours }: SpendDay, elapsedHours: number): CutDay {
  let before = 0;
  let total = 0;
  hours.forEach((used, hour) => {
    total += used;
    before += used * Math.min(1, Math.max(0, elapsedHours - hour));
  });
  return { weekday, before, after: Math.max(0, total - before) };
}
