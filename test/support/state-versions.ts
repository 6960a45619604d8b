import type { IncomingEvent } from '../../src/model/event.ts';
import { advanceCluster, firstMemory } from '../../src/sources/amicus-state/advance-cluster.ts';
import { type ClusterMemory, emptyMemory } from '../../src/sources/amicus-state/cluster-memory.ts';
import type { ClusterModel } from '../../src/sources/amicus-state/cluster-model.ts';
import { DEFAULT_LIMITS, type LookContext } from '../../src/sources/amicus-state/fact-list.ts';
import { parseState } from '../../src/sources/amicus-state/parse-state.ts';
import { TEST_START_SECONDS } from './manual-time.ts';
import type { StateDocument } from './state-documents.ts';

/** A moment of a test, in seconds since its start, as a state file has it. */
export function at(seconds: number): number {
  return TEST_START_SECONDS + seconds;
}

/** The model of a document that was written so many seconds after the start. */
export function modelOf(document: StateDocument | string, atSeconds = 0): ClusterModel {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const micros = at(atSeconds) * 1e6;
  const parsed = parseState({ bytes: Buffer.from(text), mtimeMicros: micros, nowMicros: micros });
  if (!parsed.readable) throw new Error(parsed.code);
  return parsed.model;
}

export function lookAt(seconds: number, more: Partial<LookContext> = {}): LookContext {
  return { key: '.', cluster: undefined, nowMicros: at(seconds) * 1e6, gap: false, limits: DEFAULT_LIMITS, ...more };
}

/** Follows a cluster through versions of its file, from the moment when there was none. */
export class FollowedCluster {
  memory: ClusterMemory = emptyMemory(TEST_START_SECONDS * 1e6);
  readonly events: IncomingEvent[] = [];

  /** A cluster that was there before anybody looked. */
  static found(document: StateDocument, seconds = 0): FollowedCluster {
    const cluster = new FollowedCluster();
    cluster.memory = firstMemory(modelOf(document, seconds), TEST_START_SECONDS * 1e6);
    return cluster;
  }

  /** The events of the next version, without writes and snapshots. */
  next(seconds: number, document: StateDocument | string, more: Partial<LookContext> = {}): IncomingEvent[] {
    const { memory, events } = advanceCluster(this.memory, modelOf(document, seconds), lookAt(seconds, more));
    this.memory = memory;
    this.events.push(...events);
    return events.filter(({ metric }) => metric !== 'state.write' && metric !== 'cluster.snapshot');
  }
}

/** Events as a test compares them: metric, seconds since the start, data without absent fields, and a mark if inferred. */
export function plain(events: readonly IncomingEvent[]): unknown[] {
  return events.map(({ metric, atMicros, data, inferred }) => [
    inferred ? `${metric}?` : metric,
    (atMicros - TEST_START_SECONDS * 1e6) / 1e6,
    JSON.parse(JSON.stringify(data)),
  ]);
}
