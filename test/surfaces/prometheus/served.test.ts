import { describe, expect, it } from 'vitest';

import { parseOpenMetrics } from '../../support/openmetrics-parser.ts';
import { startApi } from '../../support/running-api.ts';

const SCRAPER = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

describe('/metrics of the API', () => {
  it('is for whoever shows the token that only reads, as a scraper does', async () => {
    const { address, read, collector } = await startApi();
    collector.record('task.completed', { task_id: 't', outcome: 'success', duration_seconds: 3 });
    const scrape = (headers: Record<string, string>) => fetch(`${address}/metrics`, { headers });
    const refused = await scrape({ accept: SCRAPER });
    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toContain('amicus_');

    const authorization = `Bearer ${read.trim()}`;
    const open = await scrape({ accept: SCRAPER, authorization });
    expect(open.status).toBe(200);
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.headers.get('cache-control')).toBe('no-store');
    const done = parseOpenMetrics(await open.text()).find(({ name }) => name === 'amicus_task_completed');
    expect(done?.samples.find(({ labels }) => labels.get('outcome') === 'success')?.value).toBe(1);

    const classic = await scrape({ authorization });
    expect(classic.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await classic.text()).toContain('# TYPE amicus_task_completed_total counter\n');
  });
});
