import type { EventData, SourceName, StoredEvent } from '../../model/event.ts';

/** An event as JSON and NDJSON write it; `amicus-metrics import` reads the same. Absent parts are left out. */
export type EventRecord = {
  readonly id: string;
  readonly metric: string;
  /** Seconds since the Unix epoch: what people and Amicus's own files use. */
  readonly timestamp: number;
  /** The same moment in integer microseconds: what import reads, since it is exact. */
  readonly at_micros: number;
  readonly node_id?: string | undefined;
  readonly source: SourceName;
  readonly inferred: boolean;
  readonly cluster?: string | undefined;
  readonly data: EventData;
};

/** The public form of an event. */
export function eventRecord(event: StoredEvent): EventRecord {
  return {
    id: event.id,
    metric: event.metric,
    timestamp: event.timestamp,
    at_micros: event.atMicros,
    node_id: event.node_id,
    source: event.source,
    inferred: event.inferred,
    cluster: event.cluster,
    data: event.data,
  };
}
