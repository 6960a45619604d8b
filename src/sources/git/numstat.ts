/** A changed file. Lines are absent where git takes it for binary. */
export type FileChange = {
  readonly name: string;
  readonly added?: number | undefined;
  readonly deleted?: number | undefined;
};

/** The output of `git diff --numstat -z`. A renamed file has its new name. */
export function parseNumstat(text: string): FileChange[] {
  const parts = text.split('\0');
  const changes: FileChange[] = [];
  for (let at = 0; at < parts.length; at++) {
    const [, added, deleted, given] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(parts[at] ?? '') ?? [];
    if (added === undefined || deleted === undefined) continue;
    // Of a rename the names follow as two parts of their own.
    if (given === '') at += 2;
    const name = given === '' ? parts[at] : given;
    if (name === undefined || name === '') continue;
    changes.push(added === '-' ? { name } : { name, added: Number(added), deleted: Number(deleted) });
  }
  return changes;
}
