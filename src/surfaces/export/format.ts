import type { StoredEvent } from '../../model/event.ts';
import type { AnyField } from '../../model/field.ts';

/** A metric as an export describes it: its fields give the columns. */
export type ExportedMetric = { readonly name: string; readonly fields: Readonly<Record<string, AnyField>> };

/** Events in batches, metric after metric, each in order of time. */
export type EventBatches = AsyncIterable<readonly StoredEvent[]>;

/** A form in which events leave. Turns batches into bytes as they come, so that memory does not grow with their number. */
export interface ExportFormat {
  readonly name: string;
  /** File name endings by which it is recognised, the usual one first; without the dot. */
  readonly endings: readonly [string, ...string[]];
  /** One sentence for help and docs. */
  readonly doc: string;
  /** Not for terminals, and not worth compressing again. */
  readonly binary: boolean;
  /** @param metrics Those whose events follow; what has columns needs to know them before the first event. */
  encode(metrics: readonly ExportedMetric[], batches: EventBatches): AsyncIterable<Uint8Array>;
}
