import { hash } from 'node:crypto';
import { relative } from 'node:path';

/**
 * Identities of what happens in a cluster. Several may tell the same fact: the instrumented bus, any number of
 * watchers of the state file, a watcher started anew. All of them must give it the same identity, so that it counts
 * once; the first to arrive is kept.
 *
 * That works because the stamp of a transition is a time that stands *in the state file* and stays there as long as
 * the fact matters, so that everybody who looks reads the same one, however late:
 *
 * | metric | subject | stamp |
 * | --- | --- | --- |
 * | `task.created` | task id | the task's `created_at` |
 * | `task.claimed`, `task.released`, `task.completed` | task id | `claimed_at` of the attempt that begins or ends |
 * | `node.registered`, `node.terminated` | node id | `registered_at` of the stay that begins or ends |
 * | `node.status` | node id | `status_since` |
 * | `state.write` | empty | `last_updated` |
 * | `message.sent` | empty | `messageKey()` |
 *
 * A release and a completion carry the stamp of the *claim*: an attempt ends at most once, and its claim is still
 * known when the end itself was missed (a completed task may be archived before anybody looks). A task claimed twice
 * has two claims, so two stamps.
 *
 * Files of an unmodified Amicus may lack these times. A watcher then counts transitions and keeps the count in the
 * baseline that all watchers of a store share; such a stamp begins with the moment that count began. A writer cannot
 * know that count: **a bus that does not write the time into the file leaves the fact to the watcher.**
 */
export type Transition = {
  /** Which cluster: `clusterKey()`. */
  readonly cluster: string;
  readonly metric: string;
  /** The node or the task it is about. */
  readonly subject: string;
  /** What tells this transition from others of its kind and subject. */
  readonly stamp: string;
};

/** The identity of a transition, for `IncomingEvent.identity`. Holds no content. */
export function transitionIdentity(transition: Transition): string {
  const { cluster, metric, subject, stamp } = transition;
  return JSON.stringify(['amicus', cluster, metric, subject, stamp]);
}

/** The stamp of a moment that stands in the state file. `micros`: what `microsOfSeconds` makes of the written number. */
export function momentStamp(micros: number): string {
  return `@${micros}`;
}

/**
 * Integer microseconds of Unix seconds as a float. Exact in both directions for times before 2041: what was written as
 * `micros / 1e6` is read back as the same `micros`.
 */
export function microsOfSeconds(seconds: number): number {
  return Math.round(seconds * 1e6);
}

/**
 * What tells clusters apart within one store: where the context folder lies, seen from the store's folder. Usually
 * they are one, so it is `.`; and it stays so when the workspace is mounted elsewhere, as in a container. Both paths
 * must be resolved alike.
 */
export function clusterKey(contextDirectory: string, metricsDirectory: string): string {
  return relative(metricsDirectory, contextDirectory).replaceAll('\\', '/') || '.';
}

/**
 * The id of a task that has none of its own. Equal text and time give equal ids in every process.
 *
 * @param text As `readTaskText` returns it: without markers, or a claim would change the id.
 */
export function derivedTaskId(text: string, createdMicros: number | undefined): string {
  const created = createdMicros === undefined ? '' : createdMicros / 1e6;
  return `task-${hash('sha256', `${text}\n${created}`).slice(0, 12)}`;
}

/** The id of the nth task that would have this id, counted from 1: equal tasks are told apart by their order. */
export function nthTaskId(taskId: string, nth: number): string {
  return nth === 1 ? taskId : `${taskId}-${nth}`;
}

/** What tells a message from others: its own id, else a hash of sender, time and body. */
export function messageKey(message: {
  readonly id: string | undefined;
  readonly sender: string | undefined;
  readonly sentMicros: number | undefined;
  readonly body: string;
}): string {
  const { id, sender = '', sentMicros = '', body } = message;
  return hash('sha256', JSON.stringify(id === undefined ? [sender, sentMicros, body] : [id])).slice(0, 24);
}
