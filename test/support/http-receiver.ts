import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { HttpReceiver } from '../../src/surfaces/http/http-receiver.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A receiver on a free port of this machine, before a real store. */
export type RunningReceiver = {
  readonly directory: string;
  readonly port: number;
  readonly collector: MetricsCollector;
  readonly stop: () => Promise<void>;
};

export async function startReceiver(
  settings: { readonly token?: string; readonly directory?: string } = {},
): Promise<RunningReceiver> {
  const directory = settings.directory ?? join(temporaryFolder(), '.ai');
  const collector = openMetrics({ directory });
  const receiver = new HttpReceiver({ host: '127.0.0.1', port: 0, token: settings.token, metricsDirectory: directory });
  const address = await receiver.listen();
  await receiver.start({
    clock: new SystemClock(),
    emit: (event) => void collector.emit(event),
    notice: () => undefined,
  });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await receiver.stop();
    await collector.close();
  };
  onTestFinished(stop);
  return { directory, port: Number(new URL(address).port), collector, stop };
}

export type HttpAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export const JSON_TYPE = { 'content-type': 'application/json' } as const;
export const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' } as const;

/** One request. A body that is a list goes out in chunks, without a length. */
export function send(
  port: number,
  path: string,
  headers: Readonly<Record<string, string | string[]>>,
  body: Buffer | string | readonly Buffer[] = '',
  method = 'POST',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.once('error', reject);
    if (!Array.isArray(body)) {
      sent.end(body);
      return;
    }
    const chunks = body as readonly Buffer[];
    let next = 0;
    const more = (): void => {
      while (next < chunks.length) if (!sent.write(chunks[next++])) return void sent.once('drain', more);
      sent.end();
    };
    more();
  });
}
