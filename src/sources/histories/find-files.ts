import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { HistoryFile, LineHistory } from './line-history.ts';

/** Deeper than any client nests. */
const MAX_DEPTH = 12;

/** What lies in one place of a client's history. */
export type FoundFiles = {
  readonly files: readonly HistoryFile[];
  /** Folders that may not be read. */
  readonly unreadable: number;
};

/**
 * The files of a client's history in a folder, which may be the client's own (`~/.claude`), the one inside of it that
 * holds the history, or a single file. Links inside are not followed: they could lead anywhere.
 */
export function findFiles(client: LineHistory, place: string): FoundFiles {
  const files: HistoryFile[] = [];
  let unreadable = 0;
  const real = realPathOf(place);
  if (real === undefined) return { files, unreadable };
  if (lstatSync(real).isFile()) {
    // A file that is named is meant, whatever lies around it.
    const within = `${basename(dirname(real))}/${basename(real)}`;
    return { files: [{ path: real, within }], unreadable };
  }
  const below = client.folders.map((folder) => realPathOf(join(real, folder))).filter((path) => path !== undefined);
  const roots = below.length > 0 ? below : [real];
  const walk = (root: string, within: string, depth: number): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(within === '' ? root : join(root, within), { withFileTypes: true });
    } catch {
      unreadable += 1;
      return;
    }
    for (const entry of entries) {
      const name = within === '' ? entry.name : `${within}/${entry.name}`;
      if (entry.isFile()) {
        if (client.accepts(name)) files.push({ path: `${root}/${name}`, within: name });
      } else if (entry.isDirectory() && depth < MAX_DEPTH) walk(root, name, depth + 1);
    }
  };
  for (const root of roots) walk(root, '', 0);
  return { files, unreadable };
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
