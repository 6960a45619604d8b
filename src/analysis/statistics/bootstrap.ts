import type { SeededRandom } from '../../model/seeded-random.ts';
import type { Interval } from './intervals.ts';
import { ascending, quantile } from './quantiles.ts';

/** With fewer blocks, resampling shows less than half of the spread there is. */
const MIN_BLOCKS = 6;

/**
 * The interval of any statistic, by drawing whole blocks (days, tasks, sessions) with replacement: values of a block go
 * together, so that what depends on each other is not counted as independent (Künsch 1989; percentiles as in Efron 1979).
 *
 * @param statistic Of all values drawn; `undefined` draws are left out.
 * @returns `undefined` with fewer than six blocks, or when half of the draws have no value.
 */
export function blockBootstrap(
  blocks: readonly (readonly number[])[],
  statistic: (values: readonly number[]) => number | undefined,
  random: SeededRandom,
  draws = 1_000,
  level = 0.95,
): Interval | undefined {
  if (blocks.length < MIN_BLOCKS) return undefined;
  const drawn: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const value = statistic(blocks.flatMap(() => random.pick(blocks)));
    if (value !== undefined) drawn.push(value);
  }
  if (drawn.length < draws / 2) return undefined;
  const sorted = ascending(drawn);
  const low = quantile(sorted, (1 - level) / 2);
  const high = quantile(sorted, (1 + level) / 2);
  return low === undefined || high === undefined ? undefined : { low, high };
}
