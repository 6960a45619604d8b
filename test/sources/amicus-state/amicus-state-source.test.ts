import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AmicusStateSource, type AmicusStateOptions } from '../../../src/sources/amicus-state/amicus-state-source.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { replaceState, type StateDocument } from '../../support/state-documents.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ToldEvents } from '../../support/told-events.ts';

type Followed = { readonly source: AmicusStateSource; readonly told: ToldEvents; readonly time: ManualTime };

async function follow(
  directory: string,
  options: Partial<AmicusStateOptions> & { time?: ManualTime; told?: ToldEvents } = {},
): Promise<Followed> {
  const { time = new ManualTime(), told = new ToldEvents(), ...more } = options;
  const source = new AmicusStateSource({ directory, watch: false, ...more });
  onTestFinished(async () => source.stop());
  await source.start(told.context(time));
  return { source, told, time };
}

const tasks = (...statuses: string[]): StateDocument => ({
  next_steps: statuses.map((status, n) => ({ id: `task-${n + 1}`, task: 'a', status })),
});

describe('AmicusStateSource', () => {
  it('sees each of 300 replacements that follow one another at once', async () => {
    const directory = temporaryFolder();
    replaceState(directory, { count: 0 }, 1_795_478_400);
    const { told, time } = await follow(directory, { watch: true });
    // The watch begins with the next turn.
    await turn();
    for (let n = 1; n <= 300; n += 1) {
      replaceState(directory, { count: n, padding: 'x'.repeat(40_000) }, time.seconds + n);
      // A turn of the event loop in which the watch is heard, before the next replacement hides this one.
      await turn();
    }
    const seen = told.of('state.write').map(({ atMicros }) => (atMicros - 1_795_478_400e6) / 1e6);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
  });

  it('hears of a change at once, also in a folder that was removed and made again', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const { source, told, time } = await follow(directory, { watch: true });
    for (let round = 1; round <= 2; round += 1) {
      mkdirSync(directory);
      await source.poll();
      replaceState(directory, { round }, time.seconds + round);
      await expect.poll(() => told.of('state.write').length).toBe(round);
      rmSync(directory, { recursive: true });
      await source.poll();
    }
  });

  it('looks once a second although it hears nothing', async () => {
    const directory = temporaryFolder();
    const { told, time } = await follow(directory);
    replaceState(directory, tasks('pending'), time.seconds);
    time.pass(1_000);
    expect(told.story).toEqual(['task.created task-1']);
  });

  it('waits for the rest of a file that is written in place', async () => {
    const directory = temporaryFolder();
    const { source, told, time } = await follow(directory);
    const path = join(directory, 'state.json');
    writeFileSync(path, '');
    await source.poll();
    writeFileSync(path, '{"next_steps": ["a"');
    time.pass(20);
    writeFileSync(path, '{"next_steps": ["a"]}');
    time.pass(100);
    expect(told.of('task.created')).toHaveLength(1);
    expect(told.notices).toEqual([]);
  });

  it('goes on from the last readable version when the file is damaged for a while', async () => {
    const directory = temporaryFolder();
    const { told, time } = await follow(directory);
    replaceState(directory, tasks('pending'), time.seconds);
    time.pass(2_000);
    replaceState(directory, '{', time.seconds);
    time.pass(5_000);
    replaceState(directory, tasks('in_progress'), time.seconds);
    time.pass(2_000);
    expect(told.story).toEqual(['task.created task-1', 'task.claimed task-1']);
    expect(told.of('task.claimed')[0]?.inferred).toBe(true);
    expect(told.notices).toEqual([{ code: 'state_not_json', count: 1 }]);
  });

  it('reads 10 MB, and of a larger file only that it was written', async () => {
    const directory = temporaryFolder();
    const { source, told, time } = await follow(directory);
    const head = '{"next_steps": ["a"], "summary": "';
    const limit = 10 * 1024 * 1024;
    replaceState(directory, `${head}${'x'.repeat(limit - head.length - 2)}"}`, time.seconds);
    await source.poll();
    expect(told.of('task.created')).toHaveLength(1);
    for (let n = 1; n <= 9; n += 1) {
      replaceState(directory, `${head}${'x'.repeat(limit)}"}`, time.seconds + n);
      await source.poll();
    }
    expect(told.of('state.write').map(({ data }) => data['file_size_bytes'])).toEqual([
      limit,
      ...Array.from({ length: 9 }, () => limit + head.length + 2),
    ]);
    expect(told.notices).toEqual([1, 2, 4, 8].map((count) => ({ code: 'state_too_large', count })));
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path), 'state_not_a_file'],
    ['a link to nothing', (path: string) => symlinkSync('/nonexistent', path), 'state_missing'],
    ['a link to itself', (path: string) => symlinkSync(path, path), 'state_refused'],
    ['a device', (path: string) => symlinkSync('/dev/zero', path), 'state_not_a_file'],
  ])('lives on when %s has its name', async (_what, make, code) => {
    const directory = temporaryFolder();
    make(join(directory, 'state.json'));
    const { told, time } = await follow(directory);
    time.pass(5_000);
    expect(told.notices[0]).toEqual({ code, count: 1 });
  });

  it('marks what happened while it was not running, with the times of the file', async () => {
    const directory = temporaryFolder();
    const first = await follow(directory);
    const { time } = first;
    replaceState(directory, tasks('pending'), time.seconds);
    await first.source.poll();
    await first.source.stop();
    const claimedAt = time.seconds + 40.5;
    const claimed = { next_steps: [{ id: 'task-1', task: 'a', status: 'in_progress', claimed_at: claimedAt }] };
    replaceState(directory, claimed, time.seconds + 60);
    time.pass(100_000);
    const second = await follow(directory, { time, holdMillis: 0 });
    time.pass(0);
    expect(second.told.of('task.claimed')).toMatchObject([{ inferred: true, atMicros: claimedAt * 1e6 }]);
    replaceState(directory, tasks('completed'), time.seconds);
    await second.source.poll();
    time.pass(0);
    expect(second.told.of('task.completed')).toMatchObject([{ inferred: false }]);
  });

  it('lets an instrumented bus tell first what both know, and tells it then', async () => {
    const directory = temporaryFolder();
    const { source, told, time } = await follow(directory);
    const claimed = { id: 'task-1', task: 'a', status: 'in_progress', claimed_at: time.seconds };
    replaceState(directory, { last_updated: time.seconds, next_steps: [claimed] }, time.seconds);
    await source.poll();
    expect(told.emitted.map(({ metric }) => metric)).toEqual(['cluster.snapshot', 'cluster.snapshot']);
    time.pass(1_400);
    expect(told.of('task.claimed')).toEqual([]);
    time.pass(100);
    expect(told.emitted.slice(2).map(({ metric }) => metric)).toEqual(['state.write', 'task.created', 'task.claimed']);
    replaceState(directory, { last_updated: time.seconds }, time.seconds);
    await source.poll();
    await source.stop();
    expect(told.of('state.write')).toHaveLength(2);
  });

  it('starts afresh from a baseline that cannot be understood', async () => {
    const directory = temporaryFolder();
    for (const damaged of [
      '',
      '{',
      '[]',
      '{"format":1}',
      '{"format":1,"key":".","epoch_micros":1,"told":1,"model":{}}',
    ]) {
      writeFileSync(join(directory, 'amicus-state.baseline.json'), damaged);
      replaceState(directory, tasks('pending'), 1_795_478_400);
      const { source, told } = await follow(directory);
      replaceState(directory, tasks('in_progress'), 1_795_478_401);
      await source.poll();
      expect(told.story).toEqual(['task.claimed task-1']);
      await source.stop();
      expect(readFileSync(join(directory, 'amicus-state.baseline.json'), 'utf8')).toContain('task-1');
    }
  });

  it('does not follow a link that has the name of its baseline', async () => {
    const [directory, elsewhere] = [temporaryFolder(), join(temporaryFolder(), 'victim')];
    writeFileSync(elsewhere, 'untouched');
    symlinkSync(elsewhere, join(directory, 'amicus-state.baseline.json'));
    replaceState(directory, tasks('pending'), 1_795_478_400);
    const { source } = await follow(directory);
    await source.stop();
    expect(readFileSync(elsewhere, 'utf8')).toBe('untouched');
  });

  it('tells what it sees although it cannot note its place', async () => {
    const directory = temporaryFolder();
    const { source, told, time } = await follow(directory, { metricsDirectory: join(directory, 'missing') });
    replaceState(directory, tasks('pending'), time.seconds);
    await source.poll();
    expect(told.story).toEqual(['task.created task-1']);
    expect(told.notices).toContainEqual({ code: 'baseline_unwritable', count: 1 });
  });

  it('keeps apart two clusters of one store', async () => {
    const [store, a, b] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const told = new ToldEvents();
    for (const directory of [a, b]) {
      const { source } = await follow(directory, { told, metricsDirectory: store });
      replaceState(directory, { next_steps: [{ id: 'task-1', task: 'a', created_at: 1_795_478_400 }] }, 1_795_478_401);
      await source.poll();
      await source.stop();
    }
    expect(told.of('task.created')).toHaveLength(2);
  });

  it('gives the same identities when its workspace is mounted elsewhere', async () => {
    const parent = temporaryFolder();
    const told = new ToldEvents();
    const document = { next_steps: [{ id: 'task-1', task: 'a', created_at: 1_795_478_400 }] };
    for (const [from, to] of [
      ['x', 'y'],
      ['y', 'z'],
    ] as const) {
      const { source } = await follow(join(parent, from), { told });
      replaceState(join(parent, from), document, 1_795_478_401);
      await source.poll();
      await source.stop();
      renameSync(join(parent, from), join(parent, to));
      rmSync(join(parent, to, 'state.json'));
      rmSync(join(parent, to, 'amicus-state.baseline.json'));
    }
    expect(told.of('task.created')).toHaveLength(1);
  });

  it('takes one snapshot for each half minute, and tells silence when it falls', async () => {
    const directory = temporaryFolder();
    const { source, told, time } = await follow(directory);
    const nodes = { 'Node-A': { status: 'working', last_heartbeat: time.seconds } };
    replaceState(directory, { cluster_nodes: nodes }, time.seconds);
    time.pass(121_000);
    await source.poll();
    expect(told.story).toEqual(['node.registered Node-A', 'node.status Node-A working', 'node.status Node-A silent']);
    const active = told.of('cluster.snapshot').map(({ data }) => data['active_nodes']);
    expect(active).toEqual([1, 1, 1, 1, 1, 0]);
    expect(source.view()?.nodes).toMatchObject([{ nodeId: 'Node-A', status: 'silent' }]);
  });

  it('goes on with the count of another watcher that saw more', async () => {
    const directory = temporaryFolder();
    const time = new ManualTime();
    const told = new ToldEvents();
    const [sharp, dull] = [await follow(directory, { time, told }), await follow(directory, { time, told })];
    const see = async (status: string, ...watchers: Followed[]): Promise<void> => {
      replaceState(directory, tasks(status), time.seconds);
      for (const { source } of watchers) await source.poll();
      time.pass(200);
    };
    await see('pending', sharp, dull);
    for (const status of ['in_progress', 'pending', 'in_progress', 'pending']) await see(status, sharp);
    await sharp.source.stop();
    await see('in_progress', dull);
    expect(told.of('task.claimed')).toHaveLength(3);
    expect(told.of('task.released')).toHaveLength(2);
  });
});
