import { afterEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../src/model/clock.ts';

/** The machine's two clocks, under the test's hand. */
function machine() {
  const state = { wallMillis: performance.timeOrigin, monotonicMillis: 0 };
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(state.wallMillis + state.monotonicMillis));
  vi.spyOn(performance, 'now').mockImplementation(() => state.monotonicMillis);
  return state;
}

afterEach(() => void vi.restoreAllMocks());

const HOUR = 3_600_000;
const TEN_YEARS = 10 * 365 * 24 * HOUR;

describe('the clock of the machine', () => {
  it('tells integer microseconds that move forward between two looks at the wall clock', () => {
    const clock = new SystemClock();
    let last = 0;
    for (let n = 0; n < 1_000; n++) {
      const now = clock.nowMicros();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThanOrEqual(last - 2_000);
      last = now;
    }
    expect(Math.abs(last / 1_000 - Date.now())).toBeLessThan(1_000);
  });

  it.each([HOUR, -HOUR, TEN_YEARS, -TEN_YEARS])(
    'follows a step of the system clock by %d ms within 64 reads',
    (step) => {
      const state = machine();
      const clock = new SystemClock();
      clock.nowMicros();
      state.wallMillis += step;
      for (let n = 0; n < 65; n++) clock.nowMicros();
      expect(Math.abs(clock.nowMicros() / 1_000 - (state.wallMillis + state.monotonicMillis))).toBeLessThan(2);
    },
  );

  it('follows a suspend at the first read after a second, however seldom it is asked', () => {
    const state = machine();
    const clock = new SystemClock();
    clock.nowMicros();
    // The monotonic clock stood still meanwhile.
    state.wallMillis += 8 * HOUR;
    state.monotonicMillis += 1_500;
    expect(Math.abs(clock.nowMicros() / 1_000 - Date.now())).toBeLessThan(2);
  });

  it('does not step for what is only rounding', () => {
    const state = machine();
    state.wallMillis = Math.floor(performance.timeOrigin) + 0.9;
    const clock = new SystemClock();
    const first = clock.nowMicros();
    for (let n = 1; n <= 200; n++) {
      state.monotonicMillis = n * 10 + 0.5;
      expect(Math.abs(clock.nowMicros() - first - state.monotonicMillis * 1_000)).toBeLessThanOrEqual(1);
    }
  });

  it('measures durations by a clock that no step moves', () => {
    const state = machine();
    const clock = new SystemClock();
    const start = clock.monotonicMillis();
    state.wallMillis -= TEN_YEARS;
    state.monotonicMillis += 7;
    expect(clock.monotonicMillis() - start).toBe(7);
  });
});
