import type { SpendDay } from '../src/analysis/forecast/spend-days.ts';
import { SeededRandom } from '../src/model/seeded-random.ts';

/** How many days a world has: a quarter of history, and two months to forecast. */
export const WORLD_DAYS = 84 + 62;

/**
 * The spend of one cluster by day and hour, as people's clusters are: hours with a long tail and many empty ones, a
 * working day and a night, quiet weekends or none, growth or decline, days that hang together, bursts, days off. How much
 * of each differs from world to world. Day 0 is a Monday.
 */
export function spendWorld(seed: number): SpendDay[] {
  const random = new SeededRandom(seed * 7_919 + 13);
  const tail = random.between(0.4, 1.4);
  const scale = 10 ** random.between(-1, 2);
  const weekend = random.chance(0.25) ? random.between(0.7, 1) : random.between(0, 0.35);
  const growth = random.chance(0.4) ? random.between(-0.012, 0.015) : 0;
  const memory = random.between(0, 0.8);
  const swing = random.between(0.1, 0.5);
  const burstChance = random.between(0, 0.05);
  const dayOff = random.between(0, 0.06);
  const night = random.between(0, 0.3);
  const begins = random.whole(6, 10);
  const ends = random.whole(16, 22);
  const busy = random.between(0.5, 1);
  let mood = 0;
  let burst = 0;
  return Array.from({ length: WORLD_DAYS }, (_, day) => {
    mood = memory * mood + Math.sqrt(1 - memory * memory) * random.normal();
    burst = random.chance(burstChance) ? random.whole(1, 4) : Math.max(0, burst - 1);
    const isWeekend = day % 7 > 4;
    const level =
      scale *
      Math.exp(growth * day + swing * mood) *
      (isWeekend ? weekend : 1) *
      (burst > 0 ? random.between(2, 5) : 1) *
      (random.chance(dayOff) ? 0.05 : 1);
    const hours = Array.from({ length: 24 }, (_, hour) => {
      const awake = hour >= begins && hour < ends;
      if (!random.chance(awake ? busy : night)) return 0;
      return level * Math.exp(tail * random.normal() - (tail * tail) / 2);
    });
    return { weekday: (day % 7) + 1, hours };
  });
}
