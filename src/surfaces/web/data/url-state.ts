import { useCallback, useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';

import { TIME_ZONE } from './time-zone.ts';

export { TIME_ZONE };

/** Spans that can be picked, as the API and the command line take them. */
export const SPANS = [
  { value: '1h', label: '1 hour' },
  { value: '6h', label: '6 hours' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const;
const DEFAULT_SINCE = '24h';

export type SpanQuery = { readonly since: string; readonly until?: string; readonly tz: string };

/**
 * What stands in the address line after the path, and how to change it: the path stays as it is written, since an id in
 * it may look as if it were to be decoded once more.
 */
export function useParameters(): readonly [URLSearchParams, (change: (next: URLSearchParams) => void) => void] {
  const search = useSearch();
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback((change: (next: URLSearchParams) => void): void => {
    // As it is at this moment: several may be changed one after the other.
    const next = new URLSearchParams(window.location.search);
    change(next);
    const text = next.toString();
    navigate(`${window.location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true });
  }, []);
  return [parameters, set];
}

/** One value of the address line, and how to change it. What stands there can be sent to somebody and shows them the same. */
export function useUrlValue(name: string, fallback: string): readonly [string, (value: string) => void] {
  const [parameters, setParameters] = useParameters();
  const set = useCallback(
    (value: string): void =>
      setParameters((next) => {
        if (value === fallback) next.delete(name);
        else next.set(name, value);
      }),
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
