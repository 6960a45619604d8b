import { open } from 'node:fs/promises';

/** Large reads: the file system is asked rarely, and a chunk holds some thousand lines. */
export const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a file, in two pieces of memory that are used in turn: a chunk is valid until the next is asked for.
 * While one is worked on, the next is read.
 */
export async function* readChunks(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const rooms = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
    let reading = file.read(rooms[0], 0, CHUNK_BYTES);
    for (let turn = 1; ; turn = 1 - turn) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      onRead(bytesRead);
      reading = file.read(turn === 1 ? rooms[1] : rooms[0], 0, CHUNK_BYTES);
      // Whoever breaks off asks no more; then nobody waits for it.
      reading.catch(() => undefined);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
