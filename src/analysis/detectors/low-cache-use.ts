import { defineDetector } from './detector.ts';
import { expectedOfDay, readUsageDays, type UsageDay } from './usage-days.ts';
import { judgeShift, tooFewRequests } from './usage-shift.ts';

/** Input that was read from a cache and is sent anew. */
export const lowCacheUse = defineDetector({
  kind: 'low_cache_use',
  title: 'Low use of caches',
  doc:
    'Compares which part of all input was read from a cache with the days before. Where it was always low, speaks when it ' +
    'is below a fixed share although requests are long enough for caches.',
  parameters: {
    min_requests: { value: 40, unit: 'requests', doc: 'Requests that a day must have to count.' },
    min_days: { value: 7, unit: 'days', doc: 'Days before that it takes to compare.' },
    min_drop: { value: 0.1, unit: 'share', doc: 'The share must be so much lower than usual.' },
    low_share: { value: 0.2, unit: 'share', doc: 'Below this share it is told whatever the history says.' },
    long_tokens: {
      value: 8_000,
      unit: 'tokens',
      doc: 'But only where a request has so much input: short ones are not cached.',
    },
  },
  gather: readUsageDays,
  judge(days, window, values) {
    const { now } = days;
    const share = ({ requests, inputTokens, cachedTokens }: UsageDay): number | undefined =>
      requests < values.min_requests || inputTokens === 0 ? undefined : cachedTokens / inputTokens;
    const observed = share(now);
    if (observed === undefined) return tooFewRequests(days, values.min_requests);
    const isLong = now.inputTokens / now.requests >= values.long_tokens;
    const isAlwaysLow = isLong && observed < values.low_share;
    const found = expectedOfDay(days, share, { minDays: values.min_days, isShare: true });
    const expected =
      found.state !== 'ready' && isAlwaysLow
        ? ({
            state: 'ready',
            expected: values.low_share,
            low: values.low_share,
            high: 1,
            samples: 0,
          } as const)
        : found;
    const percent = (part: number): string => `${Math.round(part * 100)} %`;
    const isCompared = found.state === 'ready';
    return judgeShift(
      days,
      window,
      expected,
      {
        kind: 'low_cache_use',
        unit: 'share',
        observed,
        samples: now.requests,
        isOut: (usual) => isAlwaysLow || (observed < usual.low && usual.expected - observed >= values.min_drop),
        summary: (usual) =>
          `${percent(observed)} of all input was read from a cache${isCompared ? `; usually it is ${percent(usual.expected)}` : ''}. ` +
          'What is not read from a cache costs up to ten times as much.',
        clear: `${percent(observed)} of all input was read from a cache, as usual.`,
        severity: 'warning',
      },
      values.min_days,
    );
  },
});
