import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { IncomingEvent } from '../../model/event.ts';
import type { LiveSource, SourceContext, SourcePlace } from '../source.ts';
import { complexityDelta } from './complexity/complexity-delta.ts';
import { changedEvent, type Ended } from './changed-event.ts';
import { GitReader } from './git-reader.ts';
import { type StartOfWork, startOfWork, type Tree, workSince } from './tree-changes.ts';
import { ownWorktree, parseWorktrees } from './worktrees.ts';

/** Work in a tree: of one attempt in a tree of its own, or of all that work in the shared tree at overlapping times. */
type Work = {
  readonly folder: string;
  readonly start: StartOfWork | undefined;
  /** Of the claim that began it. */
  readonly identity: string;
  attempts: number;
  open: number;
};

type Attempt = { readonly nodeId: string | undefined; readonly work: Work };

/** More tasks at once than any cluster works on. */
const MAX_OPEN = 1_000;
/** Looks that may wait; each takes at most a few seconds. */
const MAX_WAITING = 256;

/**
 * Tells what was changed in a git repository for each task, from the claim to the end, committed or not. It hears of
 * claims and ends from the source that tells them. A tree that has the id of the task or node in its name is its own;
 * in the shared tree a change belongs to a task only when no other was worked on meanwhile, else it is told once for
 * all of them, without task and node.
 *
 * Notices: `git_claim_not_heard`, `git_unreadable`, `git_files_unnamed`, `git_complexity_unknown`, `git_busy`.
 */
export class GitSource implements LiveSource {
  readonly name = 'git';
  readonly #place: SourcePlace;
  readonly #attempts = new Map<string, Attempt>();
  #context: SourceContext | undefined;
  /** The folder of the working tree that the context folder lies in. */
  #top: string | undefined;
  #shared: Work | undefined;
  readonly #started = Promise.withResolvers<void>();
  /** Others start first and tell at once, so that the first look waits for our own start. */
  #looks: Promise<void> = this.#started.promise;
  #isStopped = false;
  #waiting = 0;

  constructor(place: SourcePlace) {
    this.#place = place;
  }

  async start(context: SourceContext): Promise<void> {
    this.#context = context;
    if (this.#place.git !== 'off') this.#top = await this.#findTop();
    this.#started.resolve();
  }

  hear(event: IncomingEvent): void {
    const { metric } = event;
    if (this.#place.git === 'off' || this.#isStopped) return;
    if (metric !== 'task.claimed' && metric !== 'task.completed' && metric !== 'task.released') return;
    const { task_id: taskId, node_id: nodeId } = event.data;
    if (typeof taskId !== 'string' || event.identity === undefined) return;
    if (this.#waiting >= MAX_WAITING) return this.#notice('git_busy', 1);
    this.#waiting += 1;
    const { identity } = event;
    const node = typeof nodeId === 'string' ? nodeId : undefined;
    const look = (): Promise<void> =>
      metric === 'task.claimed'
        ? this.#begin(taskId, node, identity, event.atMicros)
        : this.#end(taskId, node, identity, event.atMicros);
    this.#looks = this.#looks
      .then(look)
      .catch(() => this.#notice('git_unreadable', 1))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async poll(): Promise<void> {
    await this.#looks;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looks;
    this.#context = undefined;
  }

  async #findTop(): Promise<string | undefined> {
    try {
      const workspace = realpathSync(dirname(this.#place.directory));
      const found = await this.#reader(workspace).read('rev-parse', '--show-toplevel');
      const top = found === undefined ? '' : realpathSync(found.replace(/\n$/, ''));
      // A repository can say that its tree lies anywhere; only one that the workspace is in is looked at.
      return top !== '' && !relative(top, workspace).startsWith('..') ? top : undefined;
    } catch {
      return undefined;
    }
  }

  async #begin(taskId: string, nodeId: string | undefined, identity: string, claimMicros: number): Promise<void> {
    const top = this.#top;
    if (top === undefined || this.#attempts.size >= MAX_OPEN) return;
    // Claimed anew without an end: whoever had it works on it no more.
    const previous = this.#attempts.get(taskId);
    if (previous !== undefined) previous.work.open -= 1;
    const listed = (await this.#reader(top).read('worktree', 'list', '--porcelain', '-z')) ?? '';
    const own = ownWorktree(parseWorktrees(listed), taskId, nodeId);
    let work: Work;
    if (own !== undefined && own.path !== top) work = await this.#work(own.path, identity, claimMicros);
    else if (this.#shared !== undefined && this.#shared.open > 0) work = this.#shared;
    else this.#shared = work = await this.#work(top, identity, claimMicros);
    work.attempts += 1;
    work.open += 1;
    this.#attempts.set(taskId, { nodeId, work });
  }

  async #end(taskId: string, nodeId: string | undefined, identity: string, atMicros: number): Promise<void> {
    if (this.#top === undefined) return;
    const attempt = this.#attempts.get(taskId);
    if (attempt === undefined) return this.#notice('git_claim_not_heard', 1);
    this.#attempts.delete(taskId);
    const { work } = attempt;
    work.open -= 1;
    if (work.open > 0) return;
    const { cluster } = this.#place;
    const ended: Ended =
      work.attempts === 1
        ? { taskId, nodeId: nodeId ?? attempt.nodeId, atMicros, cluster, identity: JSON.stringify(['git', identity]) }
        : { atMicros, cluster, identity: JSON.stringify(['git', 'several', work.identity]) };
    const { start } = work;
    const tree = this.#tree(work.folder);
    const changes = start && (await workSince(tree, start));
    if (start === undefined || changes === undefined) return this.#notice('git_unreadable', 1);
    const delta = await complexityDelta(tree, start.complexity, changes);
    if (delta === 'unknown') this.#notice('git_complexity_unknown', 1);
    const told = changedEvent(changes, ended, delta === 'unknown' ? undefined : delta);
    if (told === undefined) return;
    this.#context?.emit(told.event);
    if (told.unnamed > 0) this.#notice('git_files_unnamed', told.unnamed);
  }

  async #work(folder: string, identity: string, claimMicros: number): Promise<Work> {
    return { folder, identity, start: await startOfWork(this.#tree(folder), claimMicros), attempts: 0, open: 0 };
  }

  #tree(top: string): Tree {
    const { directory } = this.#place;
    const within = relative(
      this.#top ?? top,
      join(realPath(dirname(directory)), directory.slice(dirname(directory).length)),
    );
    return { top, contextDirectory: join(top, within), reader: this.#reader(top) };
  }

  #reader(folder: string): GitReader {
    return new GitReader(folder, this.#place.environment ?? {});
  }

  #notice(code: string, count: number): void {
    this.#context?.notice({ code, count });
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
