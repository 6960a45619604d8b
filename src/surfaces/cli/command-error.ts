import type { ErrorCode } from '../../model/errors.ts';

export type CommandErrorCode =
  /** The command line is wrong: an unknown option, a missing argument, a value of the wrong form. */
  | 'WRONG_USAGE'
  /** Nothing of that name is in the store. */
  | 'NOT_FOUND'
  /** Standard input or a file given on the command line could not be read or understood. */
  | 'BAD_INPUT'
  /** A file to be written is there already, or cannot be written. */
  | 'BAD_OUTPUT';

/** What `--json` prints under `code` when a command fails: these, the codes of MetricsError, or `FAILED` for all else. */
export type ReportedCode = CommandErrorCode | ErrorCode | 'FAILED';

/** Something the person at the command line can put right. Printed as one sentence and a hint, never as a stack. */
export class CommandError extends Error {
  readonly code: CommandErrorCode;
  readonly hint: string | undefined;

  constructor(code: CommandErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.hint = hint;
  }
}
