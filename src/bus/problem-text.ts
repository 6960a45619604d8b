import { MetricsError } from '../model/errors.ts';

/** What went wrong and what to do, for an agent or a person to read. */
export function problemText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof MetricsError && error.hint !== undefined ? `${error.message} ${error.hint}` : error.message;
}
