import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** True when a path, links followed, lies inside a folder. It need not exist; paths with `..` are refused as such. */
export function isSafePath(root: string, path: string): boolean {
  if (path.includes('\0') || path.split(/[\\/]/).includes('..')) return false;
  const realRoot = followLinks(resolve(root));
  const way = relative(realRoot, followLinks(resolve(realRoot, path)));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The real place of the deepest part that exists, and the rest of the path behind it. */
function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(followLinks(parent), basename(path));
  }
}
