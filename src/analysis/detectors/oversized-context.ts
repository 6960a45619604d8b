import { defineDetector } from './detector.ts';
import { expectedOfDay, readUsageDays, type UsageDay } from './usage-days.ts';
import { judgeShift, tooFewRequests } from './usage-shift.ts';

/** Requests that carry far more than they did, or than models take well. */
export const oversizedContext = defineDetector({
  kind: 'oversized_context',
  title: 'Oversized contexts',
  doc:
    'Compares the input of a request, on average, with the days before; and speaks of any cluster whose requests carry ' +
    'more than a fixed size, at which models become slow, dear and forgetful.',
  parameters: {
    min_requests: { value: 40, unit: 'requests', doc: 'Requests that a day must have to count.' },
    min_days: { value: 7, unit: 'days', doc: 'Days before that it takes to compare.' },
    ratio: { value: 1.5, unit: 'times', doc: 'A request must carry so many times the usual.' },
    min_tokens: { value: 15_000, unit: 'tokens', doc: 'And so much, to be worth telling.' },
    huge_tokens: { value: 180_000, unit: 'tokens', doc: 'From here on it is told whatever the history says.' },
  },
  gather: readUsageDays,
  judge(days, window, values) {
    const { now } = days;
    const size = ({ requests, inputTokens }: UsageDay): number | undefined =>
      requests < values.min_requests ? undefined : inputTokens / requests;
    const observed = size(now);
    if (observed === undefined) return tooFewRequests(days, values.min_requests);
    const isHuge = observed >= values.huge_tokens;
    const found = expectedOfDay(days, size, { minDays: values.min_days });
    const bound = values.huge_tokens;
    const expected =
      found.state !== 'ready' && isHuge
        ? ({ state: 'ready', expected: bound, low: 0, high: bound, samples: 0 } as const)
        : found;
    const thousands = (tokens: number): string => `${Math.round(tokens / 1_000)} k tokens`;
    const isCompared = found.state === 'ready';
    return judgeShift(
      days,
      window,
      expected,
      {
        kind: 'oversized_context',
        unit: 'tokens',
        observed,
        samples: now.requests,
        isOut: (usual) =>
          isHuge ||
          (observed > usual.high && observed >= values.ratio * usual.expected && observed >= values.min_tokens),
        summary: (usual) =>
          `A request carries ${thousands(observed)} of input on average${isCompared ? `; usually it is ${thousands(usual.expected)}` : ''}.`,
        clear: `A request carries ${thousands(observed)} of input on average, as usual.`,
        severity: isHuge ? 'critical' : 'warning',
      },
      values.min_days,
    );
  },
});
