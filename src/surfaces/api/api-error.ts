import { z } from '@hono/zod-openapi';
import { type ErrorCode, MetricsError } from '../../model/errors.ts';
import { CommandError } from '../cli/command-error.ts';
import { LACKING } from './schemas/lacking.ts';

/** Errors of the API alone, beside those of questions, of the store and of the configuration. */
type ApiErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'WRONG_TYPE'
  | 'TOO_MANY'
  | 'BUSY'
  | 'FAILED';

/** The one shape of errors. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'BAD_QUESTION' }),
      message: z.string(),
      hint: z.string().optional().openapi({ description: 'What to do about it.' }),
    }),
    ...LACKING,
  })
  .openapi('Error');

/** An error on its way out: status and body. */
export type ErrorAnswer = { readonly status: number; readonly body: z.output<typeof errorSchema> };

/** An error answer from its parts. */
export function errorAnswer(
  status: number,
  code: ApiErrorCode | ErrorCode,
  message: string,
  hint?: string,
): ErrorAnswer {
  return { status, body: { error: { code, message, ...(hint === undefined ? {} : { hint }) } } };
}

/** Something that the caller can put right. */
export class ApiError extends Error {
  readonly answer: ErrorAnswer;

  constructor(answer: ErrorAnswer) {
    super(answer.body.error.message);
    this.name = 'ApiError';
    this.answer = answer;
  }
}

const STATUS_BY_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  UNKNOWN_METRIC: 404,
  UNKNOWN_FIELD: 400,
  BAD_QUESTION: 400,
  BAD_CURSOR: 400,
  SQL_REFUSED: 400,
  SQL_FAILED: 400,
  SQL_LIMIT: 422,
  STORE_MISSING: 404,
  STORE_BUSY: 503,
};

/** What to say of any error. Of one that is not ours, nothing: its message may quote what it choked on. */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof ApiError) return error.answer;
  if (error instanceof MetricsError) {
    const code: ErrorCode = error.code;
    return errorAnswer(STATUS_BY_CODE[code] ?? 500, code, error.message, error.hint);
  }
  if (error instanceof CommandError) {
    const isMissing = error.code === 'NOT_FOUND';
    return errorAnswer(isMissing ? 404 : 400, isMissing ? 'NOT_FOUND' : 'BAD_REQUEST', error.message, error.hint);
  }
  return errorAnswer(
    500,
    'FAILED',
    'The answer could not be made.',
    'Run `amicus-metrics doctor` to see whether the store is sound.',
  );
}
