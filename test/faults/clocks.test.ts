import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND, imbalances, stillClock, turn } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const START = Date.UTC(2026, 10, 24, 12) * 1_000;

describe('a clock that jumps while events are recorded', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour back', -HOUR],
    ['ten years ahead', 10 * YEAR],
    ['ten years back', -10 * YEAR],
  ])('%s and back again: every event is kept once, and durations are none of its business', async (_what, jump) => {
    const clock = stillClock(START);
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), metrics: [EVERY_KIND], clock });
    const read = metrics.track('state.read', () => {
      clock.micros += jump;
      clock.millis += 3;
    });
    const record = async (from: number): Promise<void> => {
      for (let n = from; n < from + 100; n++) {
        metrics.record(EVERY_KIND, { a_count: n });
        clock.micros += 500;
        if (n % 10 === 0) await turn();
      }
    };
    await record(0);
    read();
    await record(100);
    await metrics.drain();
    clock.micros -= jump;
    await record(200);
    const seen = new Set<unknown>();
    // Now, and far enough ahead to see all.
    clock.micros = START + 11 * YEAR;
    for await (const events of metrics.events({ metric: EVERY_KIND.name, order: 'oldest_first' })) {
      for (const { data } of events) seen.add(data['a_count']);
    }
    expect(seen.size).toBe(300);
    const { events } = await metrics.query({ metric: 'state.read' });
    expect(events.map(({ data }) => data)).toEqual([{ duration_ms: 3 }]);
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    await metrics.close();
  });

  it('ahead by ten years never lets all events expire at once', async () => {
    const clock = stillClock(START);
    const retention = { rawDays: 30, rollupDays: 400, maxBytes: 100e6 };
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), metrics: [EVERY_KIND], clock, retention });
    for (let day = 0; day < 20; day++) {
      metrics.emit({
        metric: EVERY_KIND.name,
        atMicros: START - day * DAY,
        data: {},
        source: 'library',
        inferred: false,
      });
    }
    await metrics.upkeep();
    clock.micros += 10 * YEAR;
    expect((await metrics.upkeep()).expiredEvents).toBe(0);
    clock.micros -= 10 * YEAR;
    const { rows } = await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
    expect(rows[0]?.values['count']).toBe(20);
    await metrics.close();
  });

  it('and stands at a time before any agent keeps what is recorded, too', async () => {
    const clock = stillClock(Date.UTC(1970, 0, 1, 1) * 1_000);
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai'), metrics: [EVERY_KIND], clock });
    for (let n = 0; n < 10; n++) metrics.record(EVERY_KIND, { a_count: n });
    clock.micros = START;
    metrics.record(EVERY_KIND, { a_count: 10 });
    await metrics.upkeep();
    const { recorded, dropped } = metrics.health();
    expect([recorded, dropped]).toEqual([11, {}]);
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    await metrics.close();
  });
});
