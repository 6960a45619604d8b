import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { listSegments, spoolFolder } from '../../src/store/spool/spool-folder.ts';
import { EVERY_KIND, filesBelow, imbalances, openRecorder } from '../support/recording.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A workspace with a folder outside of the context folder, into which nothing may be written. */
function workspace() {
  const root = temporaryFolder();
  const [directory, outside] = [join(root, 'work', '.ai'), join(root, 'outside')];
  mkdirSync(directory, { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'theirs.txt'), 'of another');
  return { directory, outside };
}

/** Record and ask, as if nothing were wrong; the figures must be those of this one event, and the law must hold. */
async function use(directory: string) {
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  try {
    expect(metrics.record(EVERY_KIND, { a_count: 7 })).toBe(true);
    await metrics.flush();
    const { events } = await metrics.query({ metric: EVERY_KIND.name });
    expect(events.map(({ data }) => data)).toContainEqual({ a_count: 7 });
    expect(imbalances(await metrics.ledger()).filter((difference) => difference !== 0)).toEqual([]);
    await metrics.upkeep();
    return (await metrics.stats()).quarantinedFiles;
  } finally {
    await metrics.close();
  }
}

/** A store of ours with rows in it, to be damaged. */
async function filledStore(directory: string, events = 3_000): Promise<string> {
  const { intake } = openRecorder({ directory });
  for (let n = 0; n < events; n++) intake.record(EVERY_KIND.name, { a_count: n, an_id: `t${n}`, a_name: `n${n % 7}` });
  await intake.close();
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  await metrics.drain();
  await metrics.upkeep();
  await metrics.close();
  return join(directory, 'metrics.db');
}

describe('what a repository may have planted', () => {
  const names = ['metrics.db', 'metrics.db-wal', 'metrics.db-shm', 'metrics.spool', 'metrics.ballast'];
  const targets = ['theirs.txt', 'not-there', '.'];
  it.each(names.flatMap((name) => targets.map((target) => [name, target])))(
    'a link named %s that leads to %s outside: nothing is written there',
    async (name, target) => {
      const { directory, outside } = workspace();
      symlinkSync(join(outside, target), join(directory, name));
      const quarantined = await use(directory);
      expect(readdirSync(outside)).toEqual(['theirs.txt']);
      expect(readFileSync(join(outside, 'theirs.txt'), 'utf8')).toBe('of another');
      expect(quarantined).toHaveLength(['metrics.db', 'metrics.spool'].includes(name) ? 1 : quarantined.length);
    },
  );

  it('a link in the spool that is named like a spool file is not followed', async () => {
    const { directory, outside } = workspace();
    const { intake, directory: other } = openRecorder({ directory: join(outside, 'ai') });
    intake.record(EVERY_KIND.name, { a_count: 666 });
    await intake.close();
    mkdirSync(spoolFolder(directory));
    symlinkSync(listSegments(spoolFolder(other))[0]?.path ?? '', join(spoolFolder(directory), '1-1-a-000000.spool'));
    await use(directory);
    expect(listSegments(spoolFolder(other))).toHaveLength(1);
  });

  it('a database that has a second name elsewhere is set aside', async () => {
    const { directory, outside } = workspace();
    const theirs = await filledStore(join(outside, 'ai'));
    linkSync(theirs, join(directory, 'metrics.db'));
    const before = readFileSync(theirs);
    expect(await use(directory)).toHaveLength(1);
    expect(readFileSync(theirs).equals(before)).toBe(true);
  });

  it('a context folder that is a link out of the workspace: refused in a sentence, counted, and nothing is made there', async () => {
    const { directory, outside } = workspace();
    const link = join(directory, '..', 'linked', '.ai');
    mkdirSync(join(link, '..'));
    symlinkSync(outside, link);
    const metrics = openMetrics({ directory: link, metrics: [EVERY_KIND] });
    expect(metrics.record(EVERY_KIND, { a_count: 1 })).toBe(true);
    await expect(metrics.flush()).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    await expect(metrics.stats()).rejects.toMatchObject({
      code: 'STORE_FOREIGN',
      hint: expect.stringContaining('Name the folder'),
    });
    await metrics.close();
    expect(metrics.health()).toMatchObject({ recorded: 1, accepted: 0, dropped: { spool_unwritable: 1 } });
    expect(readdirSync(outside)).toEqual(['theirs.txt']);
  });

  it('a context folder that is a link to another context folder is followed: work trees share one', async () => {
    const { directory, outside } = workspace();
    writeFileSync(join(outside, 'state.json'), '{}');
    const link = join(directory, '..', '.ai-of-worktree');
    symlinkSync(outside, link);
    expect(await use(link)).toEqual([]);
    expect(readdirSync(outside)).toContain('metrics.db');
  });

  it.each(['trigger', 'view'])('a %s in a store of ours: it never runs, and the store is set aside', async (kind) => {
    const { directory } = workspace();
    const path = await filledStore(directory, 10);
    const db = new DatabaseSync(path);
    db.exec(
      kind === 'trigger'
        ? 'CREATE TRIGGER x AFTER INSERT ON "m_test.every_kind" BEGIN DELETE FROM "m_test.every_kind"; END'
        : 'CREATE VIEW x AS SELECT * FROM meta',
    );
    db.close();
    expect(await use(directory)).toHaveLength(1);
  });
});

describe('what lies where the store should be', () => {
  it.each<[string, (path: string) => void]>([
    ['a pipe', (path) => spawnSync('mkfifo', [path])],
    ['a folder', (path) => mkdirSync(join(path, 'with', 'more'), { recursive: true })],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['random bytes', (path) => writeFileSync(path, Buffer.from('not a database '.repeat(1_000)))],
    ['the first 60 bytes of a database', (path) => writeFileSync(path, 'SQLite format 3\0'.padEnd(60, '\u0001'))],
  ])('%s is set aside and kept', async (_what, put) => {
    const { directory } = workspace();
    put(join(directory, 'metrics.db'));
    expect(await use(directory)).toEqual([expect.stringMatching(/^metrics\.db\.corrupt-/)]);
    expect(readdirSync(directory).filter((name) => name.includes('.corrupt-'))).toHaveLength(1);
  });

  it.each(['metrics.spool', 'metrics.ballast'])(
    'a file or a pipe named %s does not keep events from being stored',
    async (name) => {
      for (const put of [(path: string) => writeFileSync(path, 'x'), (path: string) => spawnSync('mkfifo', [path])]) {
        const { directory } = workspace();
        put(join(directory, name));
        expect((await use(directory)).length).toBe(name === 'metrics.spool' ? 1 : 0);
      }
    },
  );

  it('the database of a Python Amicus stays what it is, and ours lies beside it', async () => {
    const { directory } = workspace();
    const path = join(directory, 'metrics.db');
    const theirs = new DatabaseSync(path);
    theirs.exec(`CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp REAL, metric TEXT, node_id TEXT, data JSON);
      INSERT INTO events VALUES (1, 1770104400.5, 'state.read', 'Node-1', '{}')`);
    const before = readFileSync(path);
    expect(await use(directory)).toEqual([]);
    expect(readFileSync(path).equals(before)).toBe(true);
    theirs.exec(`INSERT INTO events VALUES (2, 1770104401.5, 'state.read', 'Node-1', '{}')`);
    theirs.close();
    expect(readdirSync(directory)).toContain('amicus-metrics.db');
  });

  it('tables that a Python Amicus added to our own file are kept, and its inserts go on', async () => {
    const { directory } = workspace();
    const path = await filledStore(directory, 10);
    const theirs = new DatabaseSync(path);
    theirs.exec('CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp REAL); INSERT INTO events VALUES (1, 1.5)');
    expect(await use(directory)).toEqual([]);
    theirs.exec('INSERT INTO events VALUES (2, 2.5)');
    expect(theirs.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: 2 });
    theirs.close();
  });
});

describe('a damaged store', () => {
  it.each([100, 512, 4_096, 8_192, 20_000])(
    'cut to %d bytes is set aside, and events go on being stored',
    async (length) => {
      const { directory } = workspace();
      const path = await filledStore(directory);
      truncateSync(path, length);
      expect(await use(directory)).toHaveLength(1);
    },
  );

  it(
    'with flipped bits answers, or is set aside: it never keeps events from being stored',
    { timeout: 300_000 },
    async () => {
      const random = seededRandom(5);
      const { directory } = workspace();
      const path = await filledStore(directory);
      const good = readFileSync(path);
      let aside = 0;
      for (let round = 0; round < 25; round++) {
        const damaged = Buffer.from(good);
        for (let bits = 0; bits < 40; bits++) {
          const at = 100 + Math.floor(random() * (damaged.length - 100));
          damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        }
        const other = join(temporaryFolder(), '.ai');
        mkdirSync(other);
        writeFileSync(join(other, 'metrics.db'), damaged);
        const metrics = openMetrics({ directory: other, metrics: [EVERY_KIND] });
        metrics.record(EVERY_KIND, { a_flag: true });
        const begin = performance.now();
        // SQLite keeps no checksums of its pages: an answer may lack events until somebody comes upon the damage.
        await metrics.query({ metric: EVERY_KIND.name, limit: 10_000 });
        await metrics.upkeep();
        const stored = await metrics.query({ metric: EVERY_KIND.name, limit: 1, order: 'newest_first' });
        expect(performance.now() - begin).toBeLessThan(50_000);
        expect(stored.events[0]?.data).toEqual({ a_flag: true });
        aside += (await metrics.stats()).quarantinedFiles.length;
        await metrics.close();
      }
      expect(aside).toBeGreaterThan(3);
    },
  );

  it.each<[string, (path: string) => void]>([
    ['random bytes', (path) => writeFileSync(`${path}-wal`, Buffer.from('log '.repeat(5_000)))],
    ['the log of another database', (path) => writeFileSync(`${path}-wal`, logOfAnother())],
    ['a torn log of its own', (path) => writeFileSync(`${path}-wal`, logOf(path).subarray(0, 5_001))],
  ])('with %s in place of its log goes on, or is set aside', async (_what, put) => {
    const { directory } = workspace();
    put(await filledStore(directory, 50));
    await use(directory);
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    const { path } = await metrics.stats();
    await metrics.close();
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  });
});

/** A log as a killed writer leaves it. */
function logOf(path: string): Buffer {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA wal_autocheckpoint = 0; BEGIN; CREATE TABLE more (a); INSERT INTO more VALUES (1); COMMIT');
  const log = readFileSync(`${path}-wal`);
  db.exec('DROP TABLE more');
  db.close();
  return log;
}

function logOfAnother(): Buffer {
  const path = join(temporaryFolder(), 'other.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text); INSERT INTO notes VALUES (randomblob(20000))');
  const log = readFileSync(`${path}-wal`);
  db.close();
  return log;
}

it('counts what is set aside by looking at the folder, so that no file is left out', async () => {
  const { directory } = workspace();
  writeFileSync(join(directory, 'metrics.db'), 'x');
  mkdirSync(spoolFolder(directory));
  writeFileSync(join(spoolFolder(directory), 'a.spool'), Buffer.alloc(99));
  const aside = await use(directory);
  expect(aside).toHaveLength(2);
  expect([...filesBelow(directory).keys()].filter((path) => path.includes('.corrupt-'))).toHaveLength(2);
  expect(existsSync(join(directory, 'metrics.db')) && lstatSync(join(directory, 'metrics.db')).isFile()).toBe(true);
});
