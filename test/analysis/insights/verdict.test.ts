import { describe, expect, it } from 'vitest';

import { judgeTrial, type Trial } from '../../../src/analysis/insights/verdict.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../../src/model/range.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const ACCEPTED = 1_790_000_000_000_000;
const isWeekend = (atMicros: number): boolean => Math.floor(atMicros / MICROS_PER_DAY) % 7 >= 5;

/** Ten values a day, of which the level, a daily mood and an own part are known. */
function days(random: SeededRandom, level: (day: number) => number, before = 15, after = 14): Trial['samples'] {
  const samples: { atMicros: number; value: number; weight: number }[] = [];
  for (let day = -before; day < after; day++) {
    const mood = Math.exp(0.4 * (random.next() + random.next() - 1));
    for (let part = 0; part < 10; part++) {
      const atMicros = ACCEPTED + day * MICROS_PER_DAY + part * 2 * MICROS_PER_HOUR;
      samples.push({ atMicros, value: level(day) * mood * Math.exp(random.next() - 0.5), weight: 1 });
    }
  }
  return samples;
}

function trial(samples: Trial['samples'], more: Partial<Trial> = {}): Trial {
  return {
    acceptedMicros: ACCEPTED,
    better: 'lower',
    unit: 'seconds',
    center: 'median',
    samples,
    nowMicros: ACCEPTED + 14 * MICROS_PER_DAY,
    isWeekend,
    ...more,
  };
}

describe('the verdict on accepted advice', () => {
  it('says that it helped when waits fell by half', () => {
    const verdict = judgeTrial(trial(days(new SeededRandom(1), (day) => (day < 0 ? 100 : 50))));
    expect(verdict.outcome).toBe('helped');
    expect(verdict.effect?.high).toBeLessThan(0);
    expect(verdict.effect?.value).toBeGreaterThan(-80);
    expect(verdict.effect?.value).toBeLessThan(-20);
  });

  it('says that it did harm when waits doubled', () => {
    expect(judgeTrial(trial(days(new SeededRandom(2), (day) => (day < 0 ? 50 : 100)))).outcome).toBe('harmed');
  });

  it('takes more for better where more is better', () => {
    const samples = days(new SeededRandom(3), (day) => (day < 0 ? 0.2 : 0.5));
    expect(judgeTrial(trial(samples, { better: 'higher', unit: 'share', center: 'mean' })).outcome).toBe('helped');
  });

  it('cannot tell from a handful of rare cases, and can from many', () => {
    const rare = (each: number): Trial['samples'] =>
      Array.from({ length: 29 }, (_, index) => {
        const day = index - 15;
        const hits = day >= 0 ? 0 : each + (index % 2);
        return { atMicros: ACCEPTED + day * MICROS_PER_DAY, value: hits / 40, weight: 40, hits };
      });
    const shares = { unit: 'share', center: 'mean' } as const;
    const few = judgeTrial(trial(rare(0), shares));
    expect(few).toMatchObject({
      outcome: 'cannot_tell',
      reason: 'There were 7 cases before and 0 after; it takes some 10 on each side to compare.',
    });
    expect(judgeTrial(trial(rare(3), shares)).outcome).toBe('helped');
  });

  it('says that there is no effect when both sides agree closely', () => {
    const flat = days(new SeededRandom(4), () => 100).map(({ atMicros }, index) => ({
      atMicros,
      value: 100 + (index % 5),
      weight: 1,
    }));
    expect(judgeTrial(trial(flat)).outcome).toBe('no_effect');
  });

  it('cannot tell before four full days have passed', () => {
    const samples = days(new SeededRandom(5), (day) => (day < 0 ? 100 : 10), 15, 3);
    const verdict = judgeTrial(trial(samples, { nowMicros: ACCEPTED + 3.5 * MICROS_PER_DAY }));
    expect(verdict).toMatchObject({ outcome: 'cannot_tell', effect: undefined });
    expect(verdict.reason).toContain('3 after');
  });

  it('does not take the end of one bad day for help', () => {
    const samples = days(new SeededRandom(6), (day) => (day === -1 ? 400 : 100));
    expect(judgeTrial(trial(samples)).outcome).not.toBe('helped');
  });

  it('does not blame advice for what had become worse before', () => {
    const samples = days(new SeededRandom(7), (day) => (day < -1 ? 50 : day === -1 ? 170 : 120));
    const { outcome, reason } = judgeTrial(trial(samples));
    expect(outcome).toBe('cannot_tell');
    expect(reason).toContain('before the advice');
  });

  it('compares weekends with weekends', () => {
    // Two thirds of the days before are weekend days here, and weekends are slow.
    const slow = (day: number): number => (isWeekend(ACCEPTED + (day + 0.5) * MICROS_PER_DAY) ? 300 : 100);
    const samples = days(new SeededRandom(8), slow).filter(
      ({ atMicros }) => atMicros > ACCEPTED || isWeekend(atMicros) || Math.floor(atMicros / MICROS_PER_DAY) % 7 < 2,
    );
    expect(judgeTrial(trial(samples)).outcome).not.toBe('helped');
  });

  it('reports help where nothing was changed in at most 5 % of 400 clusters', () => {
    let helped = 0;
    for (let seed = 100; seed < 500; seed++) {
      if (judgeTrial(trial(days(new SeededRandom(seed), () => 100))).outcome === 'helped') helped += 1;
    }
    expect(helped / 400).toBeLessThanOrEqual(0.05);
  });
});
