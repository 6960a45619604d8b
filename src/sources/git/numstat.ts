/** A changed file. Lines are absent where git takes it for binary. */
export type FileChange = {
  readonly name: string;
  readonly added?: number | undefined;
  readonly deleted?: number | undefined;
  /** What it was in the commit, where that was a plain file: its name, and the hash under which git has its text. */
  readonly before?: { readonly name: string; readonly hash: string } | undefined;
  /** It is a plain file no more. */
  readonly isGone?: true | undefined;
};

type Nature = Pick<FileChange, 'before' | 'isGone'>;

/** The output of `git diff --raw --no-abbrev --numstat -z`. A renamed file has its new name. */
export function parseChanges(text: string): FileChange[] {
  const parts = text.split('\0');
  const natures = new Map<string, Nature>();
  const changes: FileChange[] = [];
  for (let at = 0; at < parts.length; at++) {
    const [, modeBefore, modeAfter, hash, status] =
      /^:(\d+) (\d+) ([\da-f]+) [\da-f]+ ([A-Z])/.exec(parts[at] ?? '') ?? [];
    if (hash !== undefined) {
      at += 1;
      const nameBefore = parts[at] ?? '';
      if (status === 'R' || status === 'C') at += 1;
      const before = isPlain(modeBefore) ? { name: nameBefore, hash } : undefined;
      natures.set(parts[at] ?? '', isPlain(modeAfter) ? { before } : { before, isGone: true });
      continue;
    }
    const [, added, deleted, given] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(parts[at] ?? '') ?? [];
    if (added === undefined || deleted === undefined) continue;
    // Of a rename the names follow as two parts of their own.
    if (given === '') at += 2;
    const name = given === '' ? parts[at] : given;
    if (name === undefined || name === '') continue;
    const nature = natures.get(name);
    changes.push(
      added === '-' ? { name, ...nature } : { name, added: Number(added), deleted: Number(deleted), ...nature },
    );
  }
  return changes;
}

/** Not a link, not a module of another repository, not absent. */
function isPlain(mode: string | undefined): boolean {
  return mode?.startsWith('100') === true;
}
