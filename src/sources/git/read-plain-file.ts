import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** As git does: a zero byte this early makes a file binary. */
const BINARY_BYTES = 8_000;
/** What the system says of a name that is no plain file: none there, a link, something else than a folder above it. */
const NO_PLAIN_FILE = new Set(['ENOENT', 'ELOOP', 'EMLINK', 'ENOTDIR', 'EISDIR', 'ENXIO']);

/** What was read of a file: its bytes, or why there are none. */
export type PlainFile = {
  readonly bytes?: Buffer | undefined;
  readonly isBinary: boolean;
  /** There is no plain file of that name, rather than one that is too large or may not be read. */
  readonly isNone: boolean;
};

/** Reads a file of a working tree, never through a link. Waits for nothing that a pipe in its place would write. */
export function readPlainFile(path: string, maxBytes: number): PlainFile {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maxBytes) return { isBinary: false, isNone: !stats.isFile() };
    const bytes = Buffer.alloc(stats.size);
    const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    return { bytes: read, isBinary: isBinary(read), isNone: false };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { isBinary: false, isNone: NO_PLAIN_FILE.has(code) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether git would take it for no text. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, BINARY_BYTES).includes(0);
}
