import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { MICROS_PER_DAY } from '../../../src/model/range.ts';
import { WINDOW_END_MICROS } from '../../support/detect.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { daysOfWork } from '../../support/usage-days.ts';

const clockAt = (micros: number) => ({ nowMicros: () => micros, monotonicMillis: () => performance.now() });

describe('insights', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'amicus-test-'));
  const directory = join(workspace, '.ai');
  const insights = async (argv: readonly string[] = [], micros = WINDOW_END_MICROS) =>
    runInProcess(['insights', ...argv, '--dir', directory], { clock: clockAt(micros) });

  beforeAll(async () => {
    const collector = openMetrics({ directory, clock: clockAt(WINDOW_END_MICROS) });
    for (const event of daysOfWork(12, { cachedShare: 0.4, costUsd: 1.4 })) collector.emit(event);
    await collector.close();
  });

  afterAll(() => rmSync(workspace, { recursive: true }));

  it('names what is wrong, the likely cause before what follows from it, and what to do', async () => {
    const { code, stdout } = await insights();
    expect(code).toBe(0);
    expect(stdout).toContain('One thing needs attention.');
    expect(stdout).toContain('1  critical  low_cache_use/cluster');
    expect(stdout).toMatch(/do +cache_context/);
    expect(stdout.indexOf('cost_spike/cluster')).toBeGreaterThan(stdout.indexOf('With it, and likely because of it:'));
  });

  it('shows one whole, with questions that can be asked again', async () => {
    const { stdout } = await insights(['show', 'low_cache_use/cluster']);
    expect(stdout).toMatch(/judged +by cached_token_share, higher is better/);
    const [, question] = /amicus-metrics (query .*)$/m.exec(stdout) ?? [];
    const again = await runInProcess([...(question ?? '').split(' '), '--dir', directory], {
      clock: clockAt(WINDOW_END_MICROS),
    });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('claude-sonnet-4-5');
  });

  it('says what every detector says with --all, and gives programs all of it', async () => {
    expect((await insights(['--all'])).stdout).toMatch(/failing_tests +no data +No run of tests was recorded\./);
    const { incidents, verdicts } = JSON.parse((await insights(['--json'])).stdout);
    expect(incidents[0].cause.kind).toBe('low_cache_use');
    expect(verdicts).toHaveLength(19);
  });

  it('remembers a decision, and says later what became of it', async () => {
    expect((await insights(['accept', 'low_cache_use/cluster'])).stdout).toContain('Accepted low_cache_use/cluster.');
    const { stdout } = await insights([], WINDOW_END_MICROS + MICROS_PER_DAY / 24);
    expect(stdout).toMatch(/state +accepted until/);
    expect(stdout).toMatch(/low_cache_use\/cluster .* cannot tell/);
    const recorded = await runInProcess(['query', 'advice.decided', '--json', '--dir', directory], {
      clock: clockAt(WINDOW_END_MICROS + MICROS_PER_DAY),
    });
    expect(recorded.stdout).toContain('cache_context');
  });

  it('says what there is when asked for what is not', async () => {
    const missing = await insights(['dismiss', 'backlog/cluster']);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('There is no "backlog/cluster" among the insights.');
    expect(missing.stderr).toContain('low_cache_use/cluster');
    expect((await insights(['agree', 'x'])).code).toBe(2);
    expect((await insights(['accept'])).stderr).toContain('needs to know which one');
  });

  it('says which parameters of the configuration no detector has, as doctor does', async () => {
    const own = join(temporaryFolder(), '.ai');
    const collector = openMetrics({ directory: own });
    collector.record('task.created', { task_id: 'task-1' });
    await collector.close();
    writeFileSync(join(own, 'amicus-metrics.toml'), '[detectors.backlog]\ntarget_minute = 20\n');
    const { code, stderr } = await runInProcess(['insights', '--dir', own]);
    expect(code).toBe(0);
    expect(stderr).toContain('The detector "backlog" has no parameter "target_minute"');
    expect(stderr).toContain('Did you mean "target_minutes"?');
    const doctor = await runInProcess(['doctor', '--dir', own]);
    expect(doctor.stdout).toContain('Configuration: The detector "backlog" has no parameter "target_minute"');
  });

  it('says what to do when there is too little to judge', async () => {
    const empty = join(temporaryFolder(), '.ai');
    const collector = openMetrics({ directory: empty });
    collector.record('task.created', { task_id: 'task-1' });
    await collector.close();
    const { stdout } = await runInProcess(['insights', '--dir', empty]);
    expect(stdout).toContain('There is too little to judge yet: let `amicus-metrics up` follow the cluster');
  });
});
