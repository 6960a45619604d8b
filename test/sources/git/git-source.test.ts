import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { GitRepository } from '../../support/git-repository.ts';
import { CLAIM_MICROS, Watching } from '../../support/git-watching.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const data = (watching: Watching): unknown[] => watching.events.map((event) => event.data);

describe('the git source', () => {
  it('tells names and lines of a task, committed or not, renamed, binary, new; and no content', async () => {
    const repository = new GitRepository();
    repository.write('a.txt', '1\n2\n3\n');
    repository.write('old name.txt', 'same\n'.repeat(20));
    repository.write('dirty.txt', '1\n');
    repository.commit();
    repository.write('dirty.txt', '1\n2\n');
    repository.write('left.txt', 'there before\n');
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-1');
    repository.write('a.txt', '1\n3\nsecret-content\n4\n');
    repository.git('mv', 'old name.txt', 'new\u00e9.txt');
    repository.git('commit', '-q', '-a', '-m', 'secret-message');
    repository.write('binary', new Uint8Array([0, 1, 2]));
    repository.write('sub/untracked.txt', 'x\ny');
    repository.write('.ai/state.json', '{}');
    symlinkSync('/etc/passwd', join(repository.folder, 'link'));
    await watching.complete('t-1');
    expect(watching.events).toEqual([
      {
        metric: 'code.changed',
        atMicros: CLAIM_MICROS + 5e6,
        source: 'git',
        inferred: false,
        cluster: undefined,
        identity: '["git","task.completed t-1"]',
        data: {
          node_id: 'Node-A1',
          task_id: 't-1',
          files_modified: ['a.txt', 'binary', 'link', 'new\u00e9.txt', 'sub/untracked.txt'],
          lines_added: 4,
          lines_deleted: 1,
        },
      },
    ]);
    expect(JSON.stringify(watching.events)).not.toContain('secret');
    expect(watching.notices).toEqual([]);
  });

  it('finds the commit before a claim that is heard late', async () => {
    const repository = new GitRepository();
    repository.write('a', '1\n');
    repository.commit();
    repository.write('b', '1\n2\n');
    repository.commit('x', '2026-11-01T00:00:00Z');
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-1');
    await watching.complete('t-1');
    expect(data(watching)).toMatchObject([{ files_modified: ['b'], lines_added: 2, lines_deleted: 0 }]);
  });

  it('gives a worktree of its own to the task or node in its name', async () => {
    const repository = new GitRepository();
    repository.write('a', '1\n');
    repository.commit();
    const other = join(temporaryFolder(), 'work-task-1');
    repository.git('worktree', 'add', '-q', '-b', 'agent/Node-B2', other);
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-12', 'Node-A1');
    await watching.claim('t-2', 'Node-B2');
    writeFileSync(join(other, 'b'), '1\n2\n');
    repository.write('c', '1\n');
    await watching.complete('t-2', 'Node-B2');
    await watching.complete('t-12', 'Node-A1');
    expect(data(watching)).toMatchObject([
      { task_id: 't-2', node_id: 'Node-B2', files_modified: ['b'], lines_added: 2 },
      { task_id: 't-12', node_id: 'Node-A1', files_modified: ['c'], lines_added: 1 },
    ]);
  });

  it('tells of one tree what was changed while one task alone was worked on for that task, the rest for nobody', async () => {
    const repository = new GitRepository();
    repository.write('a', '1\n');
    repository.write('both.py', 'x = 1\n');
    repository.commit();
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-1', 'Node-A1');
    repository.write('a', '1\n2\n');
    repository.write('both.py', 'x = 1\ny = 1 if x else 2\n');
    await watching.claim('t-2', 'Node-B2');
    repository.git('commit', '-q', '-a', '-m', 'x');
    repository.write('both.py', 'x = 1\ny = 1 if x else 2\nz = x and y\n');
    await watching.complete('t-1', 'Node-A1');
    repository.write('b', '1\n');
    repository.write('both.py', 'x = 1\n');
    await watching.complete('t-2', 'Node-B2');
    const [first, second] = [
      { node_id: 'Node-A1', task_id: 't-1' },
      { node_id: 'Node-B2', task_id: 't-2' },
    ];
    const nobody = { node_id: undefined, task_id: undefined };
    expect(data(watching)).toEqual([
      { ...first, files_modified: ['a', 'both.py'], lines_added: 2, lines_deleted: 0, complexity_delta: 1 },
      { ...nobody, files_modified: ['both.py'], lines_added: 1, lines_deleted: 0, complexity_delta: 1 },
      { ...second, files_modified: ['b', 'both.py'], lines_added: 1, lines_deleted: 1, complexity_delta: -2 },
    ]);
    expect(new Set(watching.events.map(({ identity }) => identity)).size).toBe(3);
  });

  it('takes up tasks that were claimed before it began, without those of nodes that are gone', async () => {
    const repository = new GitRepository();
    repository.write('a', '1\n');
    repository.commit();
    const seconds = CLAIM_MICROS / 1e6;
    const step = { status: 'in_progress', claimed_at: seconds - 3_600 };
    const node = { role: 'developer', status: 'working' };
    const state = {
      next_steps: [
        { ...step, id: 't-1', task: 'one', assigned_to: 'Node-A1' },
        { ...step, id: 't-2', task: 'two', assigned_to: 'Node-B2' },
        { id: 't-3', task: 'three', status: 'pending' },
      ],
      cluster_nodes: {
        'Node-A1': { ...node, current_task_id: 't-1', last_heartbeat: seconds - 5 },
        'Node-B2': { ...node, current_task_id: 't-2', last_heartbeat: seconds - 3_500 },
      },
    };
    repository.write('.ai/state.json', JSON.stringify(state));
    repository.write('b', '1\n');
    const watching = await new Watching(repository.directory).start();
    // What is told of it late changes nothing.
    await watching.claim('t-1');
    repository.write('c', '1\n');
    await watching.complete('t-1');
    expect(data(watching)).toMatchObject([{ task_id: 't-1', node_id: 'Node-A1', files_modified: ['c'] }]);
    expect(watching.notices).toEqual([]);
    repository.commit('x', '2026-11-01T00:00:00Z');
    const later = await new Watching(repository.directory).start();
    await later.complete('t-1');
    expect(data(later)).toMatchObject([{ task_id: 't-1', files_modified: ['b', 'c'] }]);
  });

  it('names at most 256 files and none that could deceive, and counts the lines of all', async () => {
    const repository = new GitRepository();
    for (const name of ['new\nline', '\u001b[31mred', '\u202etxt.exe', 'fine']) repository.write(name, '1\n');
    for (let n = 0; n < 300; n++) repository.write(`f/${n}`, '1\n');
    const watching = await new Watching(repository.directory).start();
    const empty = new GitRepository();
    await watching.claim('t-1');
    repository.write('more', '1\n');
    await watching.complete('t-1');
    expect(data(watching)).toMatchObject([{ files_modified: ['more'] }]);
    const later = await new Watching(empty.directory).start();
    await later.claim('t-1');
    for (const name of ['new\nline', '\u001b[31mred', '\u202etxt.exe', 'fine']) empty.write(name, '1\n');
    for (let n = 0; n < 300; n++) empty.write(`f/${n}`, '1\n');
    await later.complete('t-1');
    const [event] = later.events;
    expect(event?.data['files_modified']).toHaveLength(256);
    expect(JSON.stringify(event?.data['files_modified'])).not.toMatch(/red|exe|line"/);
    expect(event?.data['lines_added']).toBe(304);
    expect(later.notices).toEqual([{ code: 'git_files_unnamed', count: 48 }]);
  });

  it('runs nothing that a repository asks for, and writes nothing', async () => {
    const repository = new GitRepository();
    const marker = join(temporaryFolder(), 'marker');
    const script = join(temporaryFolder(), 'touch.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\ncat\n`);
    chmodSync(script, 0o755);
    repository.write('a.txt', '1\n');
    repository.write('b.txt', '1\n');
    repository.write('.gitattributes', '*.txt filter=evil.x diff=evil\nb.txt filter=other\n');
    repository.commit();
    const settings = {
      'filter.evil.x.clean': script,
      'filter.evil.x.smudge': script,
      'filter.evil.x.required': 'true',
      'filter.other.process': script,
      'diff.evil.textconv': script,
      'diff.evil.command': script,
      'diff.external': script,
      'core.fsmonitor': script,
      'core.hooksPath': join(repository.folder, 'hooks'),
      'core.pager': script,
      'pager.diff': script,
    };
    for (const [key, value] of Object.entries(settings)) repository.git('config', key, value);
    mkdirSync(join(repository.folder, 'hooks'));
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction']) {
      symlinkSync(script, join(repository.folder, 'hooks', hook));
    }
    const seen = (): string[] =>
      readdirSync(join(repository.folder, '.git'), { recursive: true, encoding: 'utf8' })
        .map((name) => `${name} ${statSync(join(repository.folder, '.git', name)).mtimeMs}`)
        .toSorted();
    repository.write('a.txt', '1\n2\n');
    const before = seen();
    const watching = await new Watching(repository.directory).start();
    await watching.claim('t-1');
    repository.write('a.txt', '1\n2\n3\n');
    repository.write('b.txt', '1\n2\n3\n');
    await watching.complete('t-1');
    expect(existsSync(marker)).toBe(false);
    expect(seen()).toEqual(before);
    expect(data(watching)).toMatchObject([{ files_modified: ['a.txt', 'b.txt'], lines_added: 3 }]);
    // The trap is a real one: git itself falls into it.
    repository.git('status');
    expect(existsSync(marker)).toBe(true);
  });

  it('keeps quiet where there is no repository, where it is off, and about claims it did not hear', async () => {
    const none = await new Watching(join(temporaryFolder(), '.ai')).start();
    await none.claim('t-1');
    await none.complete('t-1');
    const repository = new GitRepository();
    const off = await new Watching(repository.directory, 'off').start();
    await off.complete('t-1');
    expect([none.events, none.notices, off.events, off.notices]).toEqual([[], [], [], []]);
    const late = await new Watching(repository.directory).start();
    await late.complete('t-1');
    expect([late.events, late.notices]).toEqual([[], [{ code: 'git_claim_not_heard', count: 1 }]]);
  });

  it('reads a shallow clone', async () => {
    const repository = new GitRepository();
    for (const text of ['1\n', '1\n2\n']) {
      repository.write('a', text);
      repository.commit();
    }
    const clone = join(temporaryFolder(), 'clone');
    repository.git('clone', '-q', '--depth', '1', `file://${repository.folder}`, clone);
    mkdirSync(join(clone, '.ai'));
    const watching = await new Watching(join(clone, '.ai')).start();
    await watching.claim('t-1');
    writeFileSync(join(clone, 'a'), '2\n');
    await watching.complete('t-1');
    expect(data(watching)).toMatchObject([{ files_modified: ['a'], lines_added: 0, lines_deleted: 1 }]);
  });
});
