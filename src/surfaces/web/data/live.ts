import { useEffect } from 'react';

import { queryClient } from './query-client.ts';

/** What is asked again when something happened is asked at most so often: figures move, the page does not flicker. */
const REFRESH_MILLIS = 2_000;

/**
 * Listens to what happens, and has what is shown asked again. The browser connects again by itself and says what it has
 * seen; while nobody looks, nothing is asked.
 */
export function useLive(): void {
  useEffect(() => {
    const events = new EventSource('/api/v1/live');
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const refresh = (): void => {
      waiting = undefined;
      if (document.visibilityState === 'visible') void queryClient.invalidateQueries({ refetchType: 'active' });
    };
    const hear = (): void => {
      waiting ??= setTimeout(refresh, REFRESH_MILLIS);
    };
    events.addEventListener('change', hear);
    document.addEventListener('visibilitychange', hear);
    return () => {
      events.close();
      clearTimeout(waiting);
      document.removeEventListener('visibilitychange', hear);
    };
  }, []);
}
