import type { Metric } from '../metrics/define-metric.ts';
import type { FieldDropReason, SourceName } from '../model/event.ts';
import { MAX_NAME_LENGTH } from '../model/field.ts';
import type { SpooledMetric } from '../store/spool/definitions.ts';
import { DEFINITION_KIND } from '../store/spool/frame.ts';
import { refusalOf } from './check-text.ts';
import type { EncodePlan } from './event-buffer.ts';
import { TextNumbers } from './text-numbers.ts';

/** What a metric is to one writer: how to encode it, and its number in the present file (−1: not yet defined there). */
export type Encoder = { readonly metric: Metric; readonly plan: EncodePlan; number: number };

type Origin = { readonly source: SourceName; readonly inferred: boolean; readonly cluster: string };

/**
 * The numbers that names, metrics and origins have in the present file, and their definitions as far as they are still
 * to be written. Each file numbers anew, so that it can be read by itself.
 */
export class FileNumbers {
  #texts = new TextNumbers();
  #origins = new Map<string, number>();
  #originList: Origin[] = [];
  /** The origin asked for last, which is nearly always the one asked for next. */
  #lastOrigin: (Origin & { readonly number: number }) | undefined;
  /** Encoders with a number in the present file, in order. */
  #metrics: Encoder[] = [];
  readonly #onFieldDrop: (reason: FieldDropReason) => void;

  constructor(onFieldDrop: (reason: FieldDropReason) => void) {
    this.#onFieldDrop = onFieldDrop;
  }

  get texts(): TextNumbers {
    return this.#texts;
  }

  /** Ask anew for each event: it changes with the file. A cluster that may not be stored is left out and told. */
  origin(source: SourceName, inferred: boolean, cluster: string): number {
    const last = this.#lastOrigin;
    if (last?.source === source && last.inferred === inferred && last.cluster === cluster) return last.number;
    const number = this.#originNumber(source, inferred, cluster);
    this.#lastOrigin = { source, inferred, cluster, number };
    return number;
  }

  #originNumber(source: SourceName, inferred: boolean, cluster: string): number {
    const key = `${source}\n${inferred ? 1 : 0}\n${cluster}`;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const refusal = cluster === '' ? undefined : refusalOf(cluster, MAX_NAME_LENGTH);
    if (refusal !== undefined) {
      this.#onFieldDrop(refusal);
      return this.#originNumber(source, inferred, '');
    }
    this.#origins.set(key, this.#originList.length);
    this.#originList.push({ source, inferred, cluster });
    this.#defineOrigin({ source, inferred, cluster });
    return this.#originList.length - 1;
  }

  metric(encoder: Encoder): number {
    if (encoder.number < 0) {
      encoder.number = this.#metrics.length;
      this.#metrics.push(encoder);
      this.#defineMetric(encoder);
    }
    return encoder.number;
  }

  get pendingBytes(): number {
    return this.#texts.pendingBytes;
  }

  /** Definitions not yet written, as the payload of a frame without its kind. Valid until the next call here. */
  pending(): Buffer {
    return this.#texts.pending();
  }

  written(): void {
    this.#texts.written();
  }

  /** Everything is to be defined again, under the same numbers: for a file that takes the place of a lost one. */
  redefine(): void {
    this.#texts.redefine();
    for (const origin of this.#originList) this.#defineOrigin(origin);
    for (const encoder of this.#metrics) this.#defineMetric(encoder);
  }

  /** Begin at 0. Only right when no event waits that uses the present numbers. */
  forget(): void {
    this.#texts = new TextNumbers();
    this.#origins = new Map();
    this.#originList = [];
    this.#lastOrigin = undefined;
    for (const encoder of this.#metrics) encoder.number = -1;
    this.#metrics = [];
  }

  #defineOrigin(origin: Origin): void {
    this.#texts.define(DEFINITION_KIND.origin, JSON.stringify(origin));
  }

  #defineMetric({ metric }: Encoder): void {
    this.#texts.define(DEFINITION_KIND.metric, JSON.stringify(declarationOf(metric)));
  }
}

/** A metric as the store is told of it. */
export function declarationOf({ name, fields }: Metric): SpooledMetric {
  return { name, fields: Object.entries(fields).map(([field, { kind, unit }]) => [field, kind, unit ?? null]) };
}
