import { basename } from 'node:path';

/** A working tree of a repository. The first of a list is the main one. */
export type Worktree = { readonly path: string; readonly branch: string | undefined };

/** The output of `git worktree list --porcelain -z`; bare repositories and lost trees left out. */
export function parseWorktrees(text: string): Worktree[] {
  return text.split('\0\0').flatMap((entry) => {
    const lines = entry.split('\0').filter((line) => line !== '');
    const path = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    const branch = lines.find((line) => line.startsWith('branch '))?.slice('branch refs/heads/'.length);
    const isUnusable = lines.some((line) => line === 'bare' || line.startsWith('prunable'));
    return path === undefined || isUnusable ? [] : [{ path, branch }];
  });
}

/** The tree that is a task's or a node's own: one beside the main tree, with the id in the name of its folder or branch. */
export function ownWorktree(
  trees: readonly Worktree[],
  taskId: string,
  nodeId: string | undefined,
): Worktree | undefined {
  for (const id of [taskId, nodeId]) {
    const own = trees.slice(1).filter(({ path, branch }) => holds(basename(path), id) || holds(branch, id));
    if (own.length === 1) return own[0];
  }
  return undefined;
}

/** Whether a name holds an id as a whole: `task-1` is not in `task-12`. */
function holds(name: string | undefined, id: string | undefined): boolean {
  if (name === undefined || id === undefined || id === '') return false;
  const text = name.toLowerCase();
  const sought = id.toLowerCase();
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + sought.length] ?? ' '}`;
    if (!/[a-z\d]/.test(around)) return true;
  }
  return false;
}
