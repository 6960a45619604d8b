import type { CommandEntry } from '../command.ts';

/**
 * Every command, in the order of `amicus-metrics --help`. A new command is one file beside this one and one line here.
 * Each is loaded when it is run or asked for help, so that starting costs the same however many there are.
 */
export const COMMANDS: readonly CommandEntry[] = [];
