import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { ApiError, errorAnswer } from './api-error.ts';
import type { LiveFeed, LiveMessage } from './live-feed.ts';

/** Below what proxies and browsers take for a dead connection. */
const HEARTBEAT_MILLIS = 15_000;
/** Whoever is behind by more is let go, and comes back for what is kept. */
const MAX_WAITING = 32;
const RETRY_MILLIS = 2_000;

/** The route of the stream, for the OpenAPI document. */
export const liveRoute = createRoute({
  method: 'get',
  path: '/live',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events: `change` with how many events of which metrics came and with findings and alerts, at most one a second; `reset` where what was missed is not known any more. Resumes from `Last-Event-ID`.',
  tags: ['live'],
  responses: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: z.string() } } },
  },
});

/** Streams what the feed tells, no faster than the client takes it. */
export function serveLive(c: Context, feed: LiveFeed): Response {
  const waiting: LiveMessage[] = [];
  let wake: () => void = () => undefined;
  const over = new AbortController();
  const hear = (message: LiveMessage): void => {
    waiting.push(message);
    if (waiting.length > MAX_WAITING) over.abort();
    wake();
  };
  const stop = feed.listen(hear, c.req.header('last-event-id'));
  if (stop === undefined) {
    throw new ApiError(errorAnswer(503, 'BUSY', 'Too many listen already.', 'Close a window, and try again.'));
  }
  const answer = streamSSE(c, async (stream) => {
    stream.onAbort(() => {
      over.abort();
      wake();
    });
    try {
      await stream.write(`retry: ${RETRY_MILLIS}\n\n`);
      while (!over.signal.aborted) {
        const message = waiting.shift();
        if (message !== undefined) await stream.writeSSE(message);
        else if (await isQuiet((resolve) => (wake = resolve))) await stream.write(':\n\n');
      }
    } finally {
      stop();
    }
  });
  answer.headers.set('cache-control', 'no-store, no-transform');
  return answer;
}

/** True where nothing woke it for as long as a connection may be silent. */
async function isQuiet(onWake: (wake: () => void) => void): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), HEARTBEAT_MILLIS);
  timer.unref();
  onWake(() => resolve(false));
  const isSilent = await promise;
  clearTimeout(timer);
  return isSilent;
}
