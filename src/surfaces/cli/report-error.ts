import { type ErrorCode, MetricsError } from '../../model/errors.ts';
import { CommandError, type CommandErrorCode, type ReportedCode } from './command-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable, safeJson } from './terminal/printable.ts';
import type { Style } from './terminal/style.ts';

/** An error as both forms of output show it. */
export type ReportedError = {
  readonly error: string;
  readonly code: ReportedCode;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
};

/** Exit codes other than `EXIT.failed`, by code. */
const EXIT_BY_CODE: Partial<Record<CommandErrorCode | ErrorCode, ExitCode>> = {
  WRONG_USAGE: EXIT.usage,
  NOT_FOUND: EXIT.nothing,
  STORE_MISSING: EXIT.nothing,
  UNKNOWN_METRIC: EXIT.usage,
  UNKNOWN_FIELD: EXIT.usage,
  BAD_QUESTION: EXIT.usage,
  BAD_CURSOR: EXIT.usage,
  SQL_REFUSED: EXIT.usage,
  SQL_FAILED: EXIT.usage,
  BAD_SETTING: EXIT.usage,
  BAD_CONFIG_FILE: EXIT.usage,
  BAD_METRIC: EXIT.usage,
};

const HINT_BY_SYSTEM_CODE: Readonly<Record<string, string>> = {
  EACCES: 'Check who owns the file and its folder, or choose another with --dir.',
  EPERM: 'Check who owns the file and its folder, or choose another with --dir.',
  EROFS: 'The file system is read-only; choose another place.',
  ENOSPC: 'The disk is full; free some space and try again.',
  ENOENT: 'Check the path.',
};

/** What to say of any error: never its stack. */
export function toReported(error: unknown): ReportedError {
  if (error instanceof CommandError || error instanceof MetricsError) {
    const code: CommandErrorCode | ErrorCode = error.code;
    return { error: error.message, code, hint: error.hint, exitCode: EXIT_BY_CODE[code] ?? EXIT.failed };
  }
  const message = error instanceof Error ? error.message : String(error);
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : '';
  const hint = HINT_BY_SYSTEM_CODE[systemCode] ?? 'Run `amicus-metrics doctor` to see whether the store is sound.';
  return { error: message, code: 'FAILED', hint, exitCode: EXIT.failed };
}

/** The lines for stderr: JSON `{error, code, hint}`, or one sentence and one line of what to do. */
export function errorText({ error, code, hint }: ReportedError, json: boolean, style: Style): string {
  if (json) return `${safeJson({ error, code, ...(hint === undefined ? {} : { hint }) })}\n`;
  const sentence = `${style('bad', 'error:')} ${printable(error.replace(/\s*\n\s*/g, ' '))}\n`;
  return hint === undefined ? sentence : `${sentence}${printable(hint.replace(/\s*\n\s*/g, ' '))}\n`;
}
