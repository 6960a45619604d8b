import {
  chmodSync,
  copyFileSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { FilePlan } from './plan-change.ts';

/** A file that is no longer as it was when the change was shown. */
export class ChangedMeanwhile extends Error {}

/**
 * Makes a planned change: a copy of the file as it is goes beside it, then the new text takes its place in one step,
 * with the same permissions. A link stays a link, and the file that it names is changed.
 *
 * @param moment Part of the copy's name, such as `2026-11-25T10-00-00`.
 * @returns The path of the copy.
 * @throws ChangedMeanwhile, or what the file system reports; the file is then as it was.
 */
export function writeChange(plan: FilePlan, moment: string): string {
  const path = realpathSync(plan.path);
  if (readFileSync(path, 'utf8') !== plan.before) {
    throw new ChangedMeanwhile(`${plan.path} was changed by another program meanwhile`);
  }
  const { mode } = statSync(path);
  const backup = copyBeside(path, `${path}.before-amicus-metrics-${moment}`);
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, plan.after, { mode, flag: 'wx' });
    // The mode of a new file is cut by the mask of this process.
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return backup;
}

/** Never over another copy: two changes in one second have two. */
function copyBeside(path: string, wanted: string): string {
  for (let n = 1; ; n++) {
    const backup = n === 1 ? wanted : `${wanted}-${n}`;
    try {
      copyFileSync(path, backup, constants.COPYFILE_EXCL);
      return backup;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || n === MAX_COPIES) throw error;
    }
  }
}

const MAX_COPIES = 100;
