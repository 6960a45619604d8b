import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { openMetrics } from '../../src/index.ts';
import { type Child, startChild } from './child-process.ts';
import { EVERY_KIND } from './every-kind.ts';
import { imbalances } from './recording.ts';
import { seededRandom } from './seeded-random.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LONGEST_LIFE_MILLIS = 300;
const ROLES = ['writer', 'writer', 'writer', 'writer', 'drainer', 'reader'] as const;

export type CrashReport = {
  readonly kills: number;
  /** Processes that ended before they were killed, with what they said. */
  readonly ownEnds: readonly string[];
  readonly acknowledged: number;
  readonly stored: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Stored, and never recorded. */
  readonly phantoms: readonly string[];
  readonly integrity: string;
  readonly imbalances: readonly number[];
  readonly restartMillis: number;
  readonly setAside: readonly string[];
};

/** Kill random processes of a cluster that records, drains and reads one folder, then look what became of the events. */
export async function crashCluster(options: {
  readonly seed: number;
  readonly kills: number;
  readonly writerMode?: 'early';
}): Promise<CrashReport> {
  const random = seededRandom(options.seed);
  const folder = temporaryFolder();
  const [directory, ledger] = [join(folder, '.ai'), join(folder, 'ledger')];
  mkdirSync(ledger);
  let started = 0;
  const ownEnds: string[] = [];
  const start = (role: (typeof ROLES)[number]): Child => {
    const [file, args] =
      role === 'writer'
        ? ['crash-writer.ts', [directory, ledger, `w${started++}`, options.writerMode ?? '']]
        : ['crash-reader.ts', [directory, role]];
    const child = startChild(file, args, { onEnd: false });
    void child.ended.then((end) => end !== 'SIGKILL' && ownEnds.push(`${role} ${end}: ${child.output()}`));
    return child;
  };
  const children = ROLES.map(start);
  // A kill before they all run proves little.
  while (readdirSync(ledger).filter((name) => statSync(join(ledger, name)).size > 0).length < 8) await pause(20);
  for (let kill = 0; kill < options.kills; kill++) {
    await pause(random() * LONGEST_LIFE_MILLIS);
    const victim = Math.floor(random() * children.length);
    children[victim]?.process.kill('SIGKILL');
    children[victim] = start(ROLES[victim] ?? 'writer');
  }
  await pause(300);
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  const total = options.kills + children.length;
  return { kills: total, ownEnds, ...(await lookAfter(directory, ledger)) };
}

async function lookAfter(directory: string, ledger: string) {
  const begin = performance.now();
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  metrics.record(EVERY_KIND, { a_flag: true });
  await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
  const restartMillis = performance.now() - begin;
  const told = imbalances(await metrics.ledger());
  const { path, quarantinedFiles } = await metrics.stats();
  await metrics.close();

  const linesOf = (ending: string): string[] =>
    readdirSync(ledger)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => readFileSync(join(ledger, name), 'utf8').split('\n').slice(0, -1));
  const intended = new Set(linesOf('.intended'));
  const acknowledged = linesOf('.ended');
  const db = new DatabaseSync(path);
  const ids = db
    .prepare('SELECT (SELECT s FROM dict WHERE id = an_id) AS id FROM "m_test.every_kind" WHERE an_id IS NOT NULL')
    .all()
    .map(({ id }) => String(id));
  const integrity = String(db.prepare('PRAGMA integrity_check').get()?.['integrity_check']);
  db.close();
  const stored = new Set(ids);
  const seen = new Set<string>();
  return {
    acknowledged: acknowledged.length,
    stored: ids.length,
    lost: acknowledged.filter((id) => !stored.has(id)),
    doubled: ids.filter((id) => seen.size === seen.add(id).size),
    phantoms: ids.filter((id) => !intended.has(id)),
    integrity,
    imbalances: told.filter((difference) => difference !== 0),
    restartMillis,
    setAside: quarantinedFiles,
  };
}
