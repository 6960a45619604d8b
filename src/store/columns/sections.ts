import { ByteReader, ByteWriter, damaged } from './byte-stream.ts';

const VERSION = 1;

/** The bytes of one section. */
export function section(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

/** A block: version (1 byte), rows, number of sections and the length in bytes of each as varints, then the sections. */
export function joinSections(rows: number, sections: readonly Uint8Array[]): Uint8Array {
  const head = section((writer) => {
    writer.byte(VERSION);
    writer.varint(rows);
    writer.varint(sections.length);
    for (const { length } of sections) writer.varint(length);
  });
  return Buffer.concat([head, ...sections]);
}

/** @throws RangeError where the bytes are not those of a block of so many rows with so few sections. */
export function splitSections(bytes: Uint8Array, rows: number, most: number): Uint8Array[] {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`a sealed block has the unknown version ${version}`);
  if (reader.varint() !== rows) throw damaged('it has another number of rows');
  const count = reader.varint();
  if (count > most) throw damaged('it has more columns than the table');
  const lengths = Array.from({ length: count }, () => reader.varint());
  const sections = lengths.map((length) => reader.bytes(length));
  if (reader.left > 0) throw damaged('it is too long');
  return sections;
}

/** Read a section to its end. */
export function whole<Cells>(bytes: Uint8Array, read: (reader: ByteReader) => Cells): Cells {
  const reader = new ByteReader(bytes);
  const cells = read(reader);
  if (reader.left > 0) throw damaged('a section is too long');
  return cells;
}
