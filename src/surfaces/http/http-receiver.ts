import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';

import { hookEvents } from '../../sources/hooks/hook-events.ts';
import { decodeJson } from '../../sources/otlp/decode-json.ts';
import { OtlpTranslator } from '../../sources/otlp/otlp-translator.ts';
import type { Encoding } from '../../sources/otlp/read-telemetry.ts';
import { type Signal, UnreadableTelemetry } from '../../sources/otlp/telemetry.ts';
import { type LiveSource, type SourceContext, SYSTEM_TIMERS } from '../../sources/source.ts';
import { CONTENT_TYPES, encodingOf, problemBody, successBody } from './otlp-answer.ts';
import { BodyReader } from './read-body.ts';
import { type GuardRules, isLoopback, loopbackHosts, refusalOf } from './request-guard.ts';
import { type HookRoute, type McpRoute, type OtlpRoute, routeOf } from './routes.ts';
import { type Answer, sendAnswer } from './send-answer.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_MILLIS = 10_000;
const REQUEST_MILLIS = 30_000;
/** Exporters push each minute by default and keep their connection. */
const KEEP_ALIVE_MILLIS = 75_000;
/** Looks for connections that are over their time. */
const CHECK_MILLIS = 2_000;
const MAX_CONNECTIONS = 1_024;
/** How long what was counted may wait to be kept, where no counter rests on it. */
const SAVE_MILLIS = 2_000;

export type ReceiverOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly token: string | undefined;
  /** Folder of the store, where what must survive is kept. */
  readonly metricsDirectory: string;
  /** Opens what answers at `/mcp`, when the first request comes. Absent: nothing does. */
  readonly openMcp?: (() => Promise<McpMount>) | undefined;
};

/** What answers agents that speak MCP. The request was let in, and its body was read within bounds. */
export interface McpMount {
  answer(request: IncomingMessage, body: Buffer, response: ServerResponse, node: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/**
 * Takes what agents' clients push: OTLP over HTTP, as JSON and as protobuf. A push is decoded as a whole, its events
 * are spooled, and only then it is answered: an answered push survives the death of this process.
 */
export class HttpReceiver implements LiveSource {
  readonly name = 'otlp';
  readonly #options: ReceiverOptions;
  readonly #server: Server;
  readonly #bodies = new BodyReader();
  #rules: GuardRules = { hosts: new Set(), token: undefined };
  #context: SourceContext | undefined;
  #translator: OtlpTranslator | undefined;
  #cancelSave: (() => void) | undefined;
  #address: string | undefined;
  #mcp: Promise<McpMount> | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADERS_MILLIS,
        requestTimeout: REQUEST_MILLIS,
        keepAliveTimeout: KEEP_ALIVE_MILLIS,
        connectionsCheckingInterval: CHECK_MILLIS,
      },
      (request, response) => void this.#handle(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.maxHeadersCount = 100;
  }

  /**
   * Takes the port. Until `start()` pushes are asked to come again.
   *
   * @returns The address, as an exporter wants it.
   * @throws what the system reported, `EADDRINUSE` for a port that is taken.
   */
  async listen(): Promise<string> {
    const { host, port, token } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : port;
    this.#rules = { hosts: isLoopback(host) ? loopbackHosts(host, taken) : undefined, token };
    this.#address = `http://${isIPv6(host) ? `[${host}]` : host}:${taken}`;
    return this.#address;
  }

  async start(context: SourceContext): Promise<void> {
    this.#context = context;
    this.#translator = new OtlpTranslator(this.#options.metricsDirectory, context);
    this.#translator.listening = this.#address;
    this.#saveLater(context);
  }

  async poll(): Promise<void> {
    this.#translator?.save();
  }

  async stop(): Promise<void> {
    this.#cancelSave?.();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await (await this.#mcp)?.close();
    const translator = this.#translator;
    if (translator === undefined) return;
    translator.release();
    translator.listening = undefined;
    translator.save();
    this.#translator = undefined;
    this.#context = undefined;
  }

  #saveLater(context: SourceContext): void {
    this.#cancelSave = (context.timers ?? SYSTEM_TIMERS).after(SAVE_MILLIS, () => {
      this.#translator?.save();
      this.#saveLater(context);
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer | undefined;
    try {
      const route = routeOf(request.url ?? '');
      answer = route?.to === 'mcp' ? await this.#takeMcp(request, response, route) : await this.#answer(request, route);
    } catch {
      // A fault of ours: the sender keeps its data and comes again.
      answer = problem('json', 503, 'The receiver failed.', { 'retry-after': '1' });
    }
    if (answer === undefined) return;
    if (answer.status !== 200) this.#translator?.refuse(answer.status);
    sendAnswer(request, response, answer);
  }

  /** Undefined when the mount has answered. */
  async #takeMcp(request: IncomingMessage, response: ServerResponse, { node }: McpRoute): Promise<Answer | undefined> {
    const { openMcp } = this.#options;
    const refusal = refusalOf(request, this.#rules, true);
    if (refusal !== undefined) return problem('json', refusal.status, refusal.problem);
    if (openMcp === undefined) return problem('json', 404, 'Nothing speaks MCP here.');
    const body = await this.#bodies.read(request);
    if (!Buffer.isBuffer(body)) return problem('json', body.status, body.problem);
    this.#mcp ??= openMcp();
    await (await this.#mcp).answer(request, body, response, node);
    return undefined;
  }

  async #answer(request: IncomingMessage, route: OtlpRoute | HookRoute | undefined): Promise<Answer> {
    const encoding = encodingOf(request.headers['content-type']);
    const refusal = refusalOf(request, this.#rules);
    if (refusal !== undefined) return problem(encoding, refusal.status, refusal.problem);
    if (route === undefined) {
      return problem(encoding, 404, 'Telemetry goes to /v1/logs, /v1/metrics or /v1/traces.');
    }
    if (request.method !== 'POST') return problem(encoding, 405, 'Only POST is taken here.', { allow: 'POST' });
    if (encoding === undefined) {
      return problem('json', 415, 'The content type is neither application/json nor application/x-protobuf.');
    }
    const translator = this.#translator;
    if (translator === undefined) return problem(encoding, 503, 'The receiver is starting.', { 'retry-after': '1' });
    const body = await this.#bodies.read(request);
    if (!Buffer.isBuffer(body)) {
      const { status, problem: text } = body;
      return problem(encoding, status, text, status === 503 ? { 'retry-after': '1' } : {});
    }
    if (route.to === 'hook') return this.#takeHook(encoding, body, route);
    return receive(translator, { signal: route.signal, encoding, bytes: body, node: route.node });
  }

  async #takeHook(encoding: Encoding, body: Buffer, { client, node }: HookRoute): Promise<Answer> {
    const context = this.#context;
    if (encoding !== 'json' || context === undefined) return problem('json', 415, 'Hooks send JSON.');
    try {
      const payload = decodeJson(body);
      const nowMicros = context.clock.nowMicros();
      for (const event of hookEvents(payload, { nowMicros, client: HOOK_CLIENTS[client], nodeId: node })) {
        context.emit(event);
      }
    } catch (error) {
      if (!(error instanceof UnreadableTelemetry)) throw error;
      return problem('json', error.tooLarge ? 413 : 400, error.message);
    }
    await turnEnd();
    // Empty: a hook's answer may steer the client.
    return { status: 200, contentType: CONTENT_TYPES.json, body: Buffer.from('{}') };
  }
}

type Push = {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  readonly node: string | undefined;
};

async function receive(translator: OtlpTranslator, push: Push): Promise<Answer> {
  const { encoding, signal } = push;
  try {
    const outcome = translator.receive(push);
    // Events are in the spool at the end of their turn.
    await turnEnd();
    translator.spooled(outcome.push);
    return { status: 200, contentType: CONTENT_TYPES[encoding], body: successBody(encoding, signal, outcome) };
  } catch (error) {
    if (!(error instanceof UnreadableTelemetry)) throw error;
    return problem(encoding, error.tooLarge ? 413 : 400, error.message);
  }
}

const turnEnd = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Clients by the word in the URL; for any other the payload itself tells. */
const HOOK_CLIENTS: Readonly<Record<string, string>> = {
  claude: 'claude-code',
  'claude-code': 'claude-code',
  codex: 'codex',
  gemini: 'gemini-cli',
  'gemini-cli': 'gemini-cli',
  qwen: 'qwen-code',
  'qwen-code': 'qwen-code',
  cursor: 'cursor',
};

function problem(
  encoding: Encoding = 'json',
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, contentType: CONTENT_TYPES[encoding], body: problemBody(encoding, text), headers };
}
