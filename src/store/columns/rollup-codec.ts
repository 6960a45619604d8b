import { isDimension, isNumeric } from '../../model/field.ts';
import type { Column } from './column.ts';
import { ByteReader, ByteWriter, damaged } from './byte-stream.ts';
import type { CodedCells } from './chunk.ts';
import { readCoded, tidied, writeCoded } from './coded-list.ts';
import { readDaySketch, readHourSketches, writeDaySketch, writeHourSketches } from './hourly-sketches.ts';
import { readNumbers, writeNumbers } from './number-list.ts';
import { readFigures, writeFigures } from './rolled-figures.ts';
import { type FlatSketch, HOURS_PER_DAY, type RolledFigures, type RolledRows } from './rolled-rows.ts';

/**
 * A rollup is: version (1 byte), fields that the metric had, rows, number of sections and the length in bytes of each
 * as varints, then the sections: rows of each hour, events of each row, one for each dimension, one for the figures of
 * each number, and in the first part of a day two for the sketches of each number, of the day and of its hours. docs/format.md describes each byte.
 */
const VERSION = 2;
/** Codes have room for no more. */
export const MAX_ROLLED_ROWS = 65_535;
/** Sections before those of fields. */
const HOURS = 0;
const EVENTS = 1;
const FIELDS = 2;

/** What the codec has to know of a field. */
export type RolledField = Pick<Column, 'name' | 'kind'>;

/** The bytes of a rollup. @param fields All that the metric has. */
export function encodeRollup(rolled: RolledRows, fields: readonly RolledField[]): Uint8Array {
  const events = rolled.events();
  const numbers = fields.filter(isNumeric);
  const sections = [
    section((writer) => writeNumbers(writer, rolled.hours(), 'likely')),
    section((writer) => writeNumbers(writer, events, 'unlikely')),
    ...fields
      .filter(isDimension)
      .map(({ name }) =>
        section((writer) => writeCoded(writer, tidied(rolled.dimension(name) ?? absent(rolled.rows)))),
      ),
    ...numbers.map(({ name }) =>
      section((writer) => writeFigures(writer, rolled.figures(name) ?? noFigures(rolled.rows), events)),
    ),
    ...numbers.flatMap(({ name }) => sketchSections(rolled.daySketch(name), rolled.hourSketches(name))),
  ];
  const head = new ByteWriter();
  head.byte(VERSION);
  head.varint(fields.length);
  head.varint(rolled.rows);
  head.varint(sections.length);
  for (const { length } of sections) head.varint(length);
  return Buffer.concat([head.finish(), ...sections]);
}

function sketchSections(day: FlatSketch | undefined, hours: readonly FlatSketch[] | undefined): Uint8Array[] {
  if (day === undefined || hours === undefined) return [];
  return [section((writer) => writeDaySketch(writer, day)), section((writer) => writeHourSketches(writer, day, hours))];
}

function section(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

const absent = (rows: number): CodedCells => ({ codes: new Uint16Array(rows), keys: [null] });

function noFigures(rows: number): RolledFigures {
  const none = new Float64Array(rows).fill(Number.NaN);
  return { counts: new Float64Array(rows), sums: none, least: none, greatest: none };
}

/** A stored rollup; sections are decoded when they are asked for. Throws a RangeError where bytes cannot be what was written. */
export class StoredRollup implements RolledRows {
  readonly rows: number;
  readonly #sections: readonly Uint8Array[];
  /** Section of each dimension by name, of the figures of each number, and of the sketch of its day. */
  readonly #dimensions = new Map<string, number>();
  readonly #figures = new Map<string, number>();
  readonly #sketches = new Map<string, number>();
  #events: Float64Array | undefined;

  /** @param fields Those of the metric now; the rollup may have been made before the last of them were added. */
  constructor(bytes: Uint8Array, fields: readonly RolledField[]) {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION) throw new RangeError(`a rollup has the unknown version ${version}`);
    const known = fields.slice(0, reader.varint());
    this.rows = reader.varint();
    if (this.rows > MAX_ROLLED_ROWS) throw damaged('it has too many rows');
    const lengths = Array.from({ length: sectionCount(reader, known) }, () => reader.varint());
    this.#sections = lengths.map((length) => reader.bytes(length));
    if (reader.left > 0) throw damaged('it is too long');
    let next = FIELDS;
    for (const { name } of known.filter(isDimension)) this.#dimensions.set(name, next++);
    for (const { name } of known.filter(isNumeric)) this.#figures.set(name, next++);
    for (const name of this.#figures.keys()) this.#sketches.set(name, (next += 2) - 2);
  }

  hours(): Float64Array {
    const hours = this.#decoded(HOURS, (reader) => readNumbers(reader, HOURS_PER_DAY));
    if (hours?.reduce((sum, rows) => sum + rows, 0) !== this.rows) throw damaged('its hours have other rows');
    return hours;
  }

  events(): Float64Array {
    this.#events ??= this.#decoded(EVENTS, (reader) => readNumbers(reader, this.rows)) ?? new Float64Array(0);
    return this.#events;
  }

  dimension(name: string): CodedCells | undefined {
    const bytes = this.#sections[this.#dimensions.get(name) ?? -1];
    return bytes && readCoded(new ByteReader(bytes), this.rows);
  }

  figures(field: string): RolledFigures | undefined {
    return this.#decoded(this.#figures.get(field), (reader) => readFigures(reader, this.events()));
  }

  daySketch(field: string): FlatSketch | undefined {
    return this.#decoded(this.#sketches.get(field), readDaySketch);
  }

  hourSketches(field: string): readonly FlatSketch[] | undefined {
    const place = this.#sketches.get(field);
    const day = place === undefined ? undefined : this.daySketch(field);
    if (place === undefined || day === undefined) return undefined;
    return this.#decoded(place + 1, (reader) => readHourSketches(reader, day));
  }

  #decoded<Cells>(place: number | undefined, read: (reader: ByteReader) => Cells): Cells | undefined {
    const bytes = this.#sections[place ?? -1];
    if (bytes === undefined) return undefined;
    const reader = new ByteReader(bytes);
    const cells = read(reader);
    if (reader.left > 0) throw damaged('a section is too long');
    return cells;
  }
}

/** Only the first part of a day has sketches. */
function sectionCount(reader: ByteReader, fields: readonly RolledField[]): number {
  const numbers = fields.filter(isNumeric).length;
  const count = reader.varint();
  const without = FIELDS + fields.filter(isDimension).length + numbers;
  if (count !== without && count !== without + 2 * numbers) throw damaged('it has another number of sections');
  return count;
}
