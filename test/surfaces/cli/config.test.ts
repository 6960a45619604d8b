import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { SETTING_KEYS, SETTINGS } from '../../../src/config/index.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let cwd: string;
let file: string;
beforeEach(() => {
  cwd = temporaryFolder();
  mkdirSync(join(cwd, '.ai'));
  file = join(cwd, '.ai', 'amicus-metrics.toml');
});

describe('config', () => {
  it('shows every setting with its value, its origin and what it means', async () => {
    writeFileSync(file, 'disable = ["messages"]\n[retention]\nmax_size = "50MB"');
    const { code, stdout, stderr } = await runInProcess(['config'], { cwd, env: { AMICUS_METRICS_CLUSTER: 'east' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const key of SETTING_KEYS) expect(stdout).toContain(SETTINGS[key].name);
    expect(stdout).toMatch(/cluster +east +AMICUS_METRICS_CLUSTER +The name of this cluster/);
    expect(stdout).toMatch(/retention\.max_size +50 MB +\S+amicus-metrics\.toml/);
    expect(stdout).toMatch(/retention\.raw_days +30 days +default/);
    expect(stdout).toContain('Metrics that are off: message.sent.');
    expect(stdout).toContain(`To change a setting, write it into ${file}`);
  });

  it('takes --dir for what it is', async () => {
    const { stdout } = await runInProcess(['config', '--dir', '.ai'], {
      cwd: cwd,
      env: { CONTEXT_BUS_DIR: '/nowhere' },
    });
    expect(stdout).toMatch(/directory +\S+\.ai +the command line/);
  });

  it('says what is wrong, goes on with what is right, and exits with 1', async () => {
    writeFileSync(file, 'clutser = "x"\ncluster = "east"\n[metrics."a.b"]\nfields.x = "strin"');
    const { code, stdout, stderr } = await runInProcess(['config'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/cluster +east/);
    expect(stderr).toContain(`Problem: ${file} sets "clutser", which is no setting. Did you mean cluster?`);
    expect(stderr).toContain('The metric "a.b" is not declared rightly at fields.x');
  });

  it('gives programs the same as JSON', async () => {
    writeFileSync(file, '[retention]\nraw_days = 0\n[metrics."build.finished"]');
    const { stdout, stderr } = await runInProcess(['config', '--json'], { cwd });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      file,
      file_places: [file, join(cwd, 'amicus-metrics.toml')],
      custom_metrics: ['build.finished'],
      disabled_metrics: [],
      problems: [{ code: 'BAD_SETTING' }],
    });
    const { settings } = JSON.parse(stdout) as { settings: { name: string }[] };
    expect(settings.find(({ name }) => name === 'retention.raw_days')).toEqual({
      name: 'retention.raw_days',
      value: 30,
      unit: 'days',
      origin: 'default',
      environment: ['AMICUS_METRICS_RETENTION_RAW_DAYS'],
      in_file: true,
      default: '30',
      doc: 'How long single events are kept.',
    });
  });

  it('prints the path of the file, there or to be made', async () => {
    expect((await runInProcess(['config', 'path'], { cwd })).stdout).toBe(`${file}\n`);
    const above = join(cwd, 'amicus-metrics.toml');
    writeFileSync(above, '');
    expect((await runInProcess(['config', 'path'], { cwd })).stdout).toBe(`${above}\n`);
    const wrong = await runInProcess(['config', 'paht'], { cwd });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('config does not know "paht"') });
  });
});
