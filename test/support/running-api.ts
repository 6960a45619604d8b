import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hc } from 'hono/client';
import { onTestFinished } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { type Clock, SystemClock } from '../../src/model/clock.ts';
import type { ApiContext } from '../../src/surfaces/api/api-context.ts';
import { ApiServer, type ApiServerOptions } from '../../src/surfaces/api/api-server.ts';
import { ApiTokens, TOKEN_FILES } from '../../src/surfaces/api/api-tokens.ts';
import { type AppType, createApi } from '../../src/surfaces/api/create-api.ts';
import { WebFiles } from '../../src/surfaces/api/web-files.ts';
import { type HttpAnswer, send } from './http-receiver.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type ApiSettings = {
  readonly directory?: string;
  readonly clock?: Clock;
  /** A folder that stands for the built dashboard. */
  readonly web?: string;
  readonly names?: readonly string[];
  readonly tls?: ApiServerOptions['tls'];
};

/** The API on a free port of this machine, before a real store; gone when the running test has finished. */
export type RunningApi = {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  readonly collector: MetricsCollector;
  readonly context: ApiContext;
  readonly write: string;
  readonly read: string;
  /** A GET with the read-write token. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** The same, its body parsed. */
  ask(path: string): Promise<unknown>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  readonly client: ReturnType<typeof hc<AppType>>;
};

export function contextOf(directory: string, collector: MetricsCollector, clock: Clock): ApiContext {
  const open = async (): Promise<MetricsCollector> => collector;
  return { directory, env: {}, cwd: '/', clock, timeZone: 'UTC', collector: open, recordingCollector: open };
}

export async function startApi(settings: ApiSettings = {}): Promise<RunningApi> {
  const { directory = join(temporaryFolder(), '.ai'), clock = new SystemClock(), names = [], tls } = settings;
  const collector = openMetrics({ directory, clock });
  // Something is stored, so that the folder is there.
  await collector.drain();
  const context = contextOf(directory, collector, clock);
  const tokens = new ApiTokens(directory);
  const [write, read] = [tokens.writeToken, readFileSync(join(directory, TOKEN_FILES.read), 'utf8')];
  const files = new WebFiles(settings.web ?? join(directory, 'no-such-folder'));
  const server = new ApiServer({
    host: '127.0.0.1',
    port: 0,
    names,
    tls,
    tokens,
    files,
    clock,
    app: createApi(context),
  });
  const address = await server.listen();
  const port = Number(new URL(address).port);
  onTestFinished(async () => {
    await server.close();
    await collector.close();
  });
  const authorization = `Bearer ${write}`;
  const get: RunningApi['get'] = (path, headers = {}) => send(port, path, { authorization, ...headers }, '', 'GET');
  return {
    directory,
    address,
    port,
    collector,
    context,
    write,
    read,
    get,
    ask: async (path) => JSON.parse((await get(path)).body.toString()) as unknown,
    post: (path, body, headers = {}) =>
      send(port, path, { authorization, 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    client: hc<AppType>(address, { headers: { authorization } }),
  };
}
