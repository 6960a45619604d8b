import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../../src/index.ts';
import { findBytes } from '../../../support/byte-search.ts';
import { GitRepository } from '../../../support/git-repository.ts';
import { Watching } from '../../../support/git-watching.ts';
import { filesBelow } from '../../../support/recording.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A function of Python that is as complex as is asked for. */
const python = (complexity: number): string => `def f(a):\n${'  if a: pass\n'.repeat(complexity - 1)}  return a\n`;

/** What a task that makes a change is told to have done to complexity, and what was noticed. */
async function deltaOf(
  repository: GitRepository,
  change: () => void,
): Promise<{ delta: unknown; notices: readonly string[]; events: number }> {
  const watching = await new Watching(repository.directory).start();
  await watching.claim('t-1');
  change();
  await watching.complete('t-1');
  const [event] = watching.events;
  return {
    delta: event?.data['complexity_delta'],
    notices: watching.notices.map(({ code }) => code),
    events: watching.events.length,
  };
}

describe('the complexity that a task adds', () => {
  it('is after less before over all files: changed, new, deleted, renamed, committed or not', async () => {
    const repository = new GitRepository();
    repository.write('changed.py', python(5));
    repository.write('gone.py', python(7));
    repository.write('old.py', python(20));
    repository.write('to-code.txt', python(30));
    repository.write('same.py', python(9));
    repository.commit();
    const { delta, notices } = await deltaOf(repository, () => {
      repository.write('changed.py', python(8));
      rmSync(join(repository.folder, 'gone.py'));
      repository.git('mv', 'old.py', 'new name\u00e9.py');
      repository.git('mv', 'to-code.txt', 'code.py');
      repository.git('commit', '-q', '-a', '-m', 'x');
      repository.write('new name\u00e9.py', python(21));
      repository.write('untracked.ts', 'export const f = (a: number) => (a ? 1 : 2);\n');
      repository.write('notes.md', 'if (a && b)\n');
    });
    // changed 3, deleted -7, renamed 1, become code 30, new 2.
    expect(delta).toBe(29);
    expect(notices).toEqual([]);
  });

  it('goes from what lay on disk at the claim, not from the commit, where files were changed already', async () => {
    const repository = new GitRepository();
    for (const name of ['dirty.py', 'left.py', 'back.py']) repository.write(name, python(2));
    repository.commit();
    repository.write('dirty.py', python(10));
    repository.write('left.py', python(50));
    repository.write('untracked.py', python(6));
    rmSync(join(repository.folder, 'back.py'));
    const { delta } = await deltaOf(repository, () => {
      repository.write('dirty.py', python(11));
      repository.git('add', 'dirty.py', 'untracked.py');
      repository.git('commit', '-q', '-m', 'x');
      repository.write('untracked.py', python(9));
      repository.write('back.py', python(4));
    });
    // 1 of the changed one, 3 of the untracked, 4 of the one that was deleted.
    expect(delta).toBe(8);
  });

  it('may be zero or below, and is absent where no changed file is of a language that is measured', async () => {
    const repository = new GitRepository();
    repository.write('a.py', python(5));
    repository.write('a.md', 'a\n');
    repository.commit();
    expect(await deltaOf(repository, () => repository.write('a.py', `# note\n${python(5)}`))).toMatchObject({
      delta: 0,
    });
    expect(await deltaOf(repository, () => repository.write('a.py', python(1)))).toMatchObject({ delta: -4 });
    expect(await deltaOf(repository, () => repository.write('a.md', 'b\n'))).toEqual({
      delta: undefined,
      notices: [],
      events: 1,
    });
  });

  it('does not take links and binary files for code', async () => {
    const repository = new GitRepository();
    repository.write('video.ts', new Uint8Array([0x47, 0, 1, 2]));
    repository.commit();
    const outside = join(temporaryFolder(), 'outside.py');
    writeFileSync(outside, python(100));
    const { delta, notices } = await deltaOf(repository, () => {
      repository.write('video.ts', new Uint8Array([0x47, 0, 1, 2, 3]));
      symlinkSync(outside, join(repository.folder, 'link.py'));
      repository.write('a.py', python(3));
    });
    expect({ delta, notices }).toEqual({ delta: 3, notices: [] });
  });

  it('is absent, never a part, where one file cannot be measured: unparsable, too large, too many', async () => {
    const unknown = { delta: undefined, notices: ['git_complexity_unknown'], events: 1 };
    const repository = new GitRepository();
    repository.write('a.py', python(2));
    repository.write('bad.go', 'this was no code of any kind, only a sentence.\n');
    repository.write('large.js', 'f();\n'.repeat(110_000));
    repository.commit();
    const tries: (() => void)[] = [
      () => repository.write('new.go', 'this is no code of any kind, only a sentence.\n'),
      () => repository.write('bad.go', 'package a\n'),
      () => repository.write('large.js', 'f();\n'),
      () => repository.write('huge.py', python(50_000)),
    ];
    for (const change of tries) {
      const attempt = (): void => {
        repository.write('a.py', python(4));
        change();
      };
      expect(await deltaOf(repository, attempt)).toEqual(unknown);
      repository.git('checkout', '-q', '.');
      repository.git('clean', '-fdq', '-e', '.ai');
    }
    const many = (): void => {
      for (let n = 0; n < 201; n++) repository.write(`many/${n}.py`, 'x = 1\n');
    };
    expect(await deltaOf(repository, many)).toEqual(unknown);
  });

  it('is told beside names and lines, and no text of a file comes into the store', async () => {
    const mark = `F${randomBytes(5).toString('hex').toUpperCase()}`;
    const repository = new GitRepository();
    repository.write('a.py', `KEY = "old-${mark}"\n${python(3)}`);
    repository.write('dirty.py', python(3));
    repository.commit();
    repository.write('dirty.py', `KEY = "left-${mark}"\n${python(4)}`);
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-1');
    repository.write('a.py', `KEY = "new-${mark}"\n${python(6)}`);
    repository.write('dirty.py', `KEY = "more-${mark}"\n${python(6)}`);
    repository.write('b.ts', `const ${mark} = () => '${mark}';\n`);
    await watching.complete('t-1');
    const metrics = openMetrics({ directory: repository.directory });
    for (const event of watching.events) metrics.emit(event);
    await metrics.flush();
    await metrics.drain();
    const { events } = await metrics.query({ metric: 'code.changed' });
    expect(events.map((event) => event.data)).toMatchObject([
      { files_modified: ['a.py', 'b.ts', 'dirty.py'], complexity_delta: 6 },
    ]);
    await metrics.close();
    expect(filesBelow(repository.directory).size).toBeGreaterThan(0);
    expect(findBytes(repository.directory, mark)).toEqual([]);
    expect(findBytes(repository.folder, mark)).not.toEqual([]);
  });

  it('runs no filter and no conversion that the repository names, to read a text', async () => {
    const repository = new GitRepository();
    const marker = join(temporaryFolder(), 'marker');
    const script = join(temporaryFolder(), 'touch.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\ncat\n`);
    chmodSync(script, 0o755);
    repository.write('a.py', python(3));
    repository.write('.gitattributes', '*.py filter=evil diff=evil working-tree-encoding=UTF-8\n');
    repository.commit();
    for (const key of ['filter.evil.smudge', 'filter.evil.clean', 'diff.evil.textconv', 'diff.evil.command']) {
      repository.git('config', key, script);
    }
    expect(await deltaOf(repository, () => repository.write('a.py', python(5)))).toMatchObject({ delta: 2 });
    expect(filesBelow(join(marker, '..')).size).toBe(0);
  });
});
