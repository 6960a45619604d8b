import type { ByteReader, ByteWriter } from './byte-stream.ts';
import { damaged } from './byte-stream.ts';
import { readNumbers, writeNumbers } from './number-list.ts';
import type { RolledFigures } from './rolled-rows.ts';

/** How figures are written: their first byte. */
const BY_LEAST = 0;
const PLAIN = 1;

/**
 * Write the figures of one field. One value is its own sum, least and greatest; two are their least and greatest; only
 * of three or more is the sum written, less what the least and greatest already say. Sums too large to be exact are
 * written as they are.
 *
 * @param events Of each row.
 */
export function writeFigures(writer: ByteWriter, figures: RolledFigures, events: Float64Array): void {
  const { counts, sums, least, greatest } = figures;
  const exact = isExact(figures);
  writer.byte(exact ? BY_LEAST : PLAIN);
  writeNumbers(
    writer,
    Float64Array.from(counts, (count, row) => (events[row] as number) - count),
    'likely',
  );
  if (!exact) {
    for (const list of [sums, least, greatest]) writeNumbers(writer, list, 'likely');
    return;
  }
  const lows = new Float64Array(counts.length);
  const spans = new Float64Array(counts.length);
  const middles = new Float64Array(counts.length);
  let [one, two, three] = [0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] as number;
    if (count === 0) continue;
    const low = least[row] as number;
    const span = (greatest[row] as number) - low;
    lows[one++] = low;
    if (count > 1) spans[two++] = span;
    if (count > 2) middles[three++] = (sums[row] as number) - count * low - span;
  }
  writeNumbers(writer, lows.subarray(0, one), 'unlikely');
  writeNumbers(writer, spans.subarray(0, two), 'unlikely');
  writeNumbers(writer, middles.subarray(0, three), 'unlikely');
}

function isExact({ counts, sums, least, greatest }: RolledFigures): boolean {
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] as number;
    const low = least[row] as number;
    if (count === 0) continue;
    const safe =
      Number.isSafeInteger(sums[row]) &&
      Number.isSafeInteger(count * low) &&
      Number.isSafeInteger((greatest[row] as number) - low);
    if (!safe) return false;
  }
  return true;
}

export function readFigures(reader: ByteReader, events: Float64Array): RolledFigures {
  const form = reader.byte();
  if (form !== BY_LEAST && form !== PLAIN) throw damaged(`figures have the unknown form ${form}`);
  const rows = events.length;
  const counts = readNumbers(reader, rows);
  let [one, two, three] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const count = (events[row] as number) - (counts[row] as number);
    if (!(count >= 0)) throw damaged('a count is below 0');
    counts[row] = count;
    if (count > 0) one++;
    if (count > 1) two++;
    if (count > 2) three++;
  }
  if (form === PLAIN) {
    const [sums, least, greatest] = [readNumbers(reader, rows), readNumbers(reader, rows), readNumbers(reader, rows)];
    return { counts, sums, least, greatest };
  }
  const lows = readNumbers(reader, one);
  const spans = readNumbers(reader, two);
  const middles = readNumbers(reader, three);
  const sums = new Float64Array(rows);
  const least = new Float64Array(rows);
  const greatest = new Float64Array(rows);
  [one, two, three] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const count = counts[row] as number;
    const low = count > 0 ? (lows[one++] as number) : Number.NaN;
    const span = count > 1 ? (spans[two++] as number) : 0;
    const middle = count > 2 ? (middles[three++] as number) : 0;
    least[row] = low;
    greatest[row] = low + span;
    sums[row] = count * low + span + middle;
  }
  return { counts, sums, least, greatest };
}
