import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { EventData } from '../../../src/model/event.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';
import { recordSpend } from '../../support/recorded-spend.ts';
import { openUsage } from '../../support/recorded-usage.ts';
import { runInProcess } from '../../support/run-cli.ts';

/** A Tuesday, at two. */
const NOW_MICROS = Date.UTC(2026, 10, 24, 14) * 1_000;
const HOUR_MICROS = 3.6e9;
const BUDGETS =
  '[budgets.team]\nlimit_usd = 50\nper = "week"\n[budgets.tries]\nlimit_runs = 90\nper = "month"\nrole = "developer"\n';

type History = {
  /** Of the terminal; none when absent. */
  readonly columns?: number;
  readonly spendDays?: number;
  readonly ended?: number;
  readonly waiting?: number;
  readonly config?: string;
};

/** Runs `forecast` over a history that was recorded for it: spend, ended tasks of one node, and tasks that wait. */
async function forecastOf({ spendDays, ended = 0, waiting = 0, config = '', columns }: History, ...options: string[]) {
  const { metrics, directory, clock } = openUsage(NOW_MICROS);
  if (spendDays !== undefined) recordSpend(metrics, NOW_MICROS, spendDays);
  const tell = (metric: string, hoursAgo: number, data: EventData): void => {
    metrics.emit({
      metric,
      atMicros: Math.round(NOW_MICROS - hoursAgo * HOUR_MICROS),
      data: metric === 'task.created' ? data : { node_id: 'Node-A', ...data },
      source: 'library',
      inferred: false,
    });
  };
  if (ended > 0) tell('node.registered', 101, { role: 'developer' });
  const random = new SeededRandom(3);
  for (let task = 0; task < ended; task++) {
    const names = { task_id: `task-${task}`, priority: 'high' };
    const begun = 100 - task * (90 / ended);
    const took = 0.2 * Math.exp(0.5 * random.normal());
    tell('task.created', begun + 0.1, names);
    tell('task.claimed', begun, names);
    tell('tokens.consumed', begun - took / 2, { task_id: names.task_id, model: 'm', reported_cost_usd: took });
    tell('task.completed', begun - took, {
      task_id: names.task_id,
      outcome: 'success',
      duration_seconds: took * 3_600,
    });
  }
  for (let task = 0; task < waiting; task++) tell('task.created', 0.5, { task_id: `waits-${task}`, priority: 'high' });
  await metrics.flush();
  writeFileSync(join(directory, 'amicus-metrics.toml'), config);
  return runInProcess(['forecast', '--dir', directory, ...options], {
    clock,
    ...(columns === undefined ? {} : { columns }),
  });
}

describe('forecast', () => {
  it('tells spend to the end of the day, the week and the month, and how its bands did before', async () => {
    const { code, stdout } = await forecastOf({ spendDays: 70, ended: 60, waiting: 5, config: BUDGETS });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^today +█.*━.*●.*· +\$[\d.]+ +\$[\d.]+ +\$[\d.]+ to \$[\d.]+ /m);
    expect(stdout).toMatch(
      /^this week: asked at this hour on 28 past days, the 50 % band held \d+ times, the 80 % band held \d+ times, the 95 %/m,
    );
  });

  it('tells how likely a budget is passed, with the same figures as the spend it limits', async () => {
    const { stdout } = await forecastOf({ spendDays: 70, ended: 60, config: BUDGETS });
    const figures = (row: string): string =>
      new RegExp(`^${row} +█[^$]*(\\$.*?) +(?:–|\\$50)`, 'm').exec(stdout)?.[1]?.replaceAll(/ +/g, ' ') ?? '';
    expect(figures('this week')).toMatch(/^\$[\d.]+ \$[\d.]+ \$[\d.]+ to /);
    expect(figures('team, this week')).toBe(figures('this week'));
    expect(stdout).toMatch(/^team, this week .*│.*\$50\.00 +over 99 %$/m);
    expect(stdout).toContain(
      'tries, this month: still learning from 69 complete days, with use on 4. A forecast needs',
    );
  });

  it('tells when the queue is empty, or what is missing for that', async () => {
    const clears = await forecastOf({ spendDays: 1, ended: 60, waiting: 5 });
    expect(clears.stdout).toMatch(/^Backlog {2}5 waiting, 0 in work, 1 node present; 0\.583 arrive per hour\.$/m);
    expect(clears.stdout).toMatch(
      /Nothing waits any more in about .* \(50 % .* to .*, 80 % .*, 95 % .*\); what arrives keeps/,
    );
    const learning = await forecastOf({ spendDays: 1, ended: 3, waiting: 2 });
    expect(learning.stdout).toContain('Still learning how long a task takes: 3 ended so far, 8 are needed.');
    expect((await forecastOf({ waiting: 2 })).stdout).toContain('Does not clear: no node is present');
    expect((await forecastOf({ spendDays: 1 })).stdout).toContain('Backlog  Nothing is waiting.');
  });

  it('says how much history it needs, and what to do', async () => {
    const short = await forecastOf({ spendDays: 9 });
    expect(short.stdout).toContain(
      'today; this week; this month: still learning from 8 complete days, with use on 8. A forecast needs 21 days, with ' +
        'use on 5; `amicus-metrics import --from all` reads what agents remember of the time before.',
    );
    expect((await forecastOf({ waiting: 1 })).stdout).toContain('No use of models was recorded');
  });

  it('leaves out on a narrow terminal what does not fit', async () => {
    const wide = (await forecastOf({ spendDays: 40, columns: 130 })).stdout;
    expect(wide).toMatch(/ 50 % .* 95 %$/m);
    const usual = (await forecastOf({ spendDays: 40, columns: 90 })).stdout;
    expect(usual).toContain('● middle');
    expect(usual).not.toMatch(/ 95 %$/m);
    const narrow = (await forecastOf({ spendDays: 40, columns: 70 })).stdout;
    expect(narrow).not.toMatch(/[●…]/);
  });

  it('estimates a task before it starts, from its like, and lets go of what too few share', async () => {
    const { stdout } = await forecastOf({ ended: 60 }, '--task', 'high', '--role', 'developer', '--model', 'other');
    expect(stdout).toMatch(
      /^Takes {2}about 12 min .* \(50 % .*, 80 % .*, 95 % .*; 80 % held \d+ of 51 \(\d+ %\) before\)$/m,
    );
    expect(stdout).toMatch(/^Costs {2}about \$0\.2\d+ \(/m);
    expect(stdout).toContain('From 60 ended tasks of the same priority, role. Too few were of the same model as well.');
    const few = await forecastOf({ ended: 20 }, '--task', 'high');
    expect(few.stdout).toContain('; 20 tasks are too few for wider bands)');
    const none = await forecastOf({ ended: 6 }, '--task', 'low');
    expect(none.stdout).toContain('Takes  too few to say: 8 tasks with that figure are needed');
  });

  it('gives the same to programs, without infinities', async () => {
    const json = await forecastOf({ spendDays: 40, ended: 30, waiting: 500, config: BUDGETS }, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      spend: [
        {
          per: 'day',
          unit: 'usd',
          state: 'ready',
          total: { bands: [{ level: 0.5 }, { level: 0.8 }, { level: 0.95 }] },
        },
        { per: 'week' },
        { per: 'month' },
        { budget: 'team', limit: 50 },
        { budget: 'tries', unit: 'runs' },
      ],
      backlog: { state: 'does_not_clear', busyNodes: expect.any(Number) },
      queue: { waiting: 500, nodes: 1 },
    });
    expect(json.stdout).not.toContain('null');
    const csv = await forecastOf({ spendDays: 40 }, '--csv');
    expect(csv.stdout).toMatch(
      /^budget,per,unit,state,until,used,middle,p50_low,p50_high,p80_low,.*,limit,over_limit\r?\n,day,usd,/,
    );
    const estimate = await forecastOf({ ended: 60 }, '--task', 'high', '--csv');
    expect(estimate.stdout).toMatch(/^figure,samples,middle,p50_low,.*\r?\nwork_seconds,60,\d/);
    expect(JSON.parse((await forecastOf({ ended: 60 }, '--task', 'high', '--json')).stdout)).toMatchObject({
      alikeIn: ['priority'],
      costUsd: { samples: 60 },
    });
  });

  it('refuses to narrow what is not asked for', async () => {
    expect(await forecastOf({ waiting: 1 }, '--role', 'developer')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--task'),
    });
  });
});
