import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer. */
export type Answer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

/** How much of a refused body is taken and thrown away, so that its sender gets to read the answer. */
const MAX_DISCARDED_BYTES = 256 * 1024 * 1024;
const MAX_DISCARD_MILLIS = 15_000;

/**
 * Sends an answer. One that comes before the end of the request is sent at once, and what still comes is thrown away:
 * closing a connection that has unread bytes would take the answer with it.
 */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, contentType, body, headers = {} } = answer;
  if (response.destroyed) return;
  const early = !request.complete;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    ...(early ? { connection: 'close' } : {}),
  });
  if (early) {
    response.write(body);
    // Nothing may stay in a buffer: an empty body alone would not send the headers.
    response.flushHeaders();
    discard(request, () => response.end());
  } else response.end(body);
}

function discard(request: IncomingMessage, done: () => void): void {
  let discardedBytes = 0;
  const timer = setTimeout(() => request.destroy(), MAX_DISCARD_MILLIS);
  timer.unref();
  const finish = (): void => {
    clearTimeout(timer);
    done();
  };
  request.on('data', (part: Buffer) => {
    discardedBytes += part.length;
    if (discardedBytes > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.once('end', finish);
  request.once('close', finish);
  request.once('error', finish);
  request.resume();
}
