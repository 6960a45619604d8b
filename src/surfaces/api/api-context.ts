import type { CommandContext } from '../cli/context.ts';

/** What of a run answers are made from: its folder, its clock and zone, its configuration, its collector. */
export type ApiContext = Pick<
  CommandContext,
  'directory' | 'env' | 'cwd' | 'clock' | 'timeZone' | 'collector' | 'recordingCollector'
>;
