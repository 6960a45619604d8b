import { isDimension, isNumeric } from '../../model/field.ts';
import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { Column, EventTable } from './event-tables.ts';
import { folded, NumberReader, NumberWriter, unfolded } from './number-bits.ts';

/**
 * A rollup block sums up the events of one metric in one UTC hour or day: for each combination of its dimensions the
 * number of events, and for each numeric field how many had it, with sum, least and greatest; and for each numeric
 * field one sketch of all its values.
 *
 * Layout: version (1 byte), flags (1 byte), then varints: columns, groups, and the length in bytes of each section;
 * then the sections: one for the dimensions, one for the figures of each numeric field, one for the sketch of each.
 * A reader decodes only the sections it needs.
 */
const VERSION = 1;
/** Groups were too many: there is one, without dimensions. */
const OVERFLOWED = 1;

/** What a dimension holds where the event lacks the field; other cells are 0 or more. */
export const NO_CELL = -1;

/** Figures of one numeric field, for each group, in stored steps. `least` and `greatest` mean nothing where `counts` is 0. */
export type FieldFigures = {
  readonly counts: readonly number[];
  readonly sums: readonly number[];
  readonly least: readonly number[];
  readonly greatest: readonly number[];
};

/** Which columns a block of a table keeps apart, and which it sums. */
export type BlockLayout = {
  readonly columnCount: number;
  readonly dimensions: readonly Column[];
  readonly numbers: readonly Column[];
};

/** Columns are only ever appended, so the first `columnCount` are those that were there when a block was made. */
export function layoutOf(table: EventTable, columnCount = table.columns.length): BlockLayout {
  const columns = table.columns.slice(0, columnCount);
  return { columnCount, dimensions: columns.filter(isDimension), numbers: columns.filter(isNumeric) };
}

/** A block in parts, as it is made. */
export type BlockParts = {
  readonly layout: BlockLayout;
  readonly overflowed: boolean;
  /** Events of each group. */
  readonly counts: readonly number[];
  /** By dimension: the cell of each group. Not kept when overflowed. */
  readonly cells: readonly (readonly number[])[];
  /** By numeric field. */
  readonly figures: readonly FieldFigures[];
  readonly sketches: readonly QuantileSketch[];
};

export function encodeBlock(parts: BlockParts): Uint8Array {
  const dimensions = new NumberWriter();
  dimensions.write(parts.counts);
  if (!parts.overflowed) for (const cells of parts.cells) dimensions.write(cells.map((cell) => cell + 1));
  const sections = [
    dimensions.finish(),
    ...parts.figures.map((figures, index) => encodeFigures(figures, parts.counts, parts.layout.numbers[index])),
    ...parts.sketches.map(encodeSketch),
  ];
  const head = [VERSION, parts.overflowed ? OVERFLOWED : 0];
  for (const number of [parts.layout.columnCount, parts.counts.length, ...sections.map(({ length }) => length)]) {
    pushVarint(head, number);
  }
  return Buffer.concat([Uint8Array.from(head), ...sections]);
}

/** A stored block; sections are decoded when they are asked for. */
export class RollupBlock {
  readonly layout: BlockLayout;
  readonly overflowed: boolean;
  /** Events of each group. */
  readonly counts: readonly number[];
  readonly #bytes: Uint8Array;
  readonly #sections: readonly number[];
  readonly #dimensionReader: NumberReader;
  #cells: readonly (readonly number[])[] | undefined;

  constructor(bytes: Uint8Array, table: EventTable) {
    if (bytes[0] !== VERSION) throw new RangeError(`a rollup block has the unknown version ${bytes[0]}`);
    this.#bytes = bytes;
    this.overflowed = ((bytes[1] ?? 0) & OVERFLOWED) !== 0;
    const head = new VarintReader(bytes, 2);
    this.layout = layoutOf(table, head.next());
    const groups = head.next();
    const lengths = Array.from({ length: 1 + 2 * this.layout.numbers.length }, () => head.next());
    let at = head.at;
    this.#sections = lengths.map((length) => (at += length) - length);
    this.#dimensionReader = new NumberReader(bytes, this.#sections[0] ?? 0);
    this.counts = this.#dimensionReader.read(groups);
  }

  /** By dimension: the cell of each group, `NO_CELL` where absent. Empty when overflowed. */
  cells(): readonly (readonly number[])[] {
    this.#cells ??= this.overflowed
      ? []
      : this.layout.dimensions.map(() => this.#dimensionReader.read(this.counts.length).map((cell) => cell - 1));
    return this.#cells;
  }

  /** @param index Which of the layout's numbers. */
  figures(index: number): FieldFigures {
    const reader = new NumberReader(this.#bytes, this.#sections[1 + index] ?? 0);
    return decodeFigures(reader, this.counts, this.layout.numbers[index]);
  }

  sketch(index: number): QuantileSketch {
    const reader = new NumberReader(this.#bytes, this.#sections[1 + this.layout.numbers.length + index] ?? 0);
    return decodeSketch(reader);
  }
}

/** Up to here least and greatest may be subtracted, and folded to be without sign, and stay exact. */
const MAX_EXACT = 2 ** 51;

const isExact = ({ counts, sums, least, greatest }: FieldFigures): boolean =>
  counts.every((count, group) => {
    const low = least[group] ?? 0;
    const within = Math.abs(low) <= MAX_EXACT && Math.abs(greatest[group] ?? 0) <= MAX_EXACT;
    return count === 0 || (within && Number.isSafeInteger(sums[group]) && Number.isSafeInteger(count * low));
  });

/**
 * One value is its own sum, least and greatest; two are their least and greatest; only of three or more is the sum
 * written, less what the least and greatest already say. Figures too large for that are written as floats.
 */
function encodeFigures(figures: FieldFigures, events: readonly number[], column: Column | undefined): Uint8Array {
  const writer = new NumberWriter();
  const exact = isExact(figures);
  writer.write([exact ? 1 : 0]);
  writer.write(figures.counts.map((count, group) => (events[group] ?? 0) - count));
  if (!exact) {
    writer.write([...figures.sums, ...figures.least, ...figures.greatest].flatMap(floatWords));
    return writer.finish();
  }
  const least: number[] = [];
  const spans: number[] = [];
  const middles: number[] = [];
  for (const [group, count] of figures.counts.entries()) {
    if (count === 0) continue;
    const low = figures.least[group] ?? 0;
    const span = (figures.greatest[group] ?? 0) - low;
    least.push(column?.kind === 'delta' ? folded(low) : low);
    if (count > 1) spans.push(span);
    if (count > 2) middles.push((figures.sums[group] ?? 0) - count * low - span);
  }
  writer.write(least);
  writer.write(spans);
  writer.write(middles);
  return writer.finish();
}

function decodeFigures(reader: NumberReader, events: readonly number[], column: Column | undefined): FieldFigures {
  const exact = reader.read(1)[0] === 1;
  const lacking = reader.read(events.length);
  const counts = events.map((count, group) => count - (lacking[group] ?? 0));
  if (!exact) {
    const words = reader.read(6 * counts.length);
    const part = (index: number): number[] =>
      counts.map((_, group) => floatOf(words, 2 * (index * counts.length + group)));
    return { counts, sums: part(0), least: part(1), greatest: part(2) };
  }
  const lows = reader.read(counts.filter((count) => count > 0).length);
  const spans = reader.read(counts.filter((count) => count > 1).length);
  const middles = reader.read(counts.filter((count) => count > 2).length);
  const figures = { counts, sums: [] as number[], least: [] as number[], greatest: [] as number[] };
  let one = 0;
  let two = 0;
  let three = 0;
  for (const count of counts) {
    const written = count > 0 ? (lows[one++] ?? 0) : 0;
    const low = column?.kind === 'delta' ? unfolded(written) : written;
    const span = count > 1 ? (spans[two++] ?? 0) : 0;
    const middle = count > 2 ? (middles[three++] ?? 0) : 0;
    figures.least.push(low);
    figures.greatest.push(low + span);
    figures.sums.push(count * low + span + middle);
  }
  return figures;
}

/** A float as its two 32-bit halves. */
function floatWords(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [view.getUint32(0), view.getUint32(4)];
}

function floatOf(words: readonly number[], at: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, words[at] ?? 0);
  view.setUint32(4, words[at + 1] ?? 0);
  return view.getFloat64(0);
}

/** Zeros and number of buckets, then the gaps between occupied buckets, then how many values are in each. */
function encodeSketch(sketch: QuantileSketch): Uint8Array {
  const [zeros = 0, ...pairs] = sketch.toNumbers();
  const gaps: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const gap = pairs[i] ?? 0;
    gaps.push(i === 0 ? folded(gap) : gap - 1);
    counts.push((pairs[i + 1] ?? 0) - 1);
  }
  const writer = new NumberWriter();
  writer.write([zeros, gaps.length]);
  // The first is a place, not a gap: apart, so that it does not set the order of the gaps.
  writer.write(gaps.slice(0, 1));
  writer.write(gaps.slice(1));
  writer.write(counts);
  return writer.finish();
}

function decodeSketch(reader: NumberReader): QuantileSketch {
  const [zeros = 0, length = 0] = reader.read(2);
  const first = reader.read(Math.min(1, length)).map(unfolded);
  const gaps = [...first, ...reader.read(Math.max(0, length - 1)).map((gap) => gap + 1)];
  const counts = reader.read(length);
  return QuantileSketch.fromNumbers([zeros, ...gaps.flatMap((gap, i) => [gap, (counts[i] ?? 0) + 1])]);
}

function pushVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into.push((rest % 0x80) | 0x80);
  into.push(rest);
}

class VarintReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
