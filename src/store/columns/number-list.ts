import { type ByteReader, type ByteWriter, damaged, type Repeats } from './byte-stream.ts';
import { packedLowBits } from './low-bits.ts';
import { type NumberPlan, planNumbers, type SplitPlan } from './number-plan.ts';
import { readSplit } from './read-split.ts';
import { ABSENT, coarseOf, DELTAS, FOLDED, SOME_ABSENT, tablesOf } from './split-numbers.ts';

/** How a list of numbers is written: its first byte. */
const ALL_ABSENT = 0;
const ONE_VALUE = 1;
const SPLIT = 2;
const FLOATS = 3;

/**
 * Write a list of numbers, NaN where absent.
 *
 * @param repeats Whether stretches of the list are likely to occur again in it.
 */
export function writeNumbers(writer: ByteWriter, values: Float64Array, repeats: Repeats): void {
  writePlanned(writer, planNumbers(values), repeats);
}

/** Write a list as planned. */
export function writePlanned(writer: ByteWriter, plan: NumberPlan, repeats: Repeats): void {
  switch (plan.form) {
    case 'absent':
      writer.byte(ALL_ABSENT);
      return;
    case 'one':
      writer.byte(ONE_VALUE);
      writer.signed(plan.value);
      return;
    case 'floats':
      writer.byte(FLOATS);
      writer.packed(floatBytes(plan.values), 'likely');
      return;
    case 'split':
      writer.byte(SPLIT);
      writeSplit(writer, plan, repeats);
  }
}

/** Read a list of known length. */
export function readNumbers(reader: ByteReader, length: number): Float64Array {
  const form = reader.byte();
  switch (form) {
    case ALL_ABSENT:
      return new Float64Array(length).fill(Number.NaN);
    case ONE_VALUE:
      return new Float64Array(length).fill(reader.signed());
    case SPLIT:
      return readSplit(reader, length);
    case FLOATS:
      return floatsOf(reader.packed(8 * length));
    default:
      throw damaged(`a list of numbers has the unknown form ${form}`);
  }
}

/** Eight bytes for each number, lowest first. */
function floatBytes(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [index, value] of values.entries()) view.setFloat64(8 * index, value, true);
  return new Uint8Array(view.buffer);
}

function floatsOf(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, index) => view.getFloat64(8 * index, true));
}

function writeSplit(writer: ByteWriter, plan: SplitPlan, repeats: Repeats): void {
  const { small, split, someAbsent } = plan;
  const shift = someAbsent ? 1 : 0;
  const coarse = coarseOf(split.top);
  const symbols = new Uint8Array(small.length);
  for (let i = 0; i < symbols.length; i++) {
    const finest = split.finest[i] as number;
    if (finest !== ABSENT) symbols[i] = (coarse[finest] as number) + shift;
  }
  writer.byte(split.top - 1 + (plan.deltas ? DELTAS : 0) + (plan.folded ? FOLDED : 0) + (someAbsent ? SOME_ABSENT : 0));
  writer.signed(plan.base);
  writer.varint(plan.step);
  if (plan.deltas) writer.signed(plan.start);
  writer.packed(symbols, repeats);
  writer.bytes(packedLowBits(small, symbols, tablesOf(split.top, shift), split.lowBits));
}
