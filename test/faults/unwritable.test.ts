import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { spoolFolder } from '../../src/store/spool/spool-folder.ts';
import { startChild } from '../support/child-process.ts';
import { EVERY_KIND, filesBelow, openRecorder } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const isRoot = process.getuid?.() === 0;
/** Somebody who owns nothing here. */
const NOBODY = 65_534;
const asNobody = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];

/** A store with five events, and the folder that holds it, open to be looked at by anybody. */
async function storeOfAnother(): Promise<string> {
  const directory = join(temporaryFolder(), '.ai');
  chmodSync(dirname(directory), 0o755);
  const { intake } = openRecorder({ directory });
  for (let n = 0; n < 5; n++) intake.record(EVERY_KIND.name, { a_count: n });
  await intake.close();
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  await metrics.upkeep();
  await metrics.close();
  chmodSync(directory, 0o555);
  chmodSync(join(directory, 'metrics.db'), 0o444);
  return directory;
}

async function toldIn(directory: string): Promise<Record<string, unknown>> {
  const child = startChild('unwritable-child.ts', [directory], { before: asNobody });
  expect([await child.ended, child.output()]).toEqual([0, expect.stringContaining('{')]);
  return JSON.parse(child.output()) as Record<string, unknown>;
}

const NOT_KEPT = { recorded: 1, dropped: { spool_unwritable: 1 } };

describe('a place that cannot be written', () => {
  it('is read, and the recording process goes on, with each event counted', async () => {
    const directory = await storeOfAnother();
    const before = filesBelow(directory);
    expect(await toldIn(directory)).toEqual({
      taken: true,
      flush: 'STORE_READ_ONLY',
      query: 5,
      stats: true,
      upkeep: 'STORE_READ_ONLY',
      ...NOT_KEPT,
    });
    expect(filesBelow(directory)).toEqual(before);
  });

  it('without a store says that none can be made', async () => {
    const directory = join(temporaryFolder(), '.ai');
    chmodSync(dirname(directory), 0o555);
    expect(await toldIn(directory)).toMatchObject({ taken: true, query: 'STORE_READ_ONLY', ...NOT_KEPT });
    mkdirSync(directory, 0o755);
    expect(await toldIn(directory)).toMatchObject({ taken: true, query: 'STORE_READ_ONLY', ...NOT_KEPT });
  });

  it('that cannot even be looked into says so', async () => {
    const directory = await storeOfAnother();
    chmodSync(join(directory, 'metrics.db'), 0o400);
    expect(await toldIn(directory)).toMatchObject({ taken: true, query: 'STORE_READ_ONLY', ...NOT_KEPT });
    chmodSync(directory, 0o700);
    expect(await toldIn(directory)).toMatchObject({ taken: true, query: 'STORE_READ_ONLY', ...NOT_KEPT });
  });

  it('that is a file says so in a sentence', async () => {
    const directory = join(temporaryFolder(), '.ai');
    writeFileSync(directory, 'a file');
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    expect(metrics.record(EVERY_KIND, {})).toBe(true);
    await expect(metrics.stats()).rejects.toMatchObject({ name: 'StoreError' });
    await metrics.close();
  });

  it.skipIf(!isRoot)('shared with another user keeps the events of both apart, each with its own files', async () => {
    const directory = join(temporaryFolder(), '.ai');
    mkdirSync(directory);
    chmodSync(dirname(directory), 0o755);
    chownSync(directory, NOBODY, NOBODY);
    const child = startChild('recording-child.ts', [directory, 'theirs', '100'], { before: asNobody });
    expect(await child.ended).toBe(0);
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    metrics.record(EVERY_KIND, { a_count: 1 });
    expect(
      (await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] })).rows[0]?.values['count'],
    ).toBe(101);
    await metrics.close();
  });
});

describe('modes of files', () => {
  /** Every mode that a file or folder of ours has while a process records, drains and keeps house. */
  it.each(['000', '022', '077'])('are for the owner only from birth, under a umask of %s', async (umask) => {
    const directory = join(temporaryFolder(), '.ai');
    const seen = new Set<string>();
    const look = (): void => {
      for (const path of [directory, ...listed(directory)]) {
        const info = statSync(path, { throwIfNoEntry: false });
        if (info !== undefined)
          seen.add(`${info.isDirectory() ? 'folder' : 'file'} ${(info.mode & 0o777).toString(8)}`);
      }
    };
    const shell = (file: string, ...args: string[]) =>
      startChild(file, args, { before: ['sh', '-c', `umask ${umask}; exec "$0" "$@"`] });
    const children = [
      shell('recording-child.ts', directory, 'w', '60000', '500'),
      shell('draining-child.ts', directory),
    ];
    while (children[0]?.process.exitCode === null) {
      look();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    children[1]?.process.stdin?.end();
    await Promise.all(children.map(({ ended }) => ended));
    look();
    expect([...seen].toSorted()).toEqual(['file 600', 'folder 700']);
    expect(readdirSync(directory)).toContain('metrics.db');
  });
});

function listed(directory: string): string[] {
  return [directory, spoolFolder(directory)].flatMap((folder) => {
    try {
      return readdirSync(folder).map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
}
