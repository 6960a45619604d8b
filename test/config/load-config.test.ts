import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig, SETTING_KEYS, SETTINGS } from '../../src/config/index.ts';

let workspace: string;
let directory: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'amicus-metrics-config-'));
  directory = join(workspace, '.ai');
  mkdirSync(directory);
});
afterEach(() => rmSync(workspace, { recursive: true }));

const inFile = (toml: string, folder = directory): string => {
  const path = join(folder, 'amicus-metrics.toml');
  writeFileSync(path, toml);
  return path;
};
const load = (environment: Record<string, string> = {}, flags = {}) => loadConfig({ directory, environment, flags });
const sentences = (config: ReturnType<typeof load>): string[] =>
  config.problems.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`));

describe('precedence', () => {
  it('takes the defaults where nothing is set', () => {
    const { settings, origins, problems, customMetrics, disabled, file } = load();
    expect(settings).toMatchObject({ directory, rawDays: 30, rollupDays: 400, maxSizeBytes: 100e6, color: 'auto' });
    expect(settings.cluster).toBeUndefined();
    expect(origins.rawDays).toEqual({ from: 'default' });
    expect({ problems, customMetrics, disabled, file }).toEqual({
      problems: [],
      customMetrics: [],
      disabled: [],
      file: undefined,
    });
  });

  it('puts the file before the default, the environment before the file, the command line before all', () => {
    const path = inFile('cluster = "file"\ntime_zone = "Europe/Berlin"\n[retention]\nraw_days = 7\nmax_size = "2GB"');
    const { settings, origins, problems } = load(
      { AMICUS_METRICS_CLUSTER: 'environment', AMICUS_METRICS_RETENTION_RAW_DAYS: ' 8 ' },
      { cluster: 'flag' },
    );
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ cluster: 'flag', rawDays: 8, maxSizeBytes: 2e9, timeZone: 'Europe/Berlin' });
    expect(origins).toMatchObject({
      directory: { from: 'flag' },
      cluster: { from: 'flag' },
      rawDays: { from: 'environment', variable: 'AMICUS_METRICS_RETENTION_RAW_DAYS' },
      maxSizeBytes: { from: 'file', path },
      rollupDays: { from: 'default' },
    });
  });

  it('finds the folder by its own variable, then by that of Amicus, then beside the working directory', () => {
    const of = (environment: Record<string, string>) => loadConfig({ environment, workingDirectory: workspace });
    expect(of({ AMICUS_METRICS_DIRECTORY: 'own', CONTEXT_BUS_DIR: 'bus' }).settings.directory).toBe(
      join(workspace, 'own'),
    );
    expect(of({ CONTEXT_BUS_DIR: '/bus' }).settings.directory).toBe('/bus');
    expect(of({ CONTEXT_BUS_DIR: '' }).settings.directory).toBe(directory);
  });

  it('reads the file in the folder before the one in the workspace', () => {
    const above = inFile('cluster = "workspace"', workspace);
    expect(load()).toMatchObject({ settings: { cluster: 'workspace' }, file: above });
    inFile('cluster = "folder"');
    expect(load().settings.cluster).toBe('folder');
  });
});

describe('problems', () => {
  it('names the setting, the value, where it came from and what would be right, and takes the next in line', () => {
    const path = inFile('color = "pink"\n[retention]\nraw_days = 7\nmax_size = "12 parsecs"');
    const config = load({ AMICUS_METRICS_RETENTION_RAW_DAYS: 'thirty' }, { timeZone: 'Mars/Olympus' });
    expect(config.settings).toMatchObject({ rawDays: 7, maxSizeBytes: 100e6, color: 'auto' });
    expect(sentences(config)).toEqual([
      'retention.raw_days is "thirty" in AMICUS_METRICS_RETENTION_RAW_DAYS; it must be a whole number from 1 to 36500.',
      `retention.max_size is "12 parsecs" in ${path}; it must be a size from 1 MB to 1 TB, such as "100MB" or "64MiB".`,
      'time_zone is "Mars/Olympus" on the command line; it must be the name of a time zone, such as "UTC" or "Europe/Berlin".',
      `color is "pink" in ${path}; it must be one of "auto", "always", "never".`,
    ]);
  });

  it('tells of settings that do not exist, with the one that was meant', () => {
    const path = inFile('clutser = "a"\ndirectory = "/elsewhere"\n[retention]\nraw_day = 3\n[nonsense]\nx = 1');
    const config = load({ AMICUS_METRICS_COLOUR: 'never' });
    expect(sentences(config)).toEqual([
      `${path} sets "clutser", which is no setting. Did you mean cluster?`,
      `${path} sets "directory", which cannot stand in the file. Set AMICUS_METRICS_DIRECTORY instead.`,
      `${path} sets "retention.raw_day", which is no setting. Did you mean retention.raw_days?`,
      expect.stringMatching(/sets "nonsense", which is no setting\. Known are: cluster, disable/),
      'The environment sets "AMICUS_METRICS_COLOUR", which is no setting. Did you mean AMICUS_METRICS_COLOR?',
    ]);
    expect(config.settings.directory).toBe(directory);
  });

  it('goes on with the defaults when the file is not TOML, and does not quote it', () => {
    const path = inFile('cluster = "a"\nsecret-hunter2 hunter2');
    const config = load();
    expect(config.settings.cluster).toBeUndefined();
    expect(config.problems).toHaveLength(1);
    expect(config.problems[0]).toMatchObject({ name: 'ConfigError', code: 'BAD_CONFIG_FILE' });
    expect(config.problems[0]?.message).toContain(`${path} is not valid TOML: line 2, column`);
    expect(sentences(config).join('')).not.toContain('hunter2');
  });

  it('refuses a folder and a giant in place of the file', () => {
    inFile(`#${'x'.repeat(1 << 20)}`);
    expect(load().problems[0]?.message).toMatch(/cannot be read: it has 1048577 bytes; at most 1048576 are read/);
    rmSync(join(directory, 'amicus-metrics.toml'));
    mkdirSync(join(directory, 'amicus-metrics.toml'));
    expect(load().problems[0]?.message).toMatch(/cannot be read: it is not a file/);
  });

  it('never throws and always gives usable settings, whatever the file and the environment hold', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant('[]'), fc.constant('""'), fc.constant('{}'));
    const line = fc.tuple(fc.constantFrom('cluster', 'retention', 'metrics', 'disable', '[retention]', 'x'), value);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.string(), (lines, variable) => {
        inFile(lines.map(([key, text]) => `${key} = ${text}`).join('\n'));
        const { settings, origins } = load({
          AMICUS_METRICS_SPOOL_MAX_SIZE: variable,
          AMICUS_METRICS_DISABLE: variable,
        });
        expect(settings.maxSpoolBytes).toBeGreaterThan(0);
        expect(Array.isArray(settings.disable)).toBe(true);
        expect(Object.keys(origins).toSorted()).toEqual(SETTING_KEYS.toSorted());
      }),
      { numRuns: 200 },
    );
  });
});

describe('disable and enable', () => {
  it('lets a metric count before its category and a category before everything', () => {
    const off = (disable: string, enable = '') =>
      load({ AMICUS_METRICS_DISABLE: disable, AMICUS_METRICS_ENABLE: enable }).disabled;
    expect(off('messages, state.read')).toEqual(['state.read', 'message.sent']);
    expect(off('state', 'state.read').toSorted()).toEqual(['state.lock', 'state.write']);
    expect(off('*', 'node task').every((name) => !name.startsWith('node.') && !name.startsWith('task.'))).toBe(true);
    expect(off('task.claimed', 'task')).toEqual(['task.claimed']);
    expect(off('task', 'task')).toContain('task.claimed');
  });

  it('tells of names that are neither a metric nor a category', () => {
    const config = load({ AMICUS_METRICS_DISABLE: 'mesages' });
    expect(sentences(config)).toEqual([
      'disable names "mesages" (AMICUS_METRICS_DISABLE), which is neither a metric nor a category. Did you mean messages?',
    ]);
    expect(config.disabled).toEqual([]);
  });
});

describe('detectors', () => {
  it('takes numbers for their parameters, and says of all else what is wrong', () => {
    const path = inFile(
      '[detectors.backlog]\ntarget_minutes = 45\nmin_tasks = -1\n"Bad name" = 1\n[detectors]\nslow_tasks = 3\n',
    );
    const config = load();
    expect(config.detectors).toEqual({ backlog: { target_minutes: 45 } });
    const hint = 'Set one like this: [detectors.backlog], then target_minutes = 45.';
    expect(sentences(config)).toEqual([
      `The parameter "min_tasks" of the detector "backlog" is -1; it must be a number, 0 or more (${path}). ${hint}`,
      `The parameter "Bad name" of the detector "backlog" has a name that no parameter has (${path}). ${hint}`,
      `The detector "slow_tasks" is not a table of parameters (${path}). ${hint}`,
    ]);
  });
});

describe('SETTINGS', () => {
  it('gives each setting a name, a variable, a default of its own kind and a sentence', () => {
    for (const key of SETTING_KEYS) {
      const { name, environment, doc, fallback, kind } = SETTINGS[key];
      expect(environment[0]).toBe(`AMICUS_METRICS_${name.toUpperCase().replaceAll('.', '_')}`);
      expect(doc).toMatch(/^[A-Z].*\.$/);
      const value = fallback();
      expect(value === undefined || kind.read(value) !== undefined).toBe(true);
    }
  });
});
