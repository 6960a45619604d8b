import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** As git does: a zero byte this early makes a file binary. */
const BINARY_BYTES = 8_000;
const LINE_END = 0x0a;

/** Lines of a file, a last one without its end included. Nothing for a binary one, a link, or one above the limit. */
export function countLines(path: string, maxBytes: number): { lines: number | undefined; sizeBytes: number } {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maxBytes) return { lines: undefined, sizeBytes: 0 };
    const bytes = Buffer.alloc(stats.size);
    const length = readSync(file, bytes, 0, bytes.length, 0);
    const read = bytes.subarray(0, length);
    if (read.subarray(0, BINARY_BYTES).includes(0)) return { lines: undefined, sizeBytes: length };
    let lines = length > 0 && read[length - 1] !== LINE_END ? 1 : 0;
    for (const byte of read) if (byte === LINE_END) lines += 1;
    return { lines, sizeBytes: length };
  } catch {
    return { lines: undefined, sizeBytes: 0 };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
