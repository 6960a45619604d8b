import type { Readable, Writable } from 'node:stream';

/**
 * Passes bytes on as they are: first forwarded, then overheard. Reads no faster than the other side takes, so that
 * whoever writes feels the reader and not this process's memory.
 *
 * @param overhear Gets each piece after it was handed on.
 * @param onEnd Called once, when `from` has ended and all of it was handed on, or when either side failed.
 */
export function pump(from: Readable, to: Writable, overhear: (chunk: Buffer) => void, onEnd: () => void): void {
  let hasEnded = false;
  const onDrain = (): void => void from.resume();
  const onData = (chunk: Buffer): void => {
    if (!to.write(chunk)) from.pause();
    overhear(chunk);
  };
  const finish = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    from.off('data', onData);
    to.off('drain', onDrain);
    onEnd();
  };
  to.on('drain', onDrain);
  from.on('data', onData);
  for (const event of ['end', 'close', 'error']) from.once(event, finish);
  for (const event of ['close', 'error']) to.once(event, finish);
}

/** Resolves when everything written so far has left this process, or can no longer. */
export function flushed(to: Writable): Promise<void> {
  if (to.destroyed || to.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    to.write(Buffer.alloc(0), () => resolve());
    to.once('close', () => resolve());
    to.once('error', () => resolve());
  });
}
