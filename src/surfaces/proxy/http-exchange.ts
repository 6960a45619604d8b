import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BodyStream, EventStream, type MessageStream, type OnMessage } from '../../sources/mcp-proxy/message-stream.ts';
import { decodedCopy } from './decoded-copy.ts';
import type { HttpSessions } from './http-sessions.ts';
import { passedHeaders } from './passed-headers.ts';
import { pump } from './pump.ts';
import type { SideReader } from './side-reader.ts';

const SESSION_HEADER = 'mcp-session-id';

export type HttpRoute = { readonly target: URL; readonly sessions: HttpSessions; readonly reader: SideReader };

/**
 * Passes one request on and its answer back, both as they come. Nothing is buffered, tried again, followed or changed:
 * status, headers (those of the connection apart) and body are what the server sent. Either side's going away ends the
 * other side.
 */
export function passExchange(incoming: IncomingMessage, outgoing: ServerResponse, route: HttpRoute): void {
  const { target, sessions, reader } = route;
  const sessionId = headerOf(incoming, SESSION_HEADER);
  const { observer, isOwn } = sessions.observer(sessionId);
  let isCancelled = false;
  const finish = (): void => {
    reader.listen(() => {
      // Only where the server keeps no session does a closed stream end its calls.
      if (isOwn && incoming.method === 'POST') observer.end(isCancelled ? 'cancelled' : 'unknown');
    });
  };

  const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const upstream = request({
    protocol: target.protocol,
    hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: target.port,
    method: incoming.method,
    path: incoming.url,
    headers: ['Host', target.host, ...passedHeaders(incoming.rawHeaders, ['host'])],
    setDefaultHeaders: false,
  });
  const isBodiless =
    headerOf(incoming, 'content-length') === undefined && incoming.headers['transfer-encoding'] === undefined;
  upstream.on('error', () => {
    if (!outgoing.headersSent) answerPlainly(outgoing, 502, `The MCP server at ${target.origin} could not be reached.`);
    else outgoing.destroy();
    finish();
  });
  outgoing.on('close', () => {
    if (outgoing.writableFinished) return;
    isCancelled = true;
    upstream.destroy();
    finish();
  });
  upstream.on('response', (answer) => {
    const given = headerOf(answer, SESSION_HEADER);
    const isEnded = incoming.method === 'DELETE' && sessionId !== undefined && (answer.statusCode ?? 500) < 300;
    reader.listen(() => {
      if (given !== undefined) sessions.remember(given, observer);
      if (isEnded) sessions.end(sessionId);
    });
    outgoing.sendDate = false;
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedHeaders(answer.rawHeaders));
    // Sends the headers at once, and in their own encoding, which flushHeaders() does not keep.
    outgoing.write(Buffer.alloc(0));
    const { promise: read, resolve: onRead } = Promise.withResolvers<void>();
    const copy = streamOf(answer, (message, size) => observer.fromServer(message, size), onRead);
    if (copy === undefined) onRead();
    answer.on('error', () => undefined);
    const overhear = (chunk: Buffer): void => reader.listen(() => copy?.push(chunk));
    pump(answer, outgoing, overhear, () => {
      reader.listen(() => copy?.end());
      if (!answer.complete) outgoing.destroy();
      else outgoing.end();
      if (!isCancelled && given === undefined) void read.then(finish);
    });
  });
  const copy = streamOf(incoming, (message, size) => observer.fromClient(message, size));
  incoming.on('error', () => undefined);
  if (isBodiless) {
    upstream.end();
    return;
  }
  const overhear = (chunk: Buffer): void => reader.listen(() => copy?.push(chunk));
  pump(incoming, upstream, overhear, () => {
    reader.listen(() => copy?.end());
    if (incoming.complete) upstream.end();
    else upstream.destroy();
  });
}

/** A short answer of the proxy's own: only where there is none of the server. */
export function answerPlainly(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  outgoing.end(`${text}\n`);
}

/** What reads a copy of a body; undefined where it holds no messages, or in an unknown encoding. */
function streamOf(
  message: IncomingMessage,
  onMessage: OnMessage,
  onRead: () => void = () => undefined,
): MessageStream | undefined {
  const type = (headerOf(message, 'content-type') ?? '').toLowerCase();
  const isEvents = type.startsWith('text/event-stream');
  if (!isEvents && !type.includes('json')) return undefined;
  return decodedCopy(
    headerOf(message, 'content-encoding'),
    isEvents ? new EventStream(onMessage) : new BodyStream(onMessage),
    onRead,
  );
}

function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
