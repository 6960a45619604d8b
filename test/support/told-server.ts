import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request that a receiver of notifications was sent. */
export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type ToldServer = {
  readonly url: string;
  readonly received: Received[];
  /** Resolves when so many requests have come. */
  readonly got: (count: number) => Promise<void>;
};

/** A receiver on the loopback that answers with statuses in their order, the last one for all that follow. */
export async function openToldServer(
  statuses: readonly number[] = [200],
  headers: Readonly<Record<string, string>> = {},
): Promise<ToldServer> {
  const received: Received[] = [];
  const listeners = new Set<() => void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 200, headers).end('done');
      for (const listener of listeners) listener();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const got = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (received.length >= count && resolve());
      listeners.add(look);
      look();
    });
  return { url: `http://127.0.0.1:${port}`, received, got };
}
