import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { temporaryFolder } from './temporary-folder.ts';

/** A git repository in a temporary folder, with a context folder in it. */
export class GitRepository {
  readonly folder = temporaryFolder();
  readonly directory = join(this.folder, '.ai');

  constructor() {
    mkdirSync(this.directory);
    this.git('init', '-q', '-b', 'main');
  }

  git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: this.folder, encoding: 'utf8', stdio: 'pipe' });
  }

  write(name: string, text: string | Uint8Array): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Commits all there is, as of long ago. */
  commit(message = 'secret-message', at = '2026-01-01T00:00:00Z'): void {
    this.git('add', '-A', '--', ':!.ai');
    const dates = { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
    const args = [
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.invalid',
      'commit',
      '-q',
      '--no-verify',
      '-m',
      message,
    ];
    execFileSync('git', args, { cwd: this.folder, env: { ...process.env, ...dates }, stdio: 'pipe' });
  }
}
