import type { Column } from './column.ts';
import { ByteReader, damaged } from './byte-stream.ts';
import type { Chunk, CodedCells } from './chunk.ts';
import { readCoded, tidied, writeCoded } from './coded-list.ts';
import { readNumbers, writeNumbers, writePlanned } from './number-list.ts';
import { type NumberPlan, planNumbers } from './number-plan.ts';
import { joinSections, section, splitSections } from './sections.ts';
import { findSums, type OtherColumns, readSum, SUM, writeSum } from './sum-column.ts';

/*
 * Sections of a block: times, origins, and one for each column in the order of the table. docs/format.md describes each
 * byte.
 */

/** Codes have room for no more. */
const MAX_ROWS = 65_535;
/** Sections before those of the columns. */
const TIMES = 0;
const ORIGINS = 1;
const COLUMNS = 2;

/** Rows of one metric, to be sealed; columns in the order of the table, of which the last may be missing. */
export type BlockColumns = {
  /** Stored times: ascending, each once. */
  readonly times: Float64Array;
  readonly origins: CodedCells;
  readonly columns: readonly ({ readonly numbers: Float64Array } | CodedCells)[];
};

/** The bytes of a block. */
export function encodeBlock({ times, origins, columns }: BlockColumns): Uint8Array {
  const coded = new Map<number, CodedCells>([[ORIGINS, tidied(origins)]]);
  const plans = new Map<number, NumberPlan>();
  const numbers = new Map<number, Float64Array>();
  for (const [index, column] of columns.entries()) {
    if ('numbers' in column) {
      numbers.set(COLUMNS + index, column.numbers);
      plans.set(COLUMNS + index, planNumbers(column.numbers));
    } else coded.set(COLUMNS + index, tidied(column));
  }
  const sums = findSums(numbers, plans, coded);
  const sections = [
    section((writer) => writeNumbers(writer, times, 'unlikely')),
    ...[origins, ...columns].map((_, index) =>
      section((writer) => {
        const cells = coded.get(ORIGINS + index);
        const plan = plans.get(ORIGINS + index);
        const sum = sums.get(ORIGINS + index);
        if (cells !== undefined) writeCoded(writer, cells);
        else if (sum !== undefined) writeSum(writer, sum);
        else if (plan !== undefined) writePlanned(writer, plan, 'unlikely');
      }),
    ),
  ];
  return joinSections(times.length, sections);
}

/** What is known of a block without reading its bytes. */
export type BlockBounds = { readonly rows: number; readonly first: number; readonly last: number };

/** A block's rows. Each method throws a RangeError where the bytes cannot be what was written. */
export class SealedChunk implements Chunk {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
  readonly #sections: readonly Uint8Array[];
  /** Section of each column by name. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #numbers = new Map<number, Float64Array>();
  readonly #coded = new Map<number, CodedCells>();

  /** @param columns Those of the table now; the block may have been made before the last of them were added. */
  constructor(bytes: Uint8Array, bounds: BlockBounds, columns: readonly Pick<Column, 'name'>[]) {
    this.rows = bounds.rows;
    this.first = bounds.first;
    this.last = bounds.last;
    this.#sections = sectionsOf(bytes, bounds.rows, columns.length);
    this.#places = new Map(columns.map(({ name }, index) => [name, COLUMNS + index]));
  }

  times(): Float64Array {
    const known = this.#numbers.get(TIMES);
    if (known !== undefined) return known;
    const times = this.#numbersAt(TIMES);
    for (let i = 1; i < times.length; i++) {
      if (!((times[i] as number) > (times[i - 1] as number))) throw damaged('times do not ascend');
    }
    if (times[0] !== this.first || times.at(-1) !== this.last) throw damaged('it has rows of other times');
    return times;
  }

  origins(): CodedCells {
    return this.#codedAt(ORIGINS);
  }

  numbers(column: string): Float64Array {
    return this.#numbersAt(this.#places.get(column) ?? -1);
  }

  coded(column: string): CodedCells {
    return this.#codedAt(this.#places.get(column) ?? -1);
  }

  #numbersAt(place: number, plainOnly = false): Float64Array {
    let numbers = this.#numbers.get(place);
    if (numbers === undefined) {
      const bytes = this.#sections[place];
      numbers = bytes === undefined ? new Float64Array(this.rows).fill(Number.NaN) : this.#read(bytes, plainOnly);
      this.#numbers.set(place, numbers);
    }
    return numbers;
  }

  #read(bytes: Uint8Array, plainOnly: boolean): Float64Array {
    const reader = new ByteReader(bytes);
    const isSum = !plainOnly && reader.peek() === SUM;
    const numbers = isSum ? readSum(reader, this.#others) : readNumbers(reader, this.rows);
    if (reader.left > 0) throw damaged('a section is too long');
    return numbers;
  }

  get #others(): OtherColumns {
    return {
      rows: this.rows,
      numbers: (place) => this.#numbersAt(place, true),
      coded: (place) => this.#codedAt(place),
    };
  }

  #codedAt(place: number): CodedCells {
    let cells = this.#coded.get(place);
    if (cells === undefined) {
      const bytes = this.#sections[place];
      cells =
        bytes === undefined
          ? { codes: new Uint16Array(this.rows), keys: [null] }
          : readCoded(new ByteReader(bytes), this.rows);
      this.#coded.set(place, cells);
    }
    return cells;
  }
}

function sectionsOf(bytes: Uint8Array, rows: number, columns: number): Uint8Array[] {
  if (rows > MAX_ROWS) throw damaged('it has too many rows');
  const sections = splitSections(bytes, rows, COLUMNS + columns);
  if (sections.length < COLUMNS) throw damaged('it lacks its times or origins');
  return sections;
}
