import { describe, expect, it } from 'vitest';

import { CalendarDays } from '../../../src/analysis/reports/calendar-days.ts';
import { openZone, zonedAt } from '../../../src/model/time.ts';

describe('CalendarDays', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'])(
    'finds the day and the hour that the clock of %s shows, clock changes included',
    async (id) => {
      const zone = await openZone(id);
      const now = Date.UTC(2026, 10, 10, 15, 30) * 1_000;
      const calendar = new CalendarDays(now, 30, zone);
      expect(calendar.days).toHaveLength(31);
      for (let at = now - 29 * 86_400e6; at < now; at += 1_234e6) {
        const shown = zonedAt(at, zone);
        const day = calendar.days[calendar.placeOf(at)];
        expect(day?.weekday).toBe(shown.dayOfWeek);
        expect(day?.fromMicros).toBe(Number(shown.startOfDay().epochNanoseconds / 1_000n));
        expect(calendar.hourOf(at)).toBe(shown.hour);
      }
      expect(calendar.placeOf(now)).toBe(30);
      expect(calendar.placeOf(now - 40 * 86_400e6)).toBeLessThan(0);
    },
  );
});
