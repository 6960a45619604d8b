import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import type { MessageStream } from '../../sources/mcp-proxy/message-stream.ts';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/** Compressed bytes that may wait to be read; a body that comes faster is no longer read, only passed on. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * A stream that reads the decoded copy of a body that passes in an encoding; undefined for an unknown one.
 *
 * @param onRead Told when no more of it will be read: decoding goes on for a while after the end of the body.
 */
export function decodedCopy(
  encoding: string | undefined,
  stream: MessageStream,
  onRead: () => void,
): MessageStream | undefined {
  if (encoding === undefined || encoding === '' || encoding === 'identity') {
    return {
      push: (chunk) => stream.push(chunk),
      end: () => {
        stream.end();
        onRead();
      },
    };
  }
  const decoder = DECODERS.get(encoding.trim().toLowerCase())?.();
  if (decoder === undefined) return undefined;
  decoder.on('data', (chunk: Buffer) => stream.push(chunk));
  decoder.once('end', () => stream.end());
  decoder.on('error', () => undefined);
  // After its end, after a failure, and when it was given up.
  decoder.once('close', onRead);
  return {
    push: (chunk) => {
      if (decoder.destroyed) return;
      if (decoder.writableLength > MAX_WAITING_BYTES) decoder.destroy();
      else decoder.write(chunk);
    },
    end: () => {
      if (!decoder.destroyed) decoder.end();
    },
  };
}
