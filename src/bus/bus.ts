import { dirname } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { BusMetrics, type BusRecorder } from './bus-metrics.ts';
import { BusSession } from './bus-session.ts';
import type { Dialect } from './dialect.ts';
import { StateFile } from './state-file.ts';

/** What every tool works on: one node's door to the shared state. */
export type Bus = {
  readonly state: StateFile;
  readonly session: BusSession;
  readonly metrics: BusMetrics;
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** The folder that paths and commands are confined to: the one that holds the context folder. */
  readonly workspace: string;
};

export type BusOptions = {
  /** The context folder, usually `.ai`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly dialect: Dialect;
  /** Where events go; without one the bus works and records nothing. */
  readonly recorder?: BusRecorder | undefined;
};

/** Opens the bus of one context folder. Touches no disk until the first tool is called. */
export function openBus(options: BusOptions): Bus {
  const { directory, clock, random, dialect, recorder } = options;
  const session = new BusSession();
  const metrics = new BusMetrics(recorder, session, clock, directory, dialect);
  const state = new StateFile({
    directory,
    clock,
    random,
    slowLockMillis: dialect.slowLockMillis,
    nodeId: () => session.nodeId,
    onAccess: (access) => metrics.stateAccessed(access),
  });
  return { state, session, metrics, dialect, clock, workspace: dirname(directory) };
}
