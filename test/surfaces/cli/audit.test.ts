import { describe, expect, it } from 'vitest';

import { CLAUDE_REQUESTS, openUsage, recordRequests, type Request } from '../../support/recorded-usage.ts';
import { runInProcess } from '../../support/run-cli.ts';

async function auditOf(requests: readonly Request[], ...options: string[]) {
  const { metrics, directory, clock } = openUsage();
  recordRequests(metrics, requests);
  await metrics.flush();
  return runInProcess(['audit', '--dir', directory, ...options], { clock });
}

const twice = (): Request[] =>
  CLAUDE_REQUESTS.flatMap((request) => [
    request,
    { ...request, at: request.at + 0.001, key: `${request.key}x`, feed: 'spans' },
  ]);

describe('audit', () => {
  it('prints each check with its figures, and passes', async () => {
    const { code, stdout } = await auditOf(CLAUDE_REQUESTS);
    expect(code).toBe(0);
    expect(stdout).toContain('holds  trees equal their parts: 1 sessions, 92932000 nano-dollars.\n');
    expect(stdout).not.toContain('FAILS');
  });

  it('fails when a check does', async () => {
    const { code, stdout } = await auditOf(twice());
    expect(code).toBe(1);
    expect(stdout).toContain('FAILS  no request told twice');
    expect(stdout).toContain('7 requests seem to be counted twice');
  });

  it('tells programs the same', async () => {
    const { code, stdout } = await auditOf(twice(), '--json');
    expect(code).toBe(1);
    const failed = (JSON.parse(stdout) as { name: string; holds: boolean }[]).filter(({ holds }) => !holds);
    expect(failed.map(({ name }) => name)).toEqual(['no request told twice']);
    const csv = await auditOf(CLAUDE_REQUESTS, '--csv');
    expect(csv.stdout.split(/\r?\n/)[0]).toBe('check,holds,figures,problems');
  });
});
