import { join, relative, sep } from 'node:path';

import { type Complexities, readComplexities } from './complexity/complexity-delta.ts';
import { countLines } from './count-lines.ts';
import type { GitReader } from './git-reader.ts';
import { type FileChange, parseChanges } from './numstat.ts';

/** Files that git does not know yet are read to count their lines: so much of one, and of all together. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_ALL_BYTES = 32 * 1024 * 1024;
const COMMIT = /^[\da-f]{40,64}$/;

/** How a working tree stood when somebody began to work in it. */
export type StartOfWork = {
  /** The commit at or before that moment. */
  readonly commit: string;
  /** What was changed and not committed already. */
  readonly changed: ReadonlyMap<string, FileChange>;
  /** How complex the files among these were, by name. The commit tells it of all others. */
  readonly complexity: Complexities;
};

/** A tree to look at, and the folder in it whose files are the cluster's own. */
export type Tree = { readonly reader: GitReader; readonly top: string; readonly contextDirectory: string };

/** How a tree stands at a claim, or now. Nothing where it cannot be found out. */
export async function startOfWork(tree: Tree, claimMicros = Infinity): Promise<StartOfWork | undefined> {
  const { reader } = tree;
  const head = (await reader.read('rev-parse', '--verify', '--quiet', 'HEAD'))?.trim() ?? (await emptyTree(reader));
  if (head === undefined || !COMMIT.test(head)) return undefined;
  const commit = claimMicros === Infinity ? head : await commitBefore(reader, head, claimMicros);
  // What was committed since the claim is work already, and so is what lies in the tree.
  if (commit !== head) return { commit, changed: new Map(), complexity: new Map() };
  const changes = await changesSince(tree, commit);
  if (changes === undefined) return undefined;
  return {
    commit,
    changed: new Map(changes.map((it) => [it.name, it])),
    complexity: await readComplexities(tree.top, changes),
  };
}

/** The last commit that was there at a moment; the one that is there now, where none is as old. */
async function commitBefore(reader: GitReader, head: string, micros: number): Promise<string> {
  const age = `--min-age=${Math.floor(micros / 1e6)}`;
  const before = (await reader.read('rev-list', '-1', '--first-parent', age, head, '--'))?.trim();
  return before === undefined || !COMMIT.test(before) ? head : before;
}

/** What was changed since, committed or not. Nothing where git fails or takes too long. */
export async function workSince(tree: Tree, start: StartOfWork): Promise<FileChange[] | undefined> {
  const changes = await changesSince(tree, start.commit);
  return changes?.flatMap((change) => {
    const before = start.changed.get(change.name);
    if (before === undefined) return [change];
    if (before.added === change.added && before.deleted === change.deleted) return [];
    const less = (now: number | undefined, then = 0): number | undefined =>
      now === undefined ? undefined : Math.max(0, now - then);
    return [{ ...change, added: less(change.added, before.added), deleted: less(change.deleted, before.deleted) }];
  });
}

async function changesSince(
  { reader, top, contextDirectory }: Tree,
  commit: string,
): Promise<FileChange[] | undefined> {
  const safe = ['--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=all'];
  const [known, unknown] = await Promise.all([
    reader.read('diff', '--raw', '--no-abbrev', '--numstat', '-z', '-M', '--no-relative', ...safe, commit, '--'),
    reader.read('ls-files', '--others', '--exclude-standard', '-z', '--full-name', '--', '.'),
  ]);
  if (known === undefined || unknown === undefined) return undefined;
  const own = relative(top, contextDirectory).replaceAll(sep, '/');
  const isWork = (name: string): boolean => name !== own && !name.startsWith(`${own}/`);
  const changes = parseChanges(known).filter(({ name }) => isWork(name));
  let leftBytes = MAX_ALL_BYTES;
  for (const name of unknown.split('\0')) {
    if (name === '' || name.endsWith('/') || !isWork(name)) continue;
    const { lines, sizeBytes } = countLines(join(top, name), Math.min(MAX_FILE_BYTES, leftBytes));
    leftBytes -= sizeBytes;
    changes.push(lines === undefined ? { name } : { name, added: lines, deleted: 0 });
  }
  return changes;
}

/** What a repository without commits is compared with. Computed by git, since it depends on its kind of hash; not written. */
async function emptyTree(reader: GitReader): Promise<string | undefined> {
  return (await reader.read('hash-object', '-t', 'tree', '/dev/null'))?.trim();
}
