import type { MetricsCollector } from '../../src/metrics-collector.ts';
import { SeededRandom } from '../../src/model/seeded-random.ts';
import { type Request, recordRequests } from './recorded-usage.ts';

/** Records requests of the days before a moment and of its own day so far: working hours, quiet weekends, some dollars a day. */
export function recordSpend(metrics: MetricsCollector, nowMicros: number, days: number, seed = 1): void {
  const random = new SeededRandom(seed);
  const now = nowMicros / 1e6;
  const midnight = Math.floor(now / 86_400) * 86_400;
  const requests: Request[] = [];
  for (let day = -days; day <= 0; day++) {
    const weekday = new Date((midnight + day * 86_400) * 1_000).getUTCDay();
    const level = (weekday === 0 || weekday === 6 ? 0.2 : 1) * Math.exp(0.3 * random.normal());
    for (let hour = 8; hour < 19; hour++) {
      const at = midnight + day * 86_400 + hour * 3_600 + random.between(0, 3_000);
      if (at >= now) continue;
      requests.push({
        at,
        key: `request-${day}-${hour}`,
        client: 'claude-code',
        feed: 'events',
        model: 'claude-opus-5-5',
        input_tokens: 1_000,
        output_tokens: 500,
        requests: 1,
        reported_cost_usd: level * Math.exp(0.7 * random.normal()),
      });
    }
  }
  recordRequests(metrics, requests);
}
