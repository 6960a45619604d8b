import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import type { MetricData } from '../../src/metrics/index.ts';
import { usageIdentity } from '../../src/model/usage-identity.ts';
import { priced, type Prices } from '../../src/pricing/index.ts';
import { stillClock, type StillClock } from './recording.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Some moment after the requests of the samples. */
export const USAGE_NOW_MICROS = Date.UTC(2026, 10, 23, 12) * 1_000;

export type Request = MetricData<'tokens.consumed'> & {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** The provider's id; no identity when absent. */
  readonly key?: string | undefined;
};

const CLAUDE_SESSION = 'a0000001-0000-4000-8000-000000000001';

/** The seven requests of the Claude Code sample: five of the main agent, two of a sub-agent; 0.092932 dollars by the client. */
export const CLAUDE_REQUESTS: readonly Request[] = [
  { at: 1_795_338_743.345, usd: 0.010263999999999999 },
  { at: 1_795_338_743.666, usd: 0.011268 },
  { at: 1_795_338_744.041, usd: 0.012271999999999998, agent: 'agent-1' },
  { at: 1_795_338_744.148, usd: 0.013276 },
  { at: 1_795_338_744.323, usd: 0.014280000000000001 },
  { at: 1_795_338_744.397, usd: 0.015283999999999999, agent: 'agent-1' },
  { at: 1_795_338_744.779, usd: 0.016288 },
].map(({ at, usd, agent }, i) => ({
  at,
  key: `req_mock000${i + 1}`,
  client: 'claude-code',
  session_id: CLAUDE_SESSION,
  agent_id: agent,
  feed: 'events',
  model: 'claude-opus-5-5',
  input_tokens: 101 + i,
  output_tokens: 88,
  cached_tokens: 5_000 * (i + 1),
  cache_write_5m_tokens: 300,
  cache_write_1h_tokens: 700,
  requests: 1,
  speed: 'standard',
  reported_cost_usd: usd,
}));

/** The three requests of the OpenCode sample: 0.003365250 dollars by the client. */
export const OPENCODE_REQUESTS: readonly Request[] = [
  { at: 1_795_339_331.401, usd: 0.0011205 },
  { at: 1_795_339_331.704, usd: 0.00112175 },
  { at: 1_795_339_332.01, usd: 0.001123 },
].map(({ at, usd }, i) => ({
  at,
  key: `msg_${i + 1}`,
  client: 'opencode',
  session_id: 'ses_dfd6fe6feffehFgI1f84JsUpLf',
  feed: 'database',
  model: 'gpt-5.5',
  input_tokens: 178 + i,
  output_tokens: 77,
  reasoning_tokens: 33,
  cached_tokens: 1_024,
  requests: 1,
  reported_cost_usd: usd,
}));

/** A collector of an empty folder, at a moment that stands; closed with the test. */
export function openUsage(micros = USAGE_NOW_MICROS): {
  readonly metrics: MetricsCollector;
  readonly directory: string;
  readonly clock: StillClock;
} {
  const directory = join(temporaryFolder(), '.ai');
  const clock = stillClock(micros);
  const metrics = openMetrics({ directory, clock });
  onTestFinished(() => metrics.close());
  return { metrics, directory, clock };
}

/** Records requests as a source would. */
export function recordRequests(metrics: MetricsCollector, requests: readonly Request[]): void {
  for (const { at, key, ...data } of requests) {
    const identity = key === undefined ? undefined : usageIdentity(data.client ?? '', key);
    metrics.emit({
      metric: 'tokens.consumed',
      atMicros: Math.round(at * 1e6),
      data,
      source: 'otlp',
      inferred: false,
      ...(identity === undefined ? {} : { identity }),
    });
  }
}

/** The same requests with what the price book makes of them. */
export function pricedRequests(book: Prices, requests: readonly Request[]): Request[] {
  return requests.map(({ at, key, ...data }) => {
    const event = {
      metric: 'tokens.consumed',
      atMicros: Math.round(at * 1e6),
      data,
      source: 'otlp',
      inferred: false,
    } as const;
    return { at, key, ...priced(event, book).data };
  });
}
