import { isDimension, isNumeric } from '../../../model/field.ts';
import { ByteReader } from '../../columns/byte-stream.ts';
import type { CodedCells } from '../../columns/chunk.ts';
import type { Column } from '../../columns/column.ts';
import { type FlatSketch, HOURS_PER_DAY, type RolledFigures, type RolledRows } from '../../columns/rolled-rows.ts';
import { codedBy } from '../rows/row-columns.ts';

const VERSION = 1;
/** Groups were too many: there is one, without dimensions. */
const OVERFLOWED = 1;

/**
 * The block of one hour as schema versions 1 and 2 wrote it: version and flags (a byte each), then varints: columns,
 * groups, and the length in bytes of each section; then the sections: one of the groups, one of the figures of each
 * number, one of the sketch of each. Sections are lists of bits one after another.
 */
export class OlderRollup implements RolledRows {
  readonly rows: number;
  readonly overflowed: boolean;
  readonly #hours = new Float64Array(HOURS_PER_DAY);
  readonly #events: Float64Array;
  readonly #dimensions = new Map<string, CodedCells>();
  readonly #figures = new Map<string, RolledFigures>();
  readonly #sketches = new Map<string, FlatSketch>();
  readonly #hour: number;

  constructor(bytes: Uint8Array, columns: readonly Column[], hour: number) {
    this.overflowed = ((bytes[1] ?? 0) & OVERFLOWED) !== 0;
    const head = new ByteReader(bytes.subarray(2));
    if (bytes[0] !== VERSION) throw new RangeError(`an older rollup has the unknown version ${bytes[0]}`);
    const known = columns.slice(0, head.varint());
    const numbers = known.filter(isNumeric);
    this.rows = head.varint();
    this.#hour = hour;
    this.#hours[hour] = this.rows;
    const lengths = Array.from({ length: 1 + 2 * numbers.length }, () => head.varint());
    const sections = lengths.map((length) => new BitListReader(head.bytes(length)));
    const [groups = new BitListReader(bytes)] = sections;
    this.#events = Float64Array.from(groups.read(this.rows));
    for (const { name } of this.overflowed ? [] : known.filter(isDimension)) {
      const cells = groups.read(this.rows);
      // 0 is absent, any other one more than the cell.
      this.#dimensions.set(
        name,
        codedBy(this.rows, (row) => (cells[row] === 0 ? null : (cells[row] ?? 0) - 1)),
      );
    }
    for (const [index, column] of numbers.entries()) {
      const figures = sections[1 + index];
      const sketch = sections[1 + numbers.length + index];
      if (figures === undefined || sketch === undefined) continue;
      this.#figures.set(column.name, readFigures(figures, this.#events, column));
      this.#sketches.set(column.name, readSketch(sketch));
    }
  }

  hours(): Float64Array {
    return this.#hours;
  }

  events(): Float64Array {
    return this.#events;
  }

  dimension(name: string): CodedCells | undefined {
    return this.#dimensions.get(name);
  }

  figures(field: string): RolledFigures | undefined {
    return this.#figures.get(field);
  }

  daySketch(field: string): FlatSketch | undefined {
    return this.#sketches.get(field);
  }

  hourSketches(field: string): readonly FlatSketch[] | undefined {
    const sketch = this.#sketches.get(field);
    return sketch && Array.from(this.#hours, (_, hour) => (hour === this.#hour ? sketch : NO_VALUES));
  }
}

const NO_VALUES: FlatSketch = { zeros: 0, keys: new Int32Array(0), counts: new Float64Array(0) };

const unfolded = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

function readFigures(list: BitListReader, events: Float64Array, { kind }: Column): RolledFigures {
  const exact = list.read(1)[0] === 1;
  const lacking = list.read(events.length);
  const counts = events.map((count, row) => count - (lacking[row] ?? 0));
  if (!exact) {
    const words = list.read(6 * counts.length);
    const part = (index: number): Float64Array =>
      counts.map((count, row) => (count === 0 ? Number.NaN : floatOf(words, 2 * (index * counts.length + row))));
    return { counts, sums: part(0), least: part(1), greatest: part(2) };
  }
  const ofAtLeast = (count: number): Iterator<number> =>
    list.read(counts.reduce((sum, had) => sum + (had >= count ? 1 : 0), 0)).values();
  const [lows, spans, middles] = [ofAtLeast(1), ofAtLeast(2), ofAtLeast(3)];
  const next = (of: Iterator<number>): number => Number(of.next().value);
  const figures = { counts, sums: new Float64Array(counts), least: new Float64Array(counts), greatest: counts.slice() };
  for (const [row, count] of counts.entries()) {
    const written = count > 0 ? next(lows) : Number.NaN;
    const low = kind === 'delta' ? unfolded(written) : written;
    const span = count > 1 ? next(spans) : 0;
    figures.least[row] = low;
    figures.greatest[row] = low + span;
    figures.sums[row] = count * low + span + (count > 2 ? next(middles) : 0);
  }
  return figures;
}

/** A float from its upper and lower 32 bits. */
function floatOf(words: readonly number[], at: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, words[at] ?? 0);
  view.setUint32(4, words[at + 1] ?? 0);
  return view.getFloat64(0);
}

/** Zeros and number of buckets, then the first bucket, the gaps to the next ones, and how many values are in each. */
function readSketch(list: BitListReader): FlatSketch {
  const [zeros = 0, length = 0] = list.read(2);
  let key = list.read(Math.min(1, length)).map(unfolded)[0] ?? 0;
  const gaps = list.read(Math.max(0, length - 1));
  const keys = Int32Array.from({ length }, (_, i) => (i === 0 ? key : (key += (gaps[i - 1] ?? 0) + 1)));
  return { zeros, keys, counts: Float64Array.from(list.read(length), (count) => count + 1) };
}

/** The order of a list takes six bits in front of it. */
const ORDER_BITS = 6;
/** Most bits that are read at once. */
const CHUNK_BITS = 24;
const CHUNK = 2 ** CHUNK_BITS;
/** Bits that are always known after the four bytes around a place are read. */
const WINDOW_BITS = 25;
/** Numbers with no more leading zeros than this lie wholly in one window. */
const SHORT_ZEROS = 12;

/**
 * Lists of whole numbers as bits: six bits for the order of the list, then Exp-Golomb codes of that order (as in H.264,
 * clause 9.1).
 */
class BitListReader {
  readonly #bytes: Uint8Array;
  /** Place in bits. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A list of known length. */
  read(length: number): number[] {
    const order = this.#take(ORDER_BITS);
    const unit = 2 ** order;
    const values: number[] = [];
    for (let i = 0; i < length; i++) {
      const window = this.#window();
      const zeros = Math.clz32(window) - (32 - WINDOW_BITS);
      let high: number;
      if (zeros <= SHORT_ZEROS) {
        high = window >>> (WINDOW_BITS - 1 - 2 * zeros);
        this.#at += 2 * zeros + 1;
      } else high = this.#takeLong();
      values.push((high - 1) * unit + (order === 0 ? 0 : this.#take(order)));
    }
    return values;
  }

  #takeLong(): number {
    let zeros = 0;
    while (this.#take(1) === 0) {
      zeros++;
      if (zeros > 53) throw new RangeError('a rollup block is damaged');
    }
    return 2 ** zeros + this.#take(zeros);
  }

  #take(bits: number): number {
    if (bits > CHUNK_BITS) {
      const high = this.#take(bits - CHUNK_BITS);
      return high * CHUNK + this.#take(CHUNK_BITS);
    }
    const value = this.#window() >>> (WINDOW_BITS - bits);
    this.#at += bits;
    return value;
  }

  /** The next 25 bits. Beyond the end zeros follow; a list that runs on there ends in the error above. */
  #window(): number {
    const bytes = this.#bytes;
    const byte = this.#at >>> 3;
    const word =
      byte + 4 <= bytes.length
        ? ((bytes[byte] as number) << 24) |
          ((bytes[byte + 1] as number) << 16) |
          ((bytes[byte + 2] as number) << 8) |
          (bytes[byte + 3] as number)
        : ((bytes[byte] ?? 0) << 24) |
          ((bytes[byte + 1] ?? 0) << 16) |
          ((bytes[byte + 2] ?? 0) << 8) |
          (bytes[byte + 3] ?? 0);
    return (word << (this.#at & 7)) >>> (32 - WINDOW_BITS);
  }
}
