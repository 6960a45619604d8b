import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/**
 * Puts a file of a source's own in its place, in one step and readable by its owner only. Never follows a link, and
 * is not forced to the disk: after a power cut an older one may be there.
 *
 * @param how `replace`, or `create` to leave one alone that is there already.
 * @returns False when it was not written, for whatever reason; never throws.
 */
export function writePrivateFile(path: string, text: string, how: 'replace' | 'create'): boolean {
  const temporaryPath = `${path}.${process.pid}-${threadId}.tmp`;
  try {
    rmSync(temporaryPath, { force: true });
    writeFileSync(temporaryPath, text, { flag: 'wx', mode: 0o600 });
    // A link, unlike a rename, fails where there is a file.
    if (how === 'create') linkSync(temporaryPath, path);
    else renameSync(temporaryPath, path);
    return true;
  } catch {
    return false;
  } finally {
    discard(temporaryPath);
  }
}

/** Removes what a link has made a second name of, or what could not be put in its place. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder that cannot be written holds nothing of ours.
  }
}
