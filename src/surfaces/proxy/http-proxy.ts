import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommandContext } from '../cli/context.ts';
import { answerPlainly, passExchange } from './http-exchange.ts';
import { HttpSessions } from './http-sessions.ts';
import { isLocalOrigin, isLoopbackHost } from './passed-headers.ts';
import type { SideReader } from './side-reader.ts';

/** A proxy that listens, and how it is ended. */
export type HttpProxy = { readonly url: string; close(): Promise<void> };

/**
 * Listens on this machine only and passes everything on to one MCP server. Requests under another host's name, or from
 * pages of another host, are refused: see "DNS rebinding" in the security notes of the protocol.
 */
export async function listenForHttp(target: URL, port: number, reader: SideReader): Promise<HttpProxy> {
  const sessions = new HttpSessions(reader);
  const server = createServer({ keepAlive: true }, (incoming, outgoing) => {
    if (!isLoopbackHost(incoming.headers.host) || !isLocalOrigin(incoming.headers.origin)) {
      answerPlainly(outgoing, 403, 'This proxy answers programs on its own machine only.');
      return;
    }
    passExchange(incoming, outgoing, { target, sessions, reader });
  });
  // Streams stay open and silent for as long as a session lasts, and tools take as long as they take.
  server.requestTimeout = 0;
  server.timeout = 0;
  await listening(server, port);
  void reader.open();
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}${target.pathname}${target.search}`,
    close: async () => {
      reader.listen(() => sessions.endAll());
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), reader.close()]);
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Prints the address to give to clients, and serves until it is told to end. */
export async function runHttpProxy(options: {
  readonly target: URL;
  readonly port: number;
  readonly reader: SideReader;
  readonly context: CommandContext;
}): Promise<void> {
  const { target, port, reader, context } = options;
  const proxy = await listenForHttp(target, port, reader);
  context.print(proxy.url);
  if (!context.signal.aborted) {
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
  }
  await proxy.close();
}
