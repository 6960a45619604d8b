import type { MetricsCollector } from '../metrics-collector.ts';
import type { Clock } from '../model/clock.ts';
import { clusterKey, microsOfSeconds, momentStamp, transitionIdentity } from '../model/identity.ts';
import { toolIdentity } from '../model/session-identity.ts';
import type { BusSession } from './bus-session.ts';
import type { Caller } from './caller.ts';
import { type Dialect, keepsTimes } from './dialect.ts';
import type { StateAccess } from './state-file.ts';
import type { Task } from './task-format.ts';
import type { TaskFigures } from './task-queue.ts';

/** The part of a collector that the bus needs. */
export type BusRecorder = Pick<MetricsCollector, 'directory' | 'record'>;

const PRIORITIES = ['high', 'medium', 'low'] as const;
const OUTCOMES = ['success', 'failure', 'partial', 'abandoned'] as const;
/** Words that agents use for an outcome, beside the ones above. */
const OUTCOME_SYNONYMS: Readonly<Record<string, (typeof OUTCOMES)[number]>> = {
  succeeded: 'success',
  done: 'success',
  completed: 'success',
  failed: 'failure',
  error: 'failure',
};

/**
 * Turns what the bus sees first-hand into events. What only the state file tells (status changes, releases, departures)
 * is left to those who watch it, and so is a fact whose time a dialect does not write into the file: watchers could
 * not know it for the same. Nothing here throws or waits: a collector that fails must not fail an agent.
 */
export class BusMetrics {
  readonly #recorder: BusRecorder | undefined;
  readonly #session: BusSession;
  readonly #clock: Clock;
  readonly #cluster: string;
  readonly #keepsTimes: boolean;

  /** @param directory The context folder. */
  constructor(
    recorder: BusRecorder | undefined,
    session: BusSession,
    clock: Clock,
    directory: string,
    dialect: Dialect,
  ) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.#keepsTimes = keepsTimes(dialect);
    this.#session = session;
    this.#cluster = clusterKey(directory, recorder?.directory ?? directory);
  }

  stateAccessed(access: StateAccess): void {
    const { nodeId } = this.#session;
    const data = {
      node_id: nodeId,
      duration_ms: access.durationMillis,
      file_size_bytes: access.sizeBytes,
      lock_wait_ms: access.waitMillis,
    };
    this.#attempt((recorder) => {
      if (access.writtenAt === undefined) recorder.record('state.read', data);
      else recorder.record('state.write', data, this.#at('state.write', '', access.writtenAt, access.writtenAt));
      recorder.record('state.lock', {
        node_id: nodeId,
        operation: access.writtenAt === undefined ? 'read' : 'write',
        wait_ms: access.waitMillis,
        hold_ms: access.holdMillis,
        waited_for_node_id: access.waitedForNodeId,
        stale: access.tookStale,
      });
    });
  }

  nodeRegistered(nodeId: string, role: string, model: string, registeredAt: number): void {
    const options = this.#at('node.registered', nodeId, registeredAt, registeredAt);
    this.#attempt((recorder) => recorder.record('node.registered', { node_id: nodeId, role, model }, options));
  }

  taskClaimed(task: Task, before: Task, nodeId: string): void {
    const { claimedAt } = task;
    if (claimedAt === undefined || !this.#keepsTimes) return;
    const data = {
      node_id: nodeId,
      task_id: task.id,
      priority: PRIORITIES.find((word) => word === task.priority) ?? 'other',
      // Handed over, it did not wait in the queue.
      queue_seconds: before.status === 'pending' ? secondsBetween(before.releasedAt ?? before.createdAt, claimedAt) : 0,
    } as const;
    const options = this.#at('task.claimed', task.id, claimedAt, claimedAt);
    this.#attempt((recorder) => recorder.record('task.claimed', data, options));
  }

  taskCompleted(task: Task, nodeId: string, figures: TaskFigures): void {
    const { claimedAt, completedAt } = task;
    if (claimedAt === undefined || completedAt === undefined || !this.#keepsTimes) return;
    const word = (task.outcome ?? '').toLowerCase();
    const data = {
      node_id: nodeId,
      task_id: task.id,
      duration_seconds: secondsBetween(claimedAt, completedAt),
      outcome: OUTCOMES.find((known) => known === word) ?? OUTCOME_SYNONYMS[word] ?? 'unknown',
      ...figures,
    } as const;
    const options = this.#at('task.completed', task.id, claimedAt, completedAt);
    this.#attempt((recorder) => recorder.record('task.completed', data, options));
  }

  /**
   * The tool, with `tool.called` recorded for every call. A tool that throws has the outcome `error`. A call whose client
   * gave it an id has the identity that the client's telemetry, history and hooks give it too.
   */
  tracked<Args>(tool: string, run: (args: Args) => Promise<string>): (args: Args, caller: Caller) => Promise<string> {
    return async (args, caller) => {
      const startMillis = this.#clock.monotonicMillis();
      try {
        const result = await run(args);
        this.#toolCalled(tool, caller, startMillis, args, result);
        return result;
      } catch (error) {
        this.#toolCalled(tool, caller, startMillis, args, undefined);
        throw error;
      }
    };
  }

  /** @param result Absent when the tool threw. */
  #toolCalled(tool: string, caller: Caller, startMillis: number, args: unknown, result: string | undefined): void {
    const { client, sessionId, callId } = caller;
    this.#attempt((recorder) => {
      const data = {
        node_id: this.#session.nodeId,
        task_id: this.#session.taskId,
        client,
        session_id: sessionId,
        server: 'amicus',
        tool,
        duration_ms: Math.max(0, this.#clock.monotonicMillis() - startMillis),
        outcome: result === undefined ? 'error' : 'success',
        request_bytes: Buffer.byteLength(JSON.stringify(args)),
        response_bytes: result === undefined ? undefined : Buffer.byteLength(result),
      } as const;
      const identity = client === undefined || callId === undefined ? undefined : toolIdentity(client, callId);
      recorder.record('tool.called', data, { identity });
    });
  }

  /** When it happened, and the identity that a watcher of the file gives to the same fact. Times are Unix seconds. */
  #at(metric: string, subject: string, stampAt: number, timestamp: number): { timestamp: number; identity: string } {
    const stamp = momentStamp(microsOfSeconds(stampAt));
    return { timestamp, identity: transitionIdentity({ cluster: this.#cluster, metric, subject, stamp }) };
  }

  #attempt(recording: (recorder: BusRecorder) => unknown): void {
    if (this.#recorder === undefined) return;
    try {
      recording(this.#recorder);
    } catch {
      // A collector promises never to throw; an agent's work must not depend on that promise.
    }
  }
}

function secondsBetween(from: number | undefined, to: number): number | undefined {
  return from === undefined || from > to ? undefined : to - from;
}
