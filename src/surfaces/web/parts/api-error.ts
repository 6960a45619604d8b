import type { Lacking } from '../../api/schemas/lacking.ts';

/** What the API says went wrong, in its one shape. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** What the answer would have needed. */
  readonly unreadable: Lacking['unreadable'];

  constructor(code: string, message: string, hint?: string, unreadable?: Lacking['unreadable']) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
    this.unreadable = unreadable;
  }
}
