import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../model/errors.ts';
import { writePrivateFile } from '../../sources/private-file.ts';

/** What a token allows: to look, or also to decide and to run SQL. */
export type Access = 'read' | 'write';

/** Files in the context folder, each with one token and nothing else, so that other programs can be pointed at them. */
export const TOKEN_FILES: Readonly<Record<Access, string>> = { read: 'api.read-token', write: 'api.token' };

/** 256 bits, as base64url. */
const TOKEN = /^[\w-]{43}$/;
const SESSION = /^(read|write)\.(\d{1,12})\.([\w-]{43})$/;
const SESSION_SECONDS = 30 * 24 * 60 * 60;

/** The tokens of a context folder, and the sessions of browsers that have shown one. Removing a file makes it worthless. */
export class ApiTokens {
  readonly #tokens: Readonly<Record<Access, string>>;

  /**
   * Reads the tokens, and makes those that are not there, or that others could have read or written.
   *
   * @throws StoreError `STORE_READ_ONLY` where none can be kept.
   */
  constructor(directory: string) {
    this.#tokens = { read: keptToken(directory, 'read'), write: keptToken(directory, 'write') };
  }

  /** The token itself, for the link that a person opens. */
  get writeToken(): string {
    return this.#tokens.write;
  }

  /** What a token allows; nothing for any other text. Takes as long for a near miss as for a far one. */
  accessOf(shown: string): Access | undefined {
    const isWrite = isSame(shown, this.#tokens.write);
    const isRead = isSame(shown, this.#tokens.read);
    return isWrite ? 'write' : isRead ? 'read' : undefined;
  }

  /** What a browser keeps instead of a token: it says nothing of it, and ends by itself. */
  newSession(access: Access, nowSeconds: number): { readonly value: string; readonly maxAgeSeconds: number } {
    const endSeconds = Math.floor(nowSeconds) + SESSION_SECONDS;
    return { value: `${access}.${endSeconds}.${this.#sign(access, endSeconds)}`, maxAgeSeconds: SESSION_SECONDS };
  }

  /** What a session allows; nothing for one that has ended, or that was not made here. */
  accessOfSession(value: string, nowSeconds: number): Access | undefined {
    const [, word, end, signature = ''] = SESSION.exec(value) ?? [];
    const access: Access = word === 'write' ? 'write' : 'read';
    const isOurs = isSame(signature, this.#sign(access, Number(end)));
    return isOurs && word !== undefined && Number(end) > nowSeconds ? access : undefined;
  }

  #sign(access: Access, endSeconds: number): string {
    return createHmac('sha256', this.#tokens[access]).update(`session ${access} ${endSeconds}`).digest('base64url');
  }
}

/** Of digests, so that neither length nor place of a difference shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

function keptToken(directory: string, access: Access): string {
  const path = join(directory, TOKEN_FILES[access]);
  const kept = readOwnToken(path);
  if (kept !== undefined) return kept;
  const made = randomBytes(32).toString('base64url');
  if (writePrivateFile(path, made, 'replace')) return made;
  throw new StoreError('STORE_READ_ONLY', `No token can be kept in ${path}.`, {
    hint: 'Check who owns the folder; api.port = 0 does without the dashboard.',
  });
}

/** The token of a file that is this user's alone; else nothing. */
function readOwnToken(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const isOwn =
      stats?.isFile() === true &&
      stats.nlink === 1 &&
      stats.size <= 64 &&
      stats.uid === (process.getuid?.() ?? stats.uid);
    if (!isOwn || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return undefined;
    const text = readFileSync(path, 'utf8').trim();
    return TOKEN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
