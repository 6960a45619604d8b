import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { MetricsError } from '../../model/errors.ts';
import { ApiServer, type ApiServerOptions } from './api-server.ts';
import { ApiTokens } from './api-tokens.ts';
import { createApi } from './create-api.ts';
import { contextOf, type ThreadPlace } from './thread-context.ts';
import { ThreadDesk } from './thread-desk.ts';
import { WebFiles } from './web-files.ts';

/** Where the server is to be. */
export type ApiPlace = ThreadPlace & { readonly at: Pick<ApiServerOptions, 'host' | 'port' | 'names' | 'tls'> };

/** What becomes of it: an address, or why there is none, as the system or we ourselves say it. */
export type ApiStart =
  | { readonly address: string; readonly token: string }
  | { readonly code: string; readonly message: string | undefined };

/** Serves until it is told to end. Light answers do not wait for heavy ones, and the socket waits for none. */
async function serve({ at, ...place }: ApiPlace, port: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (start: ApiStart): void => port.postMessage(start, []);
  try {
    const context = contextOf(place);
    const tokens = new ApiTokens(place.directory);
    const [light, heavy] = [new ThreadDesk(place), new ThreadDesk(place)];
    const app = createApi(context, { light: light.make, heavy: heavy.make });
    const server = new ApiServer({ ...at, tokens, files: new WebFiles(), clock: context.clock, app });
    const address = await server.listen();
    tell({ address, token: tokens.writeToken });
    port.once('message', () => {
      void (async () => {
        await server.close();
        await Promise.all([light.close(), heavy.close()]);
        await (await context.collector()).close();
        port.close();
      })();
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    tell({ code, message: error instanceof MetricsError ? error.message : undefined });
    port.close();
  }
}

if (!isMainThread && parentPort !== null) void serve(workerData as ApiPlace, parentPort);
