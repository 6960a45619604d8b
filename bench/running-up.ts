import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/surfaces/cli/main.ts', import.meta.url));
const START_TRIES = 200;
const TRY_MILLIS = 100;

/** `up` as people run it, before a store of ours. */
export type RunningUp = { readonly port: number; readonly token: string; stop(): Promise<void> };

/** Resolves when its dashboard answers. It listens to nothing else, and reads nothing of this machine's agents. */
export async function startUp(directory: string): Promise<RunningUp> {
  const port = await freePort();
  const env = {
    ...process.env,
    AMICUS_METRICS_API_PORT: String(port),
    AMICUS_METRICS_OTLP_PORT: '0',
    AMICUS_METRICS_AGENT_HISTORIES: 'off',
    AMICUS_METRICS_SOURCES_GIT: 'off',
  };
  const up = spawn(process.execPath, [MAIN, 'up', '--dir', directory, '--for', '3600s'], { env, stdio: 'ignore' });
  const ended = once(up, 'exit');
  // Until it is gone: it would make the store anew in a folder that is removed before.
  const stop = async (): Promise<void> => {
    up.kill('SIGTERM');
    await ended;
  };
  for (let tries = 0; tries < START_TRIES; tries++) {
    await sleep(TRY_MILLIS);
    try {
      const token = readFileSync(join(directory, 'api.token'), 'utf8');
      const headers = { authorization: `Bearer ${token}` };
      if ((await fetch(`http://127.0.0.1:${port}/api/v1/metrics`, { headers })).ok) return { port, token, stop };
    } catch {
      // Not yet.
    }
  }
  await stop();
  throw new Error('up has no dashboard');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
