import { type MetricsCollector, openMetrics } from '../../metrics-collector.ts';
import { SystemClock } from '../../model/clock.ts';
import type { ApiContext } from './api-context.ts';

/** What of a run is handed to a thread. */
export type ThreadPlace = Pick<ApiContext, 'directory' | 'env' | 'cwd' | 'timeZone'>;

/** Of a context what can be handed to a thread. */
export function placeOf({ directory, env, cwd, timeZone }: ThreadPlace): ThreadPlace {
  return { directory, env: { ...env }, cwd, timeZone };
}

/** The same run as a thread sees it, with a store handle of its own that is opened by the first question. */
export function contextOf(place: ThreadPlace): ApiContext {
  const clock = new SystemClock();
  let opened: MetricsCollector | undefined;
  const collector = async (): Promise<MetricsCollector> => {
    opened ??= openMetrics({ directory: place.directory, clock });
    return opened;
  };
  return { ...place, clock, collector, recordingCollector: collector };
}
