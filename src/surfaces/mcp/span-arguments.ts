import { z } from 'zod';

/** Of each tool that reports on a span. */
export const sinceArgument = z.string().max(40).describe('From when: how long ago (90m, 24h, 7d) or ISO 8601.');
export const untilArgument = z.string().max(40).optional().describe('Until when; default now.');

/** A span as questions take it. */
export function spanOfArguments(
  { since, until }: { readonly since: string; readonly until?: string | undefined },
  timeZone: string,
): { readonly since: string; readonly until?: string; readonly timeZone: string } {
  return { since, ...(until === undefined ? {} : { until }), timeZone };
}
