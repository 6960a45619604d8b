import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TOKEN_FILES } from '../../api/api-tokens.ts';
import type { ApiServer, ApiServerOptions } from '../../api/api-server.ts';
import { isLoopback } from '../../http/request-guard.ts';
import { MetricsError } from '../../../model/errors.ts';
import type { CommandContext } from '../context.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';
import { PORT_REASONS } from './open-receiver.ts';

/**
 * Takes the port of the dashboard and the API, and says where it is. Where that fails, says so in a sentence; everything
 * else goes on without.
 */
export async function openApi(context: CommandContext): Promise<Pick<ApiServer, 'close'> | undefined> {
  const { apiHost: host, apiPort: port, apiNames: names, apiTlsCert, apiTlsKey } = configOfRun(context).settings;
  if (port === 0) return undefined;
  const refuse = (why: string): undefined => {
    context.note(`No dashboard at ${printable(`${host}:${port}`)}: ${why}. See api.port and api.host in the settings.`);
  };
  const tls = readPair(context.directory, apiTlsCert, apiTlsKey);
  if (typeof tls === 'string') return refuse(tls);
  if (!isLoopback(host) && tls === undefined) {
    return refuse(
      'other machines can reach it, so api.tls_cert and api.tls_key must be set: tokens would cross the network in the clear',
    );
  }
  try {
    const { address, token, close } = await start(context, { host, port, names, tls });
    // What is not a terminal is a log, and logs are read by others.
    const path = resolve(context.directory, TOKEN_FILES.write);
    const link =
      context.stderr.isTTY === true ? `${address}/login?token=${token}` : `${address}, with the token in ${path}`;
    context.note(`Dashboard: ${printable(link)}`);
    return { close };
  } catch (error) {
    if (error instanceof MetricsError) return refuse(printable(error.message).replace(/\.$/, ''));
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code.startsWith('ERR_OSSL') || code.startsWith('ERR_SSL'))
      return refuse('the certificate and its key are not in PEM, or do not belong together');
    return refuse(PORT_REASONS[code] ?? code);
  }
}

type Place = Pick<ApiServerOptions, 'host' | 'port' | 'names' | 'tls'>;

/** Loads the API only where there is one: it costs more to load than all the rest of `up`. */
async function start(
  context: CommandContext,
  place: Place,
): Promise<{ readonly address: string; readonly token: string; readonly close: () => Promise<void> }> {
  const [{ ApiServer }, { createApi }, { ApiTokens }, { WebFiles }, { ThreadDesk }] = await Promise.all([
    import('../../api/api-server.ts'),
    import('../../api/create-api.ts'),
    import('../../api/api-tokens.ts'),
    import('../../api/web-files.ts'),
    import('../../api/thread-desk.ts'),
  ]);
  const tokens = new ApiTokens(context.directory);
  // Light answers do not wait for heavy ones, and the telling of the cluster waits for none.
  const [light, heavy] = [new ThreadDesk(context), new ThreadDesk(context)];
  const server = new ApiServer({
    ...place,
    tokens,
    files: new WebFiles(),
    clock: context.clock,
    app: createApi(context, { light: light.make, heavy: heavy.make }),
  });
  const close = async (): Promise<void> => {
    await server.close();
    await Promise.all([light.close(), heavy.close()]);
  };
  return { address: await server.listen(), token: tokens.writeToken, close };
}

/** Certificate and key, or a sentence about what is wrong with them. */
function readPair(
  directory: string,
  certPath: string | undefined,
  keyPath: string | undefined,
): { readonly cert: string; readonly key: string } | string | undefined {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined)
    return 'api.tls_cert and api.tls_key belong together, and one is not set';
  try {
    const [cert = '', key = ''] = [certPath, keyPath].map((path) => readFileSync(resolve(directory, path), 'utf8'));
    return { cert, key };
  } catch (error) {
    return `the certificate or its key cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
}
