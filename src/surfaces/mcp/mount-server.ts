import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import type { McpMount } from '../http/http-receiver.ts';

/** Headers that belong to one connection; the body comes in plain and whole. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'transfer-encoding',
]);
/** Says to the server of one request which node its address names. */
const NODE_HEADER = 'x-amicus-node';

/**
 * MCP over Streamable HTTP, both eras of the protocol, without sessions: a server for each request.
 *
 * @param create Makes that server; it is given the node that the address names.
 */
export function mountServer(create: (node: string | undefined) => McpServer): McpMount {
  const handler = createMcpHandler(({ requestInfo }) => create(requestInfo?.headers.get(NODE_HEADER) ?? undefined));
  return {
    async answer(request, body, response, node) {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const answer = await handler.fetch(toWebRequest(request, body, node, gone.signal));
      await send(answer, response);
    },
    close: () => handler.close(),
  };
}

function toWebRequest(request: IncomingMessage, body: Buffer, node: string | undefined, signal: AbortSignal): Request {
  const { method = 'GET', headers, url = '/' } = request;
  const passed = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_PASSED.has(name)) continue;
    for (const one of [value].flat()) passed.append(name, one);
  }
  passed.delete(NODE_HEADER);
  if (node !== undefined) passed.set(NODE_HEADER, node);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
    method,
    headers: passed,
    signal,
    ...(hasBody ? { body } : {}),
  });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...Object.fromEntries(answer.headers),
  });
  if (answer.body === null) {
    response.end();
    return;
  }
  // Streams are read by whoever listens: a client that goes away ends them.
  await pipeline(Readable.fromWeb(answer.body), response).catch(() => response.destroy());
}
