import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { IncomingEvent } from '../../model/event.ts';
import type { LiveSource, SourceContext, SourcePlace } from '../source.ts';
import { readClaimedTasks } from './claimed-tasks.ts';
import { complexityDelta } from './complexity/complexity-delta.ts';
import { changedEvent } from './changed-event.ts';
import { GitReader } from './git-reader.ts';
import { type StartOfWork, startOfWork, type Tree, workSince } from './tree-changes.ts';
import { ownWorktree, parseWorktrees } from './worktrees.ts';

/** What is told at once: work in a tree since it was last told of, by all that are at it. */
type Work = {
  readonly folder: string;
  start: StartOfWork | undefined;
  /** The tasks that are worked on, each with its node. */
  readonly open: Map<string, string | undefined>;
};

/** A claim or an end of a task. */
type Turn = {
  readonly taskId: string;
  readonly nodeId: string | undefined;
  readonly identity: string;
  readonly atMicros: number;
};

/** More tasks at once than any cluster works on. */
const MAX_OPEN = 1_000;
/** Looks that may wait; each takes at most a few seconds. */
const MAX_WAITING = 256;

/**
 * Tells what was changed in a git repository for each task, from the claim to the end, committed or not. It hears of
 * claims and ends from the source that tells them, and finds the tasks that were claimed before it began in the state
 * file. A tree that has the id of the task or node in its name is its own. Of the shared tree it tells whenever somebody
 * begins or ends: what was changed while one task alone was worked on is that task's, the rest is nobody's.
 *
 * Notices: `git_claim_not_heard`, `git_unreadable`, `git_files_unnamed`, `git_complexity_unknown`, `git_busy`.
 */
export class GitSource implements LiveSource {
  readonly name = 'git';
  readonly #place: SourcePlace;
  readonly #attempts = new Map<string, Work>();
  /** Found claimed at the start, so that their claims may still be heard. */
  readonly #found = new Map<string, string | undefined>();
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
    if (this.#top !== undefined)
      await this.#beginClaimed(context.clock.nowMicros()).catch(() => this.#notice('git_unreadable', 1));
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
    const { identity, atMicros } = event;
    const turn = { taskId, nodeId: typeof nodeId === 'string' ? nodeId : undefined, identity, atMicros };
    const look = (): Promise<void> => (metric === 'task.claimed' ? this.#begin(turn) : this.#end(turn));
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

  /**
   * Takes up the tasks that were claimed before this began. What was committed since the first of these claims is
   * theirs. What lay uncommitted is not, if nothing was committed since: nobody can tell any more when it came.
   */
  async #beginClaimed(nowMicros: number): Promise<void> {
    for (const { taskId, nodeId, claimedMicros } of readClaimedTasks(this.#place.directory, nowMicros)) {
      const work = await this.#workFor(taskId, nodeId, claimedMicros ?? nowMicros);
      work.open.set(taskId, nodeId);
      this.#attempts.set(taskId, work);
      this.#found.set(taskId, nodeId);
    }
  }

  async #begin(turn: Turn): Promise<void> {
    const { taskId, nodeId, atMicros } = turn;
    if (this.#top === undefined || this.#attempts.size >= MAX_OPEN) return;
    const isFound = this.#found.has(taskId) && this.#found.get(taskId) === nodeId;
    this.#found.delete(taskId);
    if (isFound) return;
    const work = await this.#workFor(taskId, nodeId, atMicros);
    if (work.open.size > 0) await this.#tell(work, turn);
    // Claimed anew without an end: whoever had it works on it no more.
    this.#attempts.get(taskId)?.open.delete(taskId);
    work.open.set(taskId, nodeId);
    this.#attempts.set(taskId, work);
  }

  async #end(turn: Turn): Promise<void> {
    const { taskId, nodeId } = turn;
    if (this.#top === undefined) return;
    const work = this.#attempts.get(taskId);
    if (work === undefined) return this.#notice('git_claim_not_heard', 1);
    if (nodeId !== undefined) work.open.set(taskId, nodeId);
    await this.#tell(work, turn);
    work.open.delete(taskId);
    this.#attempts.delete(taskId);
    this.#found.delete(taskId);
  }

  /** Tells what was changed in a tree until now, and begins anew from here while others are at it. */
  async #tell(work: Work, { taskId, identity, atMicros }: Turn): Promise<void> {
    const tree = this.#tree(work.folder);
    const { start, open } = work;
    const changes = start && (await workSince(tree, start));
    const isLast = open.size === 1 && open.has(taskId);
    if (!isLast) work.start = await startOfWork(this.#tree(work.folder));
    if (start === undefined || changes === undefined) return this.#notice('git_unreadable', 1);
    const delta = await complexityDelta(tree, start.complexity, changes);
    if (delta === 'unknown') this.#notice('git_complexity_unknown', 1);
    const [owner, ...others] = open;
    const whose = owner === undefined || others.length > 0 ? {} : { taskId: owner[0], nodeId: owner[1] };
    const ended = { ...whose, atMicros, cluster: this.#place.cluster, identity: JSON.stringify(['git', identity]) };
    const told = changedEvent(changes, ended, delta === 'unknown' ? undefined : delta);
    if (told === undefined) return;
    this.#context?.emit(told.event);
    if (told.unnamed > 0) this.#notice('git_files_unnamed', told.unnamed);
  }

  /** The tree that is a task's own, else the shared one, which all have in common that are at it. */
  async #workFor(taskId: string, nodeId: string | undefined, claimMicros: number): Promise<Work> {
    const top = this.#top ?? '';
    const listed = (await this.#reader(top).read('worktree', 'list', '--porcelain', '-z')) ?? '';
    const own = ownWorktree(parseWorktrees(listed), taskId, nodeId);
    if (own !== undefined && own.path !== top) return this.#work(own.path, claimMicros);
    if (this.#shared === undefined || this.#shared.open.size === 0) this.#shared = await this.#work(top, claimMicros);
    return this.#shared;
  }

  async #work(folder: string, claimMicros: number): Promise<Work> {
    return { folder, start: await startOfWork(this.#tree(folder), claimMicros), open: new Map() };
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
