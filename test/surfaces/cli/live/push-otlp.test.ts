import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { freePort } from '../../../support/free-port.ts';
import { otlpCollector } from '../../../support/otlp-collector.ts';
import { decodeToJson } from '../../../support/otlp-schema.ts';
import { startInProcess } from '../../../support/run-cli.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Starts `up` in a folder of its own. */
function start(endpoint: string, more: Readonly<Record<string, string>> = {}) {
  const directory = join(temporaryFolder(), '.ai');
  mkdirSync(directory, { mode: 0o700 });
  const env = { AMICUS_METRICS_OTLP_PORT: '0', AMICUS_METRICS_OTLP_OUT_ENDPOINT: endpoint, ...more };
  return startInProcess(['up', '--dir', directory], { env });
}

describe('up', () => {
  it('pushes figures to the collector of the settings, with the headers of the environment', async () => {
    const collector = await otlpCollector();
    const up = start(collector.url, { AMICUS_METRICS_OTLP_OUT_HEADERS: 'x-key=abc' });
    await collector.came(1);
    expect((await up.end()).code).toBe(0);
    expect(collector.taken.every(({ headers, path }) => headers['x-key'] === 'abc' && path === '/v1/metrics')).toBe(
      true,
    );
    const told = decodeToJson('metrics', collector.taken.at(-1)?.body ?? Buffer.alloc(0)).toString();
    expect(told).toContain('"amicus.collector.recorded_events"');
  });

  it('goes on where nobody takes them, and says so once', async () => {
    const up = start('http://127.0.0.1:9');
    await up.printed('figures do not reach');
    const run = await up.end();
    expect(run.code).toBe(0);
    expect(run.stdout.match(/figures do not reach 127\.0\.0\.1:9: it cannot be reached/g)).toHaveLength(1);
  });

  it('does not push to itself', async () => {
    const port = String(await freePort());
    const up = start(`http://localhost:${port}`, { AMICUS_METRICS_OTLP_PORT: port });
    await up.printed(`no figures are pushed to localhost:${port}`);
    expect((await up.end()).code).toBe(0);
  });
});
