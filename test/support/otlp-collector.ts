import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** What came to a collector. */
export type Taken = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** A collector on a loopback port that answers as it is told, and otherwise well. */
export async function otlpCollector(): Promise<{
  readonly url: string;
  readonly taken: Taken[];
  /** Answers to come, in order. */
  readonly answers: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[];
  /** Resolves when so many requests have come in all. */
  readonly came: (count: number) => Promise<void>;
}> {
  const taken: Taken[] = [];
  const answers: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[] = [];
  let look = (): void => {};
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const raw = Buffer.concat(parts);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      taken.push({ path: request.url ?? '', headers: request.headers, body });
      const { status, headers } = answers.shift() ?? { status: 200, headers: {} };
      response.writeHead(status, headers).end();
      look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const came = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (taken.length >= count) resolve();
      };
      look();
    });
  return { url: `http://127.0.0.1:${port}`, taken, answers, came };
}
