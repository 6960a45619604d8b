import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSafeCommand, runCommand } from '../../src/bus/safe-command.ts';
import { isSafePath } from '../../src/bus/safe-path.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('isSafePath', () => {
  it('accepts what lies inside, whether or not it exists', () => {
    const root = temporaryFolder();
    for (const path of ['a.ts', 'new/deep/a.ts', './a.ts', '.', join(root, 'a.ts'), '..name']) {
      expect([path, isSafePath(root, path)]).toEqual([path, true]);
    }
  });

  it('refuses what lies outside, by dots, by root, by link, by zero byte', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'inside'));
    symlinkSync('/etc', join(root, 'link'));
    for (const path of [
      '../a.ts',
      'inside/../../a',
      'inside/../a',
      '/etc/passwd',
      'link/passwd',
      'link',
      'a\0b',
      `${root}x/a`,
    ]) {
      expect([path, isSafePath(root, path)]).toEqual([path, false]);
    }
  });
});

describe('safe commands', () => {
  it('are a list, with listed options and paths inside', () => {
    const root = temporaryFolder();
    expect(isSafeCommand(root, 'git', ['status', '--short'])).toBe(true);
    expect(isSafeCommand(root, 'ls', ['-la', 'src'])).toBe(true);
    expect(isSafeCommand(root, 'npm', ['run', 'test'])).toBe(true);
    expect(isSafeCommand(root, 'git', ['push'])).toBe(false);
    expect(isSafeCommand(root, 'git', ['diff', '--output=/tmp/x'])).toBe(false);
    expect(isSafeCommand(root, 'git', ['-c', 'alias.status=!x', 'status'])).toBe(false);
    expect(isSafeCommand(root, 'ls', ['/etc'])).toBe(false);
    expect(isSafeCommand(root, 'npm', ['run', 'deploy'])).toBe(false);
    expect(isSafeCommand(root, '/bin/ls', [])).toBe(false);
  });

  it('give back what was printed and how it ended', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'here.txt'), '');
    expect(await runCommand(root, 'ls', [])).toEqual({ exitCode: 0, output: 'here.txt\n' });
    expect((await runCommand(root, 'ls', ['gone.txt'])).exitCode).not.toBe(0);
    expect((await runCommand(root, 'no-such-command', [])).exitCode).not.toBe(0);
  });
});
