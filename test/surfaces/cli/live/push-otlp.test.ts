import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { otlpCollector } from '../../../support/otlp-collector.ts';
import { decodeToJson } from '../../../support/otlp-schema.ts';
import { runInProcess } from '../../../support/run-cli.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

function up(endpoint: string, more: Readonly<Record<string, string>> = {}) {
  const directory = join(temporaryFolder(), '.ai');
  mkdirSync(directory, { mode: 0o700 });
  const env = { AMICUS_METRICS_OTLP_PORT: '0', AMICUS_METRICS_OTLP_OUT_ENDPOINT: endpoint, ...more };
  return runInProcess(['up', '--dir', directory, '--for', '2s'], { env });
}

describe('up', () => {
  it('pushes figures to the collector of the settings, with the headers of the environment', async () => {
    const collector = await otlpCollector();
    const run = await up(collector.url, { AMICUS_METRICS_OTLP_OUT_HEADERS: 'x-key=abc' });
    expect(run.code).toBe(0);
    // One at the start, one at the end.
    expect(collector.taken.length).toBeGreaterThanOrEqual(1);
    expect(collector.taken.every(({ headers, path }) => headers['x-key'] === 'abc' && path === '/v1/metrics')).toBe(
      true,
    );
    const told = decodeToJson('metrics', collector.taken.at(-1)?.body ?? Buffer.alloc(0)).toString();
    expect(told).toContain('"amicus.collector.recorded_events"');
  });

  it('goes on where nobody takes them, and says so once', async () => {
    const run = await up('http://127.0.0.1:9');
    expect(run.code).toBe(0);
    expect(run.stdout.match(/figures do not reach 127\.0\.0\.1:9: it cannot be reached/g)).toHaveLength(1);
  });

  it('does not push to itself', async () => {
    const run = await up('http://localhost:4444', { AMICUS_METRICS_OTLP_PORT: '4444' });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('no figures are pushed to localhost:4444');
  });
});
