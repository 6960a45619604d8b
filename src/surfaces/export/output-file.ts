import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { chmod, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';

/** Compression by the last ending of a file's name. */
const COMPRESSORS: Readonly<Record<string, () => Transform>> = { gz: createGzip, zst: createZstdCompress };

/** The endings that mean compression. */
export const COMPRESSION_ENDINGS: readonly string[] = Object.keys(COMPRESSORS);

/**
 * Write a file whole or not at all: beside its place first (`….tmp`, readable by its owner only), then made durable,
 * then renamed over what was there. A failure or an abort leaves what was there, and no rest.
 *
 * @param chunks Asked for as the disk takes them.
 * @param signal Aborts between two chunks; the promise then rejects with an AbortError.
 * @throws what the file system reported.
 */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const compress = COMPRESSORS[path.slice(path.lastIndexOf('.') + 1)];
  try {
    const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    const options = signal === undefined ? {} : { signal };
    const source = Readable.from(chunks, { objectMode: false });
    await (compress === undefined ? pipeline(source, file, options) : pipeline(source, compress(), file, options));
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(dirname(path));
}

/** Without it a power cut may undo the rename. Not every system lets a folder be opened; there it is left out. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file itself is complete and durable.
  }
}

/**
 * Write to a pipe or a terminal, as fast as its reader takes it. A reader that goes away (`… | head`) ends it quietly.
 *
 * @returns False when the reader went away before the end.
 */
export async function writeStream(
  stream: Writable,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<boolean> {
  let gone = false;
  const onError = (cause: NodeJS.ErrnoException): void => {
    if (cause.code !== 'EPIPE') return;
    gone = true;
    stream.emit('drain');
  };
  stream.on('error', onError);
  try {
    for await (const chunk of chunks) {
      if (gone || stream.destroyed) return false;
      signal?.throwIfAborted();
      if (!stream.write(chunk) && !gone) await drained(stream, signal);
    }
    return !gone;
  } finally {
    stream.off('error', onError);
  }
}

/** Resolves when the stream takes more, is closed, or nobody wants to go on. */
function drained(stream: Writable, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    signal?.addEventListener('abort', done);
  });
}
