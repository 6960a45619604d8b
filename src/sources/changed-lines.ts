import { isAbsolute, relative, sep } from 'node:path';

import { isObject } from './amicus-state/read-value.ts';

/** Lines that a change added and deleted. Counts only: the lines themselves are not kept. */
export type ChangedLines = { readonly added: number; readonly deleted: number };

/** Counts the hunks of a patch as Claude Code keeps it: `[{lines: [' a', '-b', '+c']}]`. */
export function countHunks(hunks: readonly unknown[]): ChangedLines {
  let [added, deleted] = [0, 0];
  for (const hunk of hunks) {
    if (!isObject(hunk) || !Array.isArray(hunk['lines'])) continue;
    for (const line of hunk['lines']) {
      if (typeof line !== 'string') continue;
      if (line.startsWith('+')) added += 1;
      else if (line.startsWith('-')) deleted += 1;
    }
  }
  return { added, deleted };
}

/** Counts a unified diff: lines of its hunks, without the headers of files. */
export function countDiff(diff: string): ChangedLines {
  let [added, deleted] = [0, 0];
  let inHunk = false;
  for (const line of diff.split('\n')) {
    if (line.startsWith('@@')) inHunk = true;
    else if (inHunk && line.startsWith('+')) added += 1;
    else if (inHunk && line.startsWith('-')) deleted += 1;
  }
  return { added, deleted };
}

/** Lines of a text; a line feed at its end does not begin another. */
export function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** A file's name within a folder, with `/`; `undefined` when it lies elsewhere, so that no other path is told. */
export function nameWithin(folder: string | undefined, path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  if (!isAbsolute(path)) return path.split(/[/\\]/).includes('..') ? undefined : path.replaceAll('\\', '/');
  if (folder === undefined) return undefined;
  const within = relative(folder, path);
  if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) return undefined;
  return within.replaceAll('\\', '/');
}

/** Whether a folder is another one, or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || nameWithin(folder, path) !== undefined;
}
