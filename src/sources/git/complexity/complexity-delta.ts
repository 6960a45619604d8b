import { join } from 'node:path';

import type { GitReader } from '../git-reader.ts';
import type { FileChange } from '../numstat.ts';
import { isBinary, readPlainFile } from '../read-plain-file.ts';
import { type Language, languageOf } from './languages.ts';
import { measureComplexity } from './measure-complexity.ts';

/** So many files of one change are measured: some seconds of work. */
const MAX_FILES = 200;
/** Longer ones are generated or data. */
const MAX_FILE_BYTES = 512 * 1024;

/** Complexity by name; nothing as a value where it could not be measured. */
export type Complexities = ReadonlyMap<string, number | undefined>;

/** How complex the changed files are on disk. A file that is gone, a link or binary is no code, so it is 0. */
export async function readComplexities(top: string, changes: readonly FileChange[]): Promise<Complexities> {
  const found = new Map<string, number | undefined>();
  for (const { name, isGone } of changes) {
    const language = languageOf(name);
    if (language === undefined) continue;
    if (isGone === true) found.set(name, 0);
    else found.set(name, found.size < MAX_FILES ? await readComplexity(join(top, name), language) : undefined);
  }
  return found;
}

/**
 * Sum of the complexities of all changed files after less before: before as they lay on disk at the claim where that
 * was told then, else as committed. Nothing where no changed file is of a language that is measured; unknown where one
 * that is could not be measured, since the sum of the others would pass for the whole.
 */
export async function complexityDelta(
  { top, reader }: { readonly top: string; readonly reader: GitReader },
  atClaim: Complexities,
  changes: readonly FileChange[],
): Promise<number | 'unknown' | undefined> {
  const code = changes.filter(({ name, before }) => languageOf(name) ?? languageOf(before?.name ?? ''));
  if (code.length === 0) return undefined;
  if (code.length > MAX_FILES) return 'unknown';
  let delta = 0;
  const committed: { readonly hash: string; readonly language: Language }[] = [];
  for (const { name, before } of code) {
    const nameBefore = before?.name ?? name;
    if (atClaim.has(nameBefore)) {
      const complexity = atClaim.get(nameBefore);
      if (complexity === undefined) return 'unknown';
      delta -= complexity;
    } else {
      const language = languageOf(nameBefore);
      if (before !== undefined && language !== undefined) committed.push({ hash: before.hash, language });
    }
  }
  // Before anything is measured: git's time is limited, and measuring takes its own.
  const texts = await reader.readFiles(committed.map(({ hash }) => hash));
  for (const { hash, language } of committed) {
    const bytes = texts?.get(hash);
    const complexity = bytes && (await complexityOf(bytes, language));
    if (complexity === undefined) return 'unknown';
    delta -= complexity;
  }
  for (const complexity of (await readComplexities(top, code)).values()) {
    if (complexity === undefined) return 'unknown';
    delta += complexity;
  }
  return delta;
}

async function readComplexity(path: string, language: Language): Promise<number | undefined> {
  const { bytes, isNone } = readPlainFile(path, MAX_FILE_BYTES);
  if (isNone) return 0;
  return bytes && complexityOf(bytes, language);
}

async function complexityOf(bytes: Buffer, language: Language): Promise<number | undefined> {
  if (bytes.length > MAX_FILE_BYTES) return undefined;
  return isBinary(bytes) ? 0 : measureComplexity(bytes.toString('utf8'), language);
}
