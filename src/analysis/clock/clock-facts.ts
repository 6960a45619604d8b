import type { TimeRange } from '../../model/range.ts';
import type { LockWait } from './cluster-clock.ts';

/** Something that holds from a moment until the next one of its kind. */
export type Change = {
  readonly atMicros: number;
  readonly status: string;
  /** The task that a node names with its status. */
  readonly taskId?: string | undefined;
};

/** A stretch in which a node gave no sign of life, or was gone. */
export type Silence = TimeRange & {
  /** False while it lasts: `toMicros` is then without end. */
  readonly ended: boolean;
  /** True for a node that was told to have left. */
  readonly left: boolean;
};

/** What is known of one node, in order of time. */
export type NodeFacts = {
  readonly role: string | undefined;
  readonly model: string | undefined;
  /** Registrations (`registered`), statuses, and ends (`terminated`). */
  readonly changes: readonly Change[];
  readonly silences: readonly Silence[];
  /** Moments at which it did something itself. */
  readonly signs: readonly number[];
  readonly lockWaits: readonly TimeRange[];
  /** Its test runs that name no task. */
  readonly tests: readonly TimeRange[];
};

/** What is known beside the histories of tasks. */
export type ClockFacts = {
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly taskStatuses: ReadonlyMap<string, readonly Change[]>;
  readonly taskTests: ReadonlyMap<string, readonly TimeRange[]>;
  /** When a person was asked for. */
  readonly asked: readonly TimeRange[];
  /** Of all nodes, in order of their beginning. */
  readonly lockWaits: readonly LockWait[];
};
