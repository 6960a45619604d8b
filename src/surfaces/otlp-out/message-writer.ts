/** Bytes of one protobuf message, field by field. Fields that have their default value are written all the same. */
export class MessageWriter {
  readonly #parts: Buffer[] = [];

  text(field: number, value: string): this {
    return this.#lengthy(field, Buffer.from(value));
  }

  message(field: number, inner: MessageWriter): this {
    return this.#lengthy(field, inner.bytes());
  }

  fixed64(field: number, value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    return this.#put(varint(field * 8 + 1), bytes);
  }

  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return this.#put(varint(field * 8 + 1), bytes);
  }

  /** An enum, or a flag as 0 and 1. */
  whole(field: number, value: number): this {
    return this.#put(varint(field * 8), varint(value));
  }

  packedFixed64(field: number, values: readonly number[]): this {
    const bytes = Buffer.alloc(values.length * 8);
    for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), i * 8);
    return this.#lengthy(field, bytes);
  }

  packedDoubles(field: number, values: readonly number[]): this {
    const bytes = Buffer.alloc(values.length * 8);
    for (const [i, value] of values.entries()) bytes.writeDoubleLE(value, i * 8);
    return this.#lengthy(field, bytes);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #lengthy(field: number, bytes: Buffer): this {
    return this.#put(varint(field * 8 + 2), varint(bytes.length), bytes);
  }

  #put(...parts: readonly Buffer[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
