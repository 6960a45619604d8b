import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import type { MetricsCollector } from '../../metrics-collector.ts';
import { type EventLinesReport, readEventLines } from '../../sources/event-lines.ts';
import { CHUNK_BYTES, readChunks } from './read-chunks.ts';
import { notStored, notStoredOfAll, settle } from './settle.ts';

/** A file of this size has some ten thousand lines. */
const LONG_BYTES = 4 * 1024 * 1024;

export type ImportOptions = {
  /** Absolute; `undefined` reads `stdin`. */
  readonly path: string | undefined;
  readonly stdin: Readable;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** See `EventLinesOptions`. */
  readonly bulkAfterLines?: number;
};

export type ImportProgress = {
  /** 0 to 1; absent where the whole is not known. */
  readonly part: number | undefined;
  /** After decompression. */
  readonly bytes: number;
  readonly lines: number;
};

export type ImportedFile = EventLinesReport & {
  /** Events that are in the store now and were not before. */
  readonly stored: number;
  /** Events that were there already. */
  readonly duplicates: number;
  /** Events of a time whose detail has expired: nobody can say whether they were counted before. */
  readonly tooOld: number;
  /** Why the input was not read to its end: it could not be opened, is damaged, or ends too early. */
  readonly failure: Error | undefined;
};

/**
 * Read a file of events, or standard input, into the store. Compression goes by the file's name. Memory stays the same
 * whatever the input is, a single line of a gigabyte included.
 *
 * @throws StoreError when the store itself fails; what is wrong with the input is in the report.
 */
export async function importFile(collector: MetricsCollector, options: ImportOptions): Promise<ImportedFile> {
  const { path, signal, onProgress, bulkAfterLines } = options;
  const before = await notStored(collector);
  let failure: Error | undefined;
  let bulk: ReturnType<MetricsCollector['bulk']> | undefined;
  const input = await openInput(options).catch((cause: Error) => {
    failure = cause;
    return undefined;
  });
  const stop = (): void => input?.stop();
  signal?.addEventListener('abort', stop, { once: true });
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of input?.chunks ?? []) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    } catch (cause) {
      // What was read before it stays, and is told; the reason comes last.
      if (signal?.aborted !== true) failure = describe(cause, path);
    }
  }
  try {
    const report = await readEventLines(chunks(), {
      catalogue: collector.catalogue,
      sink: {
        emit: (event) => collector.emit(event),
        dropped: () => collector.health().dropped,
        settle: () => settle(collector),
        bulk: (names) => (bulk = collector.bulk(names)),
      },
      signal,
      bulkAfterLines: bulkAfterLines ?? (input?.isLong === true ? 0 : undefined),
      onProgress: ({ bytes, lines }) => onProgress?.({ part: input?.part(), bytes, lines }),
    });
    const after = await notStoredOfAll(collector);
    const quick = (await bulk)?.totals;
    const duplicates = after.duplicates - before.duplicates + (quick?.duplicates ?? 0);
    const tooOld = after.tooOld - before.tooOld + (quick?.tooOld ?? 0);
    return { ...report, stored: report.events - duplicates - tooOld, duplicates, tooOld, failure };
  } finally {
    signal?.removeEventListener('abort', stop);
    await (await bulk)?.close();
  }
}

type Input = {
  readonly chunks: AsyncIterable<Uint8Array | string>;
  readonly part: () => number | undefined;
  /** It surely has many lines. */
  readonly isLong: boolean;
  /** Ends the chunks, also while one is waited for. */
  readonly stop: () => void;
};

/** Decompressors by the last ending of a file's name. */
const DECOMPRESSORS = {
  gz: () => createGunzip({ chunkSize: CHUNK_BYTES }),
  zst: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }),
} as const;

async function openInput({ path, stdin }: Pick<ImportOptions, 'path' | 'stdin'>): Promise<Input> {
  if (path === undefined) return ofStream(stdin, () => undefined);
  const found = await stat(path).catch((cause: unknown) => {
    throw describe(cause, path);
  });
  if (found.isDirectory()) throw new Error(`${path} is a folder.`);
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const isPacked = ending === 'gz' || ending === 'zst';
  if (found.isFile() && !isPacked) {
    let read = 0;
    const chunks = readChunks(path, (bytes) => (read += bytes));
    const part = (): number | undefined => (found.size > 0 ? read / found.size : undefined);
    return { chunks, part, isLong: found.size > LONG_BYTES, stop: () => undefined };
  }
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  // A pipe or a device has no size; how far one is in a compressed file goes by the compressed bytes.
  const part = (): number | undefined => (found.size > 0 ? file.bytesRead / found.size : undefined);
  // The error, if any, comes out of the last stream; the callback only keeps it from being thrown twice.
  return ofStream(isPacked ? pipeline(file, DECOMPRESSORS[ending](), () => {}) : file, part);
}

const ofStream = (stream: Readable, part: () => number | undefined): Input => ({
  chunks: stream,
  part,
  isLong: false,
  stop: () => stream.destroy(),
});

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a folder',
};

/** What went wrong with an input, in a sentence. */
function describe(cause: unknown, path: string | undefined): Error {
  const place = path ?? 'Standard input';
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const damaged = code.startsWith('Z_') || code.startsWith('ZSTD_') || code.startsWith('ERR_ZSTD');
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = damaged ? `it is damaged or cut short (${message})` : (REASONS[code] ?? message);
  return new Error(`${place} cannot be read to its end: ${reason}.`, { cause });
}
