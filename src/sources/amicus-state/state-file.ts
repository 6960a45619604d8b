import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the shared state inside the context folder. */
export const STATE_FILE_NAME = 'state.json';

/** More than this is not read: parsing it would hold up everything else in this process. Busy weeks stay under 1 MB. */
export const MAX_STATE_BYTES = 10 * 1024 * 1024;

/** What a look at the state file found. */
export type StateReading =
  | { readonly kind: 'missing' }
  /** Exactly what was seen before, by its signature. Not read again. */
  | { readonly kind: 'same' }
  | {
      readonly kind: 'too_large';
      readonly signature: string;
      readonly mtimeMicros: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'unreadable'; readonly code: 'state_refused' | 'state_not_a_file' }
  | { readonly kind: 'read'; readonly signature: string; readonly mtimeMicros: number; readonly bytes: Uint8Array };

type Stats = { readonly ino: bigint; readonly size: bigint; readonly mtimeNs: bigint };

/**
 * Looks at the state file, only ever reading. Synchronous on purpose: a file of usual size takes a tenth of a
 * millisecond, and whoever waits for a thread meanwhile misses the state that the next write replaces.
 *
 * @param seen Signature of the version that is known: an unchanged file costs one stat.
 */
export function readStateFile(directory: string, seen: string | undefined, maxBytes = MAX_STATE_BYTES): StateReading {
  const path = join(directory, STATE_FILE_NAME);
  let file: number | undefined;
  try {
    const look = statSync(path, { bigint: true });
    if (!look.isFile()) return { kind: 'unreadable', code: 'state_not_a_file' };
    if (signatureOf(look) === seen) return { kind: 'same' };
    // O_NONBLOCK: a pipe put in its place meanwhile must not stop us.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) return { kind: 'unreadable', code: 'state_not_a_file' };
    const signature = signatureOf(stats);
    const mtimeMicros = Number(stats.mtimeNs / 1_000n);
    if (stats.size > BigInt(maxBytes)) {
      return { kind: 'too_large', signature, mtimeMicros, sizeBytes: Number(stats.size) };
    }
    return { kind: 'read', signature, mtimeMicros, bytes: readAll(file, Number(stats.size)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing' }
      : { kind: 'unreadable', code: 'state_refused' };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** At most as many bytes as the file had: one that grows meanwhile is seen again anyway. */
function readAll(file: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const got = readSync(file, bytes, filled, sizeBytes - filled, filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

function signatureOf(stats: Stats): string {
  return `${stats.mtimeNs}:${stats.size}:${stats.ino}`;
}
