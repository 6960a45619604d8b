import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { StoreError } from '../model/errors.ts';

/** What lies in a folder that agents already share: Amicus's state, or a store of ours. */
const CONTEXT_FILES = ['state.json', 'metrics.db', 'amicus-metrics.db', 'metrics.spool'];

/**
 * Make a context folder, for its owner only, unless it is there.
 *
 * A repository can hold a symbolic link named `.ai` that leads anywhere. Such a link is followed within the folder it
 * lies in, or to what is a context folder already (work trees that share one); else nothing is made behind it.
 *
 * @throws StoreError `STORE_FOREIGN` for a link that is not followed; what the file system reports.
 */
export function makeContextFolder(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const target = existsSync(directory) ? realpathSync(directory) : undefined;
    const isInside = target?.startsWith(realpathSync(dirname(directory)) + sep) ?? false;
    const isContext = target !== undefined && CONTEXT_FILES.some((name) => existsSync(join(target, name)));
    if (!isInside && !isContext) {
      throw new StoreError('STORE_FOREIGN', `${directory} is a symbolic link that leads out of its own folder`, {
        hint: 'Name the folder it leads to, if that is where the metrics are to lie.',
      });
    }
  }
  makeFolder(directory);
}

/**
 * Make a folder inside a context folder, for its owner only, unless it is there. A link, or anything else that has its
 * name, is set aside: what is written here must stay inside.
 *
 * @throws what the file system reports.
 */
export function makeInnerFolder(folder: string, nowMicros: number): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) renameSync(folder, asideName(folder, nowMicros));
  makeFolder(folder);
}

/** Make a folder and those above it. Node's own recursive way never ends where the parent refuses, as below /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    // Another process may have been first.
    if (!isFolder(folder)) throw cause;
  }
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The name that something gets when it is set aside: it says when, and nothing has it yet. */
export function asideName(path: string, nowMicros: number): string {
  return `${path}.corrupt-${Math.floor(nowMicros / 1_000)}-${randomBytes(2).toString('hex')}`;
}
