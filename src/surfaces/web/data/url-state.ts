import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** Spans that can be picked, as the API and the command line take them. */
export const SPANS = [
  { value: '1h', label: '1 hour' },
  { value: '6h', label: '6 hours' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const;
const DEFAULT_SINCE = '24h';

/** The reader's zone: days and hours on the page are theirs. */
export const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export type SpanQuery = { readonly since: string; readonly until?: string; readonly tz: string };

/** One value of the address line, and how to change it. What stands there can be sent to somebody and shows them the same. */
export function useUrlValue(name: string, fallback: string): readonly [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string): void => {
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === fallback) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
    [fallback, name, setParameters],
  );
  return [parameters.get(name) ?? fallback, set];
}

/** The time that the page is about. */
export function useSpan(): SpanQuery {
  const [since] = useUrlValue('since', DEFAULT_SINCE);
  const [until] = useUrlValue('until', '');
  return { since, tz: TIME_ZONE, ...(until === '' ? {} : { until }) };
}

export const useSince = (): readonly [string, (value: string) => void] => useUrlValue('since', DEFAULT_SINCE);
