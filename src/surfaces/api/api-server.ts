import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../../model/clock.ts';
import { loopbackHosts } from '../http/request-guard.ts';
import { type Answer, sendAnswer } from '../http/send-answer.ts';
import { type ErrorAnswer, errorAnswer } from './api-error.ts';
import type { ApiTokens } from './api-tokens.ts';
import { DOOR_PAGE, UNBUILT_PAGE, WRONG_LINK_PAGE } from './plain-pages.ts';
import { type GateRules, type Refusal, RequestGate } from './request-gate.ts';
import { pagePolicy, SECURITY_HEADERS } from './security-headers.ts';
import type { WebFiles } from './web-files.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 256;
const HEADERS_MILLIS = 10_000;
const REQUEST_MILLIS = 20_000;
const KEEP_ALIVE_MILLIS = 30_000;
/** Whoever takes nothing of an answer for so long gets no more of it. Live streams are never so silent. */
const IDLE_MILLIS = 60_000;
/** Looks for connections that are over their time. */
const CHECK_MILLIS = 2_000;

/** What only somebody who has shown a token may ask, and what the app answers. */
const APP_PATH = /^\/(?:api\/|openapi\.json$|metrics$)/;
/** Where the files of the dashboard are: its folder of them, and names with an ending beside the page itself. */
const FILE_PATH = /^\/(?:assets\/.*|[^/]*\.\w+)$/;

export type ApiServerOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Further names by which it is called, with the port where it is not the usual one. */
  readonly names: readonly string[];
  /** PEM. Undefined speaks plain HTTP, which is for this machine only. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly tokens: ApiTokens;
  readonly files: WebFiles;
  readonly clock: Clock;
  readonly app: { fetch(request: Request): Response | Promise<Response> };
};

/** The socket before the API and the dashboard: bounds what a caller may take, and lets only those in who may. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #server: Server;
  readonly #gate: RequestGate;
  readonly #toApp: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  #rules: GateRules = { hosts: new Set(), scheme: 'http', cookieName: '' };

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#gate = new RequestGate(options.tokens, options.clock);
    this.#toApp = getRequestListener((request) => options.app.fetch(request), { overrideGlobalObjects: false });
    const limits = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MILLIS,
      requestTimeout: REQUEST_MILLIS,
      keepAliveTimeout: KEEP_ALIVE_MILLIS,
      connectionsCheckingInterval: CHECK_MILLIS,
    };
    const listener: RequestListener = (request, response) => void this.#handle(request, response);
    this.#server =
      options.tls === undefined
        ? createServer(limits, listener)
        : createTlsServer({ ...limits, ...options.tls, minVersion: 'TLSv1.2' }, listener);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.maxHeadersCount = MAX_HEADERS;
    this.#server.timeout = IDLE_MILLIS;
  }

  /**
   * Takes the port.
   *
   * @returns The address, as a browser wants it.
   * @throws what the system reported, `EADDRINUSE` for a port that is taken.
   */
  async listen(): Promise<string> {
    const { host, port, names, tls } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : port;
    const scheme = tls === undefined ? 'http' : 'https';
    this.#rules = {
      hosts: new Set([...loopbackHosts(host, taken), ...names]),
      scheme,
      cookieName: `${tls === undefined ? '' : '__Host-'}amicus-metrics-${taken}`,
    };
    return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${taken}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    try {
      const admission = this.#gate.admit(request, this.#rules);
      if ('status' in admission) return refuse(request, response, admission);
      const [path, query] = splitOnce(request.url ?? '', '?');
      if (path === '/login') return this.#logIn(request, response, query);
      if (APP_PATH.test(path)) {
        if (admission.access === undefined) return refuse(request, response, NO_TOKEN);
        return await this.#toApp(request, response);
      }
      if (request.method === 'POST') return refuse(request, response, NO_SUCH_PLACE);
      if (admission.access === undefined) return sendPage(request, response, 401, DOOR_PAGE);
      this.#sendFile(request, response, path);
    } catch {
      refuse(request, response, errorAnswer(500, 'FAILED', 'The answer could not be made.'));
    }
  }

  /** A token for a cookie. What the browser then shows and keeps in its history has no token in it. */
  #logIn(request: IncomingMessage, response: ServerResponse, query: string): void {
    const access = this.#gate.check(new URLSearchParams(query).get('token') ?? '');
    if (typeof access !== 'string') return sendPage(request, response, access.status, WRONG_LINK_PAGE, access.headers);
    const { tokens, clock, tls } = this.#options;
    const { value, maxAgeSeconds } = tokens.newSession(access, clock.nowMicros() / 1e6);
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${tls === undefined ? '' : '; Secure'}`;
    return sendPage(request, response, 303, '', {
      location: '/',
      'set-cookie': `${this.#rules.cookieName}=${value}; ${attributes}`,
    });
  }

  #sendFile(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { files } = this.#options;
    const { 'accept-encoding': encodings, 'if-none-match': known } = request.headers;
    const file = files.file(path, encodings, known);
    if (file !== undefined) {
      response.writeHead(file.status, {
        ...file.headers,
        ...(file.status === 304 ? {} : { 'content-length': file.body.length }),
      });
      response.end(file.body);
      return;
    }
    // Where files are, and none of this name; every other path is a place in the dashboard, whatever an id in it looks like.
    if (FILE_PATH.test(path)) return refuse(request, response, NO_SUCH_PLACE);
    const page = files.page();
    if (page === undefined) return sendPage(request, response, 503, UNBUILT_PAGE);
    return sendPage(request, response, 200, page.html, { 'content-security-policy': pagePolicy(page.nonce) });
  }
}

const NO_SUCH_PLACE = errorAnswer(404, 'NOT_FOUND', 'There is nothing here.', 'GET /openapi.json lists what there is.');
const NO_TOKEN: Refusal = {
  ...errorAnswer(
    401,
    'UNAUTHORIZED',
    'A token is needed here.',
    'Send authorization: Bearer …, with the token in api.token or api.read-token in the context folder.',
  ),
  headers: { 'www-authenticate': 'Bearer' },
};

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: ErrorAnswer & Pick<Refusal, 'headers'>,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body, headers = {} } = refusal;
  send(request, response, {
    status,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(body)),
    headers,
  });
}

function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  html: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(request, response, { status, contentType: 'text/html; charset=utf-8', body: Buffer.from(html), headers });
}

/** A request that comes with a body is answered before that is read, and its connection ends. */
function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding !== undefined || (length !== undefined && length !== '0')) return sendAnswer(request, response, answer);
  const { status, contentType, body, headers } = answer;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
