import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { openMetrics } from '../../src/index.ts';
import { type Child, startChild } from './child-process.ts';
import { eventually } from './eventually.ts';
import { EVERY_KIND } from './every-kind.ts';
import { imbalances } from './recording.ts';
import { seededRandom } from './seeded-random.ts';
import { storedNames } from './stored-names.ts';
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

/** What is left of a cluster whose processes were all killed. */
export type CrashedCluster = {
  readonly directory: string;
  readonly ledger: string;
  readonly kills: number;
  readonly ownEnds: readonly string[];
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Kill random processes of a cluster that records, drains and reads one folder, until at last all of them are dead. */
export async function crashCluster(options: {
  readonly seed: number;
  readonly kills: number;
  readonly writerMode?: 'early';
}): Promise<CrashedCluster> {
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
  const written = (): readonly number[] => readdirSync(ledger).map((name) => statSync(join(ledger, name)).size);
  // A kill before they all run proves little.
  await eventually(() => written().filter((sizeBytes) => sizeBytes > 0).length >= 8);
  for (let kill = 0; kill < options.kills; kill++) {
    const before = sum(written());
    await pause(random() * LONGEST_LIFE_MILLIS);
    // So does one while nobody records, because a busy machine has started none of them yet.
    await eventually(() => sum(written()) > before);
    const victim = Math.floor(random() * children.length);
    children[victim]?.process.kill('SIGKILL');
    children[victim] = start(ROLES[victim] ?? 'writer');
  }
  await pause(300);
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  return { directory, ledger, kills: options.kills + children.length, ownEnds };
}

/** Start again, and look what became of the events. */
export async function lookAfter({ directory, ledger, ...told }: CrashedCluster): Promise<CrashReport> {
  const begin = performance.now();
  const first = startChild('opening-child.ts', [directory, 'first']);
  if ((await first.ended) !== 0) throw new Error(first.output());
  const restartMillis = performance.now() - begin;
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  const balance = imbalances(await metrics.ledger());
  const { path, quarantinedFiles } = await metrics.stats();
  await metrics.close();

  const linesOf = (ending: string): string[] =>
    readdirSync(ledger)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => readFileSync(join(ledger, name), 'utf8').split('\n').slice(0, -1));
  const intended = new Set(linesOf('.intended'));
  const acknowledged = linesOf('.ended');
  const db = new DatabaseSync(path);
  const { hot, sealed } = storedNames(path);
  const names = new Map([...hot, ...sealed]);
  const ids = db
    .prepare('SELECT an_id AS id FROM "m_test.every_kind" WHERE an_id IS NOT NULL')
    .all()
    .map(({ id }) => String(names.get(Number(id))));
  const integrity = String(db.prepare('PRAGMA integrity_check').get()?.['integrity_check']);
  db.close();
  const stored = new Set(ids);
  const seen = new Set<string>();
  return {
    ...told,
    acknowledged: acknowledged.length,
    stored: ids.length,
    lost: acknowledged.filter((id) => !stored.has(id)),
    doubled: ids.filter((id) => seen.size === seen.add(id).size),
    phantoms: ids.filter((id) => !intended.has(id)),
    integrity,
    imbalances: balance.filter((difference) => difference !== 0),
    restartMillis,
    setAside: quarantinedFiles,
  };
}
