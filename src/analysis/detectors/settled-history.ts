import { MICROS_PER_DAY } from '../../model/range.ts';

/** Trouble that lasts must stay found for so long before it passes for what is usual. */
const UNSETTLED_DAYS = 7;
/** Days that must be left before them: a week has five of one kind and two of another. */
const LEAST_DAYS = 7;

/**
 * Where the part of a history ends by which the present is judged: a week before the history does, so that trouble of
 * the last days is not what is usual. The end itself while the history is too short for that.
 */
export function settledUntil(beginMicros: number, endMicros: number): number {
  const settled = endMicros - UNSETTLED_DAYS * MICROS_PER_DAY;
  return settled - beginMicros >= LEAST_DAYS * MICROS_PER_DAY ? settled : endMicros;
}
