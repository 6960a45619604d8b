import type { CommandContext } from './context.ts';

/** The span of `--since` and `--until` as questions take it, in the reader's zone. */
export function spanOf(
  context: Pick<CommandContext, 'since' | 'until' | 'timeZone'>,
  defaultSince?: string,
): { since?: string; until?: string; timeZone: string } {
  const since = context.since ?? defaultSince;
  return {
    ...(since === undefined ? {} : { since }),
    ...(context.until === undefined ? {} : { until: context.until }),
    timeZone: context.timeZone,
  };
}
