import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { TOKEN_FILES } from '../../api/api-tokens.ts';
import type { ApiServer } from '../../api/api-server.ts';
import type { ApiPlace, ApiStart } from '../../api/api-thread.ts';
import { placeOf } from '../../api/thread-context.ts';
import { isLoopback } from '../../http/request-guard.ts';
import type { CommandContext } from '../context.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';
import { PORT_REASONS } from './open-receiver.ts';

/** Loading it takes a fifth of a second, on a busy machine more. */
const START_MILLIS = 20_000;
/** The end of `up` waits so long for its connections and its store handle to be let go. */
const CLOSE_MILLIS = 2_000;

/** The API of a run, and what opens its dashboard: with the token at a terminal, else without. */
export type OpenApi = Pick<ApiServer, 'close'> & { readonly link: string };

/**
 * Takes the port of the dashboard and the API, and says where it is. Where that fails, says so in a sentence; everything
 * else goes on without.
 */
export async function openApi(context: CommandContext): Promise<OpenApi | undefined> {
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
    const started = await start(context, { host, port, names, tls });
    if ('code' in started) return refuse(whyNot(started));
    const { address, token, close } = started;
    // What is not a terminal is a log, and logs are read by others.
    const path = resolve(context.directory, TOKEN_FILES.write);
    const link =
      context.stderr.isTTY === true ? `${address}/login?token=${token}` : `${address}, with the token in ${path}`;
    context.note(`Dashboard: ${printable(link)}`);
    return { close, link };
  } catch {
    return refuse('its thread could not be started');
  }
}

function whyNot({ code, message }: Extract<ApiStart, { readonly code: string }>): string {
  if (message !== undefined) return printable(message).replace(/\.$/, '');
  const isTls = code.startsWith('ERR_OSSL') || code.startsWith('ERR_SSL');
  if (isTls) return 'the certificate and its key are not in PEM, or do not belong together';
  return PORT_REASONS[code] ?? code;
}

/** On a thread of its own: neither does a dashboard hold up what `up` follows, nor the other way round. */
async function start(
  context: CommandContext,
  at: ApiPlace['at'],
): Promise<
  | Extract<ApiStart, { code: string }>
  | { readonly address: string; readonly token: string; readonly close: () => Promise<void> }
> {
  // Beside this file when built; two rooms away in the sources.
  const name = import.meta.url.endsWith('.ts') ? '../../api/api-thread.ts' : './api-thread.js';
  const workerData: ApiPlace = { ...placeOf(context), at };
  const worker = new Worker(new URL(name, import.meta.url), { workerData, execArgv: [] });
  const [told] = (await once(worker, 'message', { signal: AbortSignal.timeout(START_MILLIS) })) as [ApiStart];
  if ('code' in told) {
    await worker.terminate();
    return told;
  }
  worker.unref();
  worker.on('error', () => context.note('The dashboard has failed and is gone until `up` is started again.'));
  const close = async (): Promise<void> => {
    // It may have ended by itself.
    if (worker.threadId === -1) return;
    // Nothing else may be left to wait for, and then the process would end amid this.
    worker.ref();
    const ended = once(worker, 'exit');
    worker.postMessage('close', []);
    await Promise.race([ended, delay(CLOSE_MILLIS, undefined, { ref: false })]);
    await worker.terminate();
  };
  return { ...told, close };
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
