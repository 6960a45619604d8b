import { readPlainFile } from './read-plain-file.ts';

const LINE_END = 0x0a;

/** Lines of a file, a last one without its end included. Nothing for a binary one, a link, or one above the limit. */
export function countLines(path: string, maxBytes: number): { lines: number | undefined; sizeBytes: number } {
  const { bytes, isBinary } = readPlainFile(path, maxBytes);
  const sizeBytes = bytes?.length ?? 0;
  if (bytes === undefined || isBinary) return { lines: undefined, sizeBytes };
  let lines = sizeBytes > 0 && bytes[sizeBytes - 1] !== LINE_END ? 1 : 0;
  for (const byte of bytes) if (byte === LINE_END) lines += 1;
  return { lines, sizeBytes };
}
