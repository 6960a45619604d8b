import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = resolve('src/surfaces/cli/main.ts');
let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder();
});

/** What the shell is told for a line; the last word is the one being typed. The library prints by itself: a process. */
function offered(...words: string[]): { values: string[]; directive: string } {
  const output = execFileSync(process.execPath, [MAIN, 'completion', 'complete', '--', ...words], {
    cwd,
    encoding: 'utf8',
  });
  const lines = output.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''), directive: lines.at(-1) ?? '' };
}

describe('completion', () => {
  it('offers commands, options, words, metrics, fields and zones', () => {
    expect(offered('ex').values).toEqual(['example', 'export']);
    expect(offered('export', '--fo').values).toEqual(['--format']);
    expect(offered('export', '--t').values).toEqual(['--tz']);
    expect(offered('export', '--format', '').values).toEqual(['ndjson', 'json', 'csv', 'parquet']);
    expect(offered('query', 'tas').values).toContain('task.completed');
    expect(offered('export', 'task.completed', 'state.').values).toEqual(['state.read', 'state.write', 'state.lock']);
    expect(offered('query', 'task.completed', '--where', 'out').values).toEqual(['outcome']);
    expect(offered('completion', '').values).toEqual(['bash', 'zsh', 'fish', 'powershell']);
    expect(offered('status', '--tz', 'Europe/Be').values).toEqual(['Europe/Belgrade', 'Europe/Berlin']);
  });

  it('knows metrics that the configuration declares', () => {
    mkdirSync(join(cwd, '.ai'));
    writeFileSync(join(cwd, '.ai', 'amicus-metrics.toml'), '[metrics."build.finished"]\nfields.branch = "name"');
    expect(offered('query', 'bui').values).toEqual(['build.finished']);
    expect(offered('query', 'build.finished', '--where', 'b').values).toEqual(['branch']);
  });

  it('leaves files to the shell', () => {
    expect(offered('import', 'eve')).toEqual({ values: [], directive: ':0' });
    expect(offered('export', '--output', '')).toEqual({ values: [], directive: ':0' });
    expect(offered('export', '')).toMatchObject({ directive: ':4' });
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s that asks this command', (shell) => {
    const script = execFileSync(process.execPath, [MAIN, 'completion', shell], { cwd, encoding: 'utf8' });
    expect(script).toContain('amicus-metrics completion complete');
    // A shell that is there reads it without complaint; one that is not cannot tell.
    const check = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    const complaint = check.error !== undefined || !['bash', 'zsh', 'fish'].includes(shell) ? '' : check.stderr;
    expect(complaint).toBe('');
  });

  it('says which shells there are', async () => {
    expect(await runInProcess(['completion', 'tcsh'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Choose one of bash, zsh, fish, powershell.'),
    });
  });
});
