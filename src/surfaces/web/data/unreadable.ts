import { notifyManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

import type { Lacking } from '../../api/schemas/lacking.ts';
import { queryClient } from './query-client.ts';

const cache = queryClient.getQueryCache();

const listen = (onChange: () => void): (() => void) => cache.subscribe(notifyManager.batchCalls(onChange));

/** As text, which is the same as long as it says the same. */
function shownNow(): string {
  const told = cache.findAll({ type: 'active' }).map(({ state }): Lacking | null => state.data ?? state.error);
  return metricsOf(told).join(' ');
}

/** The metrics of which answers lack events that cannot be read. */
export const metricsOf = (answers: readonly (Lacking | null)[]): readonly string[] =>
  [...new Set(answers.flatMap((told) => told?.unreadable ?? []).map(({ metric }) => metric))].toSorted();

/** The same of all answers that are shown now. */
export function useUnreadable(): readonly string[] {
  const names = useSyncExternalStore(listen, shownNow);
  return names === '' ? [] : names.split(' ');
}
