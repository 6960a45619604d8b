import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { CLAUDE_REQUESTS, openUsage, recordRequests } from '../../support/recorded-usage.ts';
import { runInProcess } from '../../support/run-cli.ts';

async function budgetOf(configuration: string, ...options: string[]) {
  const { metrics, directory, clock } = openUsage(Date.UTC(2026, 10, 22, 10) * 1_000);
  recordRequests(metrics, CLAUDE_REQUESTS);
  await metrics.flush();
  writeFileSync(join(directory, 'amicus-metrics.toml'), configuration);
  return runInProcess(['budget', '--dir', directory, ...options], { clock });
}

describe('budget', () => {
  it('prints each budget and passes while none is exceeded', async () => {
    const { code, stdout } = await budgetOf('[budgets.team]\nlimit_usd = 0.1\nper = "day"\n');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^team +all +day +2026-11-23 00:00:00 +\$0\.0929 +\$0\.10 +92\.9 +at 80 %$/m);
  });

  it('fails when one is over 100 %, for programs too', async () => {
    const { code, stdout } = await budgetOf(
      '[budgets.team]\nlimit_tokens = 1000\nper = "week"\n[budgets.more]\nlimit_usd = 5\nper = "week"\n',
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { budget: 'team', used: 148_344, limit: 1_000, exceeded: true, stage: 100 },
      { budget: 'more', used: 0.092_932, exceeded: false },
    ]);
  });

  it('says how to declare one', async () => {
    expect(await budgetOf('')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('[budgets.team]'),
    });
  });

  it.each([
    ['[budgets.team]\nper = "day"', 'needs one of limit_usd'],
    ['[budgets.team]\nlimit_usd = 1\nlimit_runs = 1\nper = "day"', 'needs one of limit_usd'],
    ['[budgets.team]\nlimit_usd = 0\nper = "day"', 'a number above 0'],
    ['[budgets.team]\nlimit_runs = 1.5\nper = "day"', 'a whole number above 0'],
    ['[budgets.team]\nlimit_usd = 1\nper = "year"', 'one of day, week, month'],
    ['[budgets.team]\nlimit_usd = 1\nper = "day"\nstages = [0]', 'percentages such as'],
    ['[budgets.team]\nlimit_usd = 1\nper = "day"\nrol = "x"', 'did you mean role?'],
    ['[budgets.team]\nlimit_runs = 1\nper = "day"\nmodel = "x"', 'counts runs, which have no model'],
    ['budgets = 3', 'not a table of budgets'],
  ])('leaves out %j and says why', async (configuration, problem) => {
    const { stderr } = await budgetOf(configuration);
    expect(stderr).toContain(problem);
  });
});
