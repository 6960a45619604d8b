import type { Metric } from '../metrics/define-metric.ts';
import type { EventData, EventDropReason, FieldDropReason } from '../model/event.ts';
import { type AnyField, type FieldKind, MAX_LISTED_NAMES } from '../model/field.ts';
import {
  EVENT_PREFIX_BYTES,
  EVENTS_PREFIX_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_KIND,
  HAS_IDENTITY,
  IS_COPY,
  sealFrame,
} from '../store/spool/frame.ts';
import type { TextNumbers } from './text-numbers.ts';

/** Above this much, what is buffered is written at once instead of at the end of the turn. */
const BUFFER_BYTES = 64 * 1024;
/** Where the first event of a frame lies. */
const FIRST_EVENT = FRAME_HEADER_BYTES + EVENTS_PREFIX_BYTES;
/** The most that fields of numbers and names take: 30 of nine bytes. Lists of names make room for themselves. */
const MAX_PLAIN_BYTES = EVENT_PREFIX_BYTES + 8 + 30 * 9;

/** What stands for the identity of an event that was exported from a store: it is known by the row it equals. */
export const COPY = 'copy';
/** 63 bits of a hash of what an event was derived from, or a copy. */
export type SpooledIdentity = bigint | typeof COPY;

/** What encoding needs of a field. */
export type FieldPlan = {
  readonly index: number;
  readonly bit: number;
  readonly kind: FieldKind;
  readonly scale: number;
  readonly min: number;
  readonly max: number;
  readonly words: readonly string[];
};

/** What encoding needs of a metric, laid out once. */
export type EncodePlan = {
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Bits of the fields that must be there. */
  readonly requiredBits: number;
};

export function planOf(metric: Metric): EncodePlan {
  const fields = new Map<string, FieldPlan>();
  let requiredBits = 0;
  for (const [index, [fieldName, field]] of Object.entries<AnyField>(metric.fields).entries()) {
    const bit = 1 << index;
    if (field.required) requiredBits |= bit;
    const { kind, scale, min, max, words } = field;
    fields.set(fieldName, { index, bit, kind, scale, min, max, words });
  }
  return { fields, requiredBits };
}

/** What is stored of a number; NaN when the field cannot hold it. */
export function stepsOf({ kind, min, max, scale }: FieldPlan, value: number): number {
  // Written so that NaN fails.
  if (!(value >= min && value <= max)) return Number.NaN;
  // + 0 makes −0 a plain 0.
  const steps = Math.round(value * scale) + 0;
  return kind === 'measure' || steps === value ? steps : Number.NaN;
}

/** Takes a field that could not be stored, and why. */
export type OnFieldDrop = (reason: FieldDropReason) => void;

/** Encodes events into one frame. Owned by one writer; its memory is reused from turn to turn. */
export class EventBuffer {
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES + MAX_PLAIN_BYTES);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
  #end = FIRST_EVENT;
  #count = 0;
  #isReading = false;
  #inner: EventBuffer | undefined;
  readonly #onFieldDrop: OnFieldDrop;

  constructor(onFieldDrop: OnFieldDrop) {
    this.#onFieldDrop = onFieldDrop;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#end >= BUFFER_BYTES;
  }

  get pendingBytes(): number {
    return this.#count === 0 ? 0 : this.#end;
  }

  /** True while an event is being read: what reads it may record another (a getter, a proxy), but must not write. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /**
   * Append one event. Fields that may not be stored are left out and told.
   *
   * @returns Why the event was dropped, with nothing appended; `undefined` when it was taken.
   */
  append(
    plan: EncodePlan,
    metricNumber: number,
    originNumber: number,
    atMicros: number,
    identity: SpooledIdentity | undefined,
    data: EventData,
    texts: TextNumbers,
  ): EventDropReason | undefined {
    if (this.#isReading) {
      this.#inner ??= new EventBuffer(this.#onFieldDrop);
      return this.#inner.append(plan, metricNumber, originNumber, atMicros, identity, data, texts);
    }
    const start = this.#end;
    let refusal: EventDropReason | undefined = 'not_an_object';
    this.#isReading = true;
    try {
      refusal = this.#encode(plan, metricNumber, originNumber, atMicros, identity, data, texts);
    } catch {
      // A getter or a proxy that throws: then this is no data to be read.
    }
    this.#isReading = false;
    if (refusal === undefined) this.#count += 1;
    else this.#end = start;
    if (this.#inner !== undefined) this.#takeOver(this.#inner);
    return refusal;
  }

  #encode(
    plan: EncodePlan,
    metricNumber: number,
    originNumber: number,
    atMicros: number,
    identity: SpooledIdentity | undefined,
    data: EventData,
    texts: TextNumbers,
  ): EventDropReason | undefined {
    this.#makeRoom(MAX_PLAIN_BYTES);
    const start = this.#end;
    const view = this.#view;
    view.setUint16(start, metricNumber, true);
    view.setUint16(start + 2, originNumber, true);
    view.setFloat64(start + 4, atMicros, true);
    view.setUint8(start + 12, identity === undefined ? 0 : identity === COPY ? IS_COPY : HAS_IDENTITY);
    this.#end = start + EVENT_PREFIX_BYTES;
    if (typeof identity === 'bigint') {
      view.setBigUint64(this.#end, identity, true);
      this.#end += 8;
    }
    let seen = 0;
    let fieldCount = 0;
    for (const fieldName in data) {
      const value = data[fieldName];
      if (value === undefined || value === null) continue;
      const field = plan.fields.get(fieldName);
      if (field === undefined) {
        this.#onFieldDrop('unknown_field');
      } else if (typeof value === 'number' ? this.#number(field, value) : this.#other(field, value, texts)) {
        seen |= field.bit;
        fieldCount += 1;
      }
    }
    if (fieldCount === 0 && !isRecord(data)) return 'not_an_object';
    if ((seen & plan.requiredBits) !== plan.requiredBits) return 'missing_field';
    this.#view.setUint8(start + 13, fieldCount);
    return undefined;
  }

  /** Events that were recorded while another was being read. */
  #takeOver(inner: EventBuffer): void {
    this.#inner = undefined;
    this.#makeRoom(inner.#end - FIRST_EVENT);
    inner.#buffer.copy(this.#buffer, this.#end, FIRST_EVENT, inner.#end);
    this.#end += inner.#end - FIRST_EVENT;
    this.#count += inner.#count;
  }

  /** The frame of everything appended, sealed. Valid until the next `append`. */
  frame(firstSequence: number): Buffer {
    this.#view.setUint8(FRAME_HEADER_BYTES, FRAME_KIND.events);
    this.#view.setFloat64(FRAME_HEADER_BYTES + 1, firstSequence, true);
    this.#view.setUint32(FRAME_HEADER_BYTES + 9, this.#count, true);
    sealFrame(this.#buffer, 0, this.#end);
    return this.#buffer.subarray(0, this.#end);
  }

  clear(): void {
    this.#end = FIRST_EVENT;
    this.#count = 0;
  }

  #number(field: FieldPlan, value: number): boolean {
    const { kind } = field;
    if (kind !== 'measure' && kind !== 'count' && kind !== 'delta') return this.#refuse('wrong_type');
    const steps = stepsOf(field, value);
    if (Number.isNaN(steps)) {
      return this.#refuse(value >= field.min && value <= field.max ? 'wrong_type' : 'out_of_range');
    }
    this.#view.setUint8(this.#end, field.index);
    this.#view.setFloat64(this.#end + 1, steps, true);
    this.#end += 9;
    return true;
  }

  #other(field: FieldPlan, value: unknown, texts: TextNumbers): boolean {
    if (typeof value === 'string') {
      if (field.kind === 'one_of') {
        if (!field.words.includes(value)) return this.#refuse('not_in_list');
      } else if (field.kind !== 'id' && field.kind !== 'name') {
        return this.#refuse('wrong_type');
      }
      const number = texts.number(value);
      if (number < 0) return this.#refuse(texts.refusal);
      this.#view.setUint8(this.#end, field.index);
      this.#view.setUint32(this.#end + 1, number, true);
      this.#end += 5;
      return true;
    }
    if (typeof value === 'boolean' && field.kind === 'flag') {
      this.#view.setUint8(this.#end, field.index);
      this.#view.setUint8(this.#end + 1, value ? 1 : 0);
      this.#end += 2;
      return true;
    }
    if (Array.isArray(value) && field.kind === 'names') return this.#names(field, value, texts);
    return this.#refuse('wrong_type');
  }

  /** Entries that may not be stored are left out of the list and told, one by one. */
  #names(field: FieldPlan, list: readonly unknown[], texts: TextNumbers): boolean {
    const numbers: number[] = [];
    for (const entry of list.slice(0, MAX_LISTED_NAMES)) {
      const number = typeof entry === 'string' ? texts.listedNumber(entry) : -1;
      if (number >= 0) numbers.push(number);
      else this.#refuse(typeof entry === 'string' ? texts.refusal : 'wrong_type');
    }
    if (list.length > MAX_LISTED_NAMES) this.#refuse('too_long');
    this.#makeRoom(MAX_PLAIN_BYTES + 4 * numbers.length);
    this.#view.setUint8(this.#end, field.index);
    this.#view.setUint16(this.#end + 1, numbers.length, true);
    this.#end += 3;
    for (const number of numbers) {
      this.#view.setUint32(this.#end, number, true);
      this.#end += 4;
    }
    return true;
  }

  #refuse(reason: FieldDropReason): false {
    this.#onFieldDrop(reason);
    return false;
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.byteLength);
  }
}

/** Arrays, dates, maps and the like are no data, however empty. */
function isRecord(data: object): boolean {
  return Object.prototype.toString.call(data) === '[object Object]';
}
