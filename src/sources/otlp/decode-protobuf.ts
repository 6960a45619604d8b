import { type AttributeFilter, type AttributeMap, MAX_ATTRIBUTES } from './attribute-filter.ts';
import { type MessageField, type MessageTable, REQUESTS, type WireKind } from './protobuf-messages.ts';
import { type AttributeValue, MAX_RECORDS, type Signal, tooManyRecords, UnreadableTelemetry } from './telemetry.ts';

/** Messages and attributes of one request. A push has some ten thousand; a million takes a third of a second. */
const MAX_PARTS = 1_000_000;
/** An attribute takes nine bytes at the least, so what has more parts than this is made of empty ones. */
const BYTES_PER_PART = 4;
/** Of which a small request may have as many as it likes. */
const FREE_PARTS = 1_000;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const WIRE_TYPES: Readonly<Record<WireKind, number>> = {
  text: LENGTH,
  hex: LENGTH,
  message: LENGTH,
  attribute: LENGTH,
  enum: VARINT,
  flag: VARINT,
  fixed64: FIXED64,
  sfixed64: FIXED64,
  double: FIXED64,
};

/** A message with the names of the JSON encoding. Attributes are a map already. */
export type MessageTree = Record<string, unknown>;

/**
 * Decodes an OTLP request. Depth is bounded by the tables: values that nest are stepped over.
 *
 * @throws UnreadableTelemetry for damage anywhere but inside what is stepped over.
 */
export function decodeProtobuf(bytes: Buffer, signal: Signal, filter: AttributeFilter): MessageTree {
  return new MessageReader(bytes, filter).message(REQUESTS[signal], bytes.length);
}

class MessageReader {
  readonly #bytes: Buffer;
  readonly #filter: AttributeFilter;
  readonly #maxParts: number;
  #at = 0;
  #parts = 0;
  #listed = 0;

  constructor(bytes: Buffer, filter: AttributeFilter) {
    this.#bytes = bytes;
    this.#maxParts = Math.min(MAX_PARTS, FREE_PARTS + bytes.length / BYTES_PER_PART);
    this.#filter = filter;
  }

  message(table: MessageTable, end: number): MessageTree {
    this.#countPart();
    const tree: MessageTree = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      const field = table[Math.floor(tag / 8)];
      const wireType = tag % 8;
      if (tag < 8) throw damaged();
      if (field === undefined) this.#skip(wireType, end);
      else if (wireType !== WIRE_TYPES[field.kind]) throw damaged();
      else this.#field(tree, field, end);
    }
    return tree;
  }

  #field(tree: MessageTree, field: MessageField, end: number): void {
    const { name, kind } = field;
    switch (kind) {
      case 'message': {
        // Refused while it is read: a list of empty messages costs a hundred times its bytes once it is built.
        if (field.repeated === true && ++this.#listed > MAX_RECORDS) throw tooManyRecords();
        const inner = this.message(field.message ?? [], this.#end(end));
        if (field.isBatch === true) this.#filter.endOf(inner);
        if (field.repeated !== true) tree[name] = inner;
        else if (Array.isArray(tree[name])) tree[name].push(inner);
        else tree[name] = [inner];
        return;
      }
      case 'attribute': {
        const attributes = (tree[name] ??= new Map()) as AttributeMap;
        this.#attribute(attributes, this.#end(end));
        return;
      }
      case 'text':
        tree[name] = this.#text(this.#end(end));
        return;
      case 'hex': {
        const stop = this.#end(end);
        tree[name] = this.#bytes.toString('hex', this.#at, Math.min(stop, this.#at + 16));
        this.#at = stop;
        return;
      }
      case 'enum':
        tree[name] = this.#varint(end);
        return;
      case 'flag':
        tree[name] = this.#varint(end) !== 0;
        return;
      default:
        tree[name] = this.#eightBytes(kind, end);
    }
  }

  #eightBytes(kind: 'fixed64' | 'sfixed64' | 'double', end: number): number | bigint {
    const at = this.#at;
    this.#advance(8, end);
    if (kind === 'double') return this.#bytes.readDoubleLE(at);
    return kind === 'fixed64' ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigInt64LE(at);
  }

  /** A KeyValue: fields 1 key and 2 value. Its value is read only when its name may be. */
  #attribute(attributes: AttributeMap, end: number): void {
    this.#countPart();
    let key = '';
    let valueAt = -1;
    let valueEnd = -1;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === 10) key = this.#text(this.#end(end));
      else if (tag === 18) {
        valueEnd = this.#end(end);
        valueAt = this.#at;
        this.#at = valueEnd;
      } else if (tag < 24) throw damaged();
      else this.#skip(tag % 8, end);
    }
    if (attributes.size > MAX_ATTRIBUTES || !this.#filter.admits(key) || valueAt < 0) return;
    this.#at = valueAt;
    const value = this.#anyValue(valueEnd);
    if (value !== undefined) attributes.set(key, value);
    this.#at = end;
  }

  /** 1 string, 2 bool, 3 int64, 4 double. Lists, maps and bytes are stepped over. Of several the last counts. */
  #anyValue(end: number): AttributeValue | undefined {
    let value: AttributeValue | undefined;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === 10) value = this.#text(this.#end(end));
      else if (tag === 16) value = this.#varint(end) !== 0;
      else if (tag === 24) value = this.#int64(end);
      else if (tag === 33) value = Number(this.#eightBytes('double', end));
      else if (tag < 40) throw damaged();
      else {
        value = undefined;
        this.#skip(tag % 8, end);
      }
    }
    return value;
  }

  #skip(wireType: number, end: number): void {
    if (wireType === VARINT) this.#varint(end);
    else if (wireType === FIXED64) this.#advance(8, end);
    else if (wireType === LENGTH) this.#at = this.#end(end);
    else if (wireType === FIXED32) this.#advance(4, end);
    // Groups, which this protocol never had, and numbers that are no wire type.
    else throw damaged();
  }

  #text(end: number): string {
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }

  /** Where a part of a stated length ends. */
  #end(outer: number): number {
    const end = this.#varint(outer) + this.#at;
    if (end > outer) throw damaged();
    return end;
  }

  #advance(count: number, end: number): void {
    this.#at += count;
    if (this.#at > end) throw damaged();
  }

  /** Exact to 2^53; larger numbers keep their size, so that lengths and bounds still refuse them. */
  #varint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      if (this.#at >= end) throw damaged();
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw damaged();
  }

  /** Negative numbers are ten bytes in two's complement. */
  #int64(end: number): number {
    const start = this.#at;
    const value = this.#varint(end);
    if (value < 2 ** 53) return value;
    let exact = 0n;
    for (let at = this.#at - 1; at >= start; at -= 1) exact = (exact << 7n) | BigInt((this.#bytes[at] ?? 0) & 0x7f);
    return Number(BigInt.asIntN(64, exact));
  }

  #countPart(): void {
    this.#parts += 1;
    if (this.#parts > this.#maxParts) {
      throw new UnreadableTelemetry(`More than ${Math.floor(this.#maxParts)} parts in one request.`, true);
    }
  }
}

const damaged = (): UnreadableTelemetry => new UnreadableTelemetry('The protobuf message is damaged.');
