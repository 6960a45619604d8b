import { setTimeout as pause } from 'node:timers/promises';

import type { MetricsCollector } from '../../metrics-collector.ts';

/** Between two looks for room in the spool. */
const ROOM_PAUSE_MILLIS = 50;
/** Tries to store the rest, of two seconds each, while another process stores its own. */
const MAX_DRAINS = 15;

/**
 * Store what was spooled. A thread of the collector's own does so as files fill; here it is waited for, and the spool
 * told that there is room again.
 */
export async function settle(collector: MetricsCollector): Promise<void> {
  await collector.drain();
  // Drained files may stand in the way until somebody who reads the store lets them be removed.
  await collector.flush().catch(() => pause(ROOM_PAUSE_MILLIS));
}

/** What the store did not take of what this process recorded. */
export type NotStored = { readonly duplicates: number; readonly tooOld: number; readonly inSpool: number };

/** How many events of this process the drain did not store, and how many it has not looked at yet. */
export async function notStored(collector: MetricsCollector): Promise<NotStored> {
  // Before anything was recorded there may be no store, and nothing to make one for.
  const own = collector.health().recorded === 0 ? undefined : await collector.drops();
  const { duplicate = 0, too_old = 0 } = own?.dropped ?? {};
  return { duplicates: duplicate, tooOld: too_old, inSpool: own?.inSpool ?? 0 };
}

/** The same, once all of them are drained. */
export async function notStoredOfAll(collector: MetricsCollector): Promise<NotStored> {
  for (let drains = 1; ; drains++) {
    const found = await notStored(collector);
    if (found.inSpool === 0 || drains === MAX_DRAINS) return found;
  }
}
