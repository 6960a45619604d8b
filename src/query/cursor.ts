import { createHash } from 'node:crypto';
import { QueryError } from '../model/errors.ts';
import type { TimeRange } from '../model/range.ts';
import type { EventQuestion } from './question.ts';

/** Where an answer ended. */
export type Cursor = {
  /** The span of the first answer: later ones ask for no other, however late it gets. */
  readonly range: TimeRange;
  /** Ordered by time or by numbers: the last event that was given. */
  readonly lastMicros: number;
  /** Ordered by numbers: its value, and how many events of the very same value were given. */
  readonly lastValue?: number | undefined;
  readonly given: number;
};

const VERSION = 1;

/** Ties a cursor to its question, so that it is never used for another. */
function fingerprint(question: EventQuestion): string {
  const { metric, filters, order, since, until, timeZone } = question;
  const asked = JSON.stringify([metric, filters ?? {}, order ?? 'oldest_first', since, until, timeZone]);
  return createHash('sha256').update(asked).digest('base64url').slice(0, 16);
}

export function writeCursor(cursor: Cursor, question: EventQuestion): string {
  const { range, lastMicros, lastValue, given } = cursor;
  const parts = [
    VERSION,
    fingerprint(question),
    range.fromMicros,
    range.toMicros,
    lastMicros,
    given,
    lastValue ?? null,
  ];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor that `writeCursor` made for the same question.
 *
 * @throws QueryError `BAD_CURSOR`.
 */
export function readCursor(text: unknown, question: EventQuestion): Cursor {
  const parts = typeof text === 'string' ? decoded(text) : [];
  const [version, print, fromMicros, toMicros, lastMicros, given, lastValue] = parts;
  if (
    version !== VERSION ||
    !isWhole(fromMicros) ||
    !isWhole(toMicros) ||
    !isWhole(lastMicros) ||
    !isWhole(given) ||
    !(lastValue === null || (typeof lastValue === 'number' && Number.isFinite(lastValue)))
  ) {
    throw new QueryError('BAD_CURSOR', 'The cursor is not one that an answer gave.', {
      hint: 'Pass "nextCursor" of the answer before as it is, or leave "cursor" out to begin anew.',
    });
  }
  if (print !== fingerprint(question)) {
    throw new QueryError('BAD_CURSOR', 'The cursor belongs to another question.', {
      hint: 'Ask with the same metric, filters, order, since, until and timeZone; only "limit" may change.',
    });
  }
  return { range: { fromMicros, toMicros }, lastMicros, given, lastValue: lastValue ?? undefined };
}

function decoded(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
