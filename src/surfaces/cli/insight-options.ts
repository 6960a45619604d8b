import type { InsightOptions } from '../../analysis/insights/insights.ts';
import type { CommandContext } from './context.ts';
import { configOfRun } from './settings-of.ts';

/** What insights are opened with in this run: its clock, the reader's zone, and parameters from the configuration. */
export function insightOptionsOf(
  context: Pick<CommandContext, 'clock' | 'timeZone' | 'directory' | 'env' | 'cwd'>,
): InsightOptions {
  return {
    nowMicros: context.clock.nowMicros(),
    timeZone: context.timeZone,
    overrides: configOfRun(context).detectors,
  };
}
