import { ConfigError } from '../model/errors.ts';

/**
 * How this bus writes what versions of Amicus write differently. Tests and the example cluster speak each of them, so
 * that whatever reads the file copes with all.
 */
export type Dialect = {
  /** Shape of `next_steps`: objects, objects without an id, or one text with a line for each task. */
  readonly steps: 'objects' | 'objects_without_ids' | 'text';
  /** How a claim shows: in the task's status and holder, or only as a marker in its text. Text steps know markers only. */
  readonly claims: 'status' | 'text_marker';
  /** Print lines on standard output that are not protocol messages. */
  readonly noise: boolean;
  /** Extra time for which the lock is held at every access, in milliseconds. */
  readonly slowLockMillis: number;
};

/** What Amicus 0.4 and later writes. */
export const PLAIN_DIALECT: Dialect = { steps: 'objects', claims: 'status', noise: false, slowLockMillis: 0 };

/** True where the file keeps holders and times: not in a text, and not for claims by a marker in a task's text. */
export function keepsTimes(dialect: Dialect): boolean {
  return dialect.steps !== 'text' && dialect.claims === 'status';
}

/** The environment variable that switches dialects: words of `DIALECT_WORDS`, joined by commas. */
export const DIALECT_VARIABLE = 'AMICUS_BUS_DIALECT';

/** Long enough to make eight processes wait in line, well under the 10 s after which a lock counts as abandoned. */
const SLOW_LOCK_MILLIS = 120;

const CHANGES: Readonly<Record<string, Partial<Dialect>>> = {
  'string-steps': { steps: 'text', claims: 'text_marker' },
  'no-ids': { steps: 'objects_without_ids' },
  'text-markers': { claims: 'text_marker' },
  noise: { noise: true },
  'slow-lock': { slowLockMillis: SLOW_LOCK_MILLIS },
};

/** The words that `parseDialect` understands. */
export const DIALECT_WORDS: readonly string[] = Object.keys(CHANGES);

/**
 * Reads words such as `no-ids,noise`. Absent or empty gives the plain dialect.
 *
 * @throws ConfigError `BAD_SETTING` for a word that is not in `DIALECT_WORDS`.
 */
export function parseDialect(words: string | undefined): Dialect {
  const changes = (words ?? '').split(',').flatMap((part) => {
    const word = part.trim();
    if (word === '') return [];
    const change = Object.hasOwn(CHANGES, word) ? CHANGES[word] : undefined;
    if (change !== undefined) return [change];
    throw new ConfigError('BAD_SETTING', `${DIALECT_VARIABLE} has the word "${word}", which is no dialect.`, {
      hint: `Use one or more of ${DIALECT_WORDS.join(', ')}, joined by commas.`,
    });
  });
  return Object.assign({ ...PLAIN_DIALECT }, ...changes) as Dialect;
}
