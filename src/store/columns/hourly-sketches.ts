import { type ByteReader, type ByteWriter, damaged } from './byte-stream.ts';
import { readNumbers, writeNumbers } from './number-list.ts';
import { type FlatSketch, HOURS_PER_DAY } from './rolled-rows.ts';

/** Most keys that values of a field can have: some 2,800 of positive ones, as many of negative ones. */
const MAX_KEYS = 8_192;

/** Write the sketch of a day: zeros, number of buckets, their keys, and how many values each has. */
export function writeDaySketch(writer: ByteWriter, { zeros, keys, counts }: FlatSketch): void {
  writer.varint(zeros);
  writer.varint(keys.length);
  writeNumbers(writer, Float64Array.from(keys), 'unlikely');
  writeNumbers(writer, counts, 'unlikely');
}

export function readDaySketch(reader: ByteReader): FlatSketch {
  const zeros = reader.varint();
  const length = reader.varint();
  if (length > MAX_KEYS) throw damaged('a sketch has too many buckets');
  const keys = Int32Array.from(readNumbers(reader, length));
  return { zeros, keys, counts: readNumbers(reader, length) };
}

/**
 * Write how the values of a day's sketch lie in its hours: zeros of each hour, the hours that have others, and for each
 * key in which of these hours its values are and how many. What follows from the count of the day is not written: the
 * last value of a key is alone, and what is left for the last hour is there.
 */
export function writeHourSketches(writer: ByteWriter, day: FlatSketch, hours: readonly FlatSketch[]): void {
  const active = hours.flatMap(({ keys }, hour) => (keys.length === 0 ? [] : [hour]));
  writeNumbers(
    writer,
    Float64Array.from(hours, ({ zeros }) => zeros),
    'likely',
  );
  writer.varint(active.reduce((mask, hour) => mask + 2 ** hour, 0));
  const places = new Uint32Array(HOURS_PER_DAY);
  const gaps: number[] = [];
  const counts: number[] = [];
  for (const [index, key] of day.keys.entries()) {
    let left = day.counts[index] as number;
    let gap = 0;
    for (let i = 0; left > 0 && i < active.length; i++) {
      const hour = active[i] as number;
      const sketch = hours[hour] as FlatSketch;
      const place = places[hour] as number;
      if (sketch.keys[place] !== key) {
        gap++;
        continue;
      }
      places[hour] = place + 1;
      const count = sketch.counts[place] as number;
      gaps.push(gap);
      gap = 0;
      if (left > 1 && i < active.length - 1) counts.push(count - 1);
      left -= count;
    }
  }
  writer.varint(gaps.length);
  writeNumbers(writer, Float64Array.from(gaps), 'unlikely');
  writer.varint(counts.length);
  writeNumbers(writer, Float64Array.from(counts), 'unlikely');
}

export function readHourSketches(reader: ByteReader, day: FlatSketch): FlatSketch[] {
  const zeros = readNumbers(reader, HOURS_PER_DAY);
  const mask = reader.varint();
  const active = Array.from(zeros.keys()).filter((hour) => Math.floor(mask / 2 ** hour) % 2 === 1);
  const gaps = readNumbers(reader, bounded(reader.varint(), day));
  const counts = readNumbers(reader, bounded(reader.varint(), day));
  const keys = active.map((): number[] => []);
  const numbers = active.map((): number[] => []);
  let [nextGap, nextCount] = [0, 0];
  for (let index = 0; index < day.keys.length; index++) {
    const key = day.keys[index] as number;
    let left = day.counts[index] as number;
    for (let i = 0; left > 0; i++) {
      i += gaps[nextGap++] ?? active.length;
      if (!(i < active.length)) throw damaged('a sketch has values in no hour');
      let count = left;
      if (left > 1 && i < active.length - 1) count = (counts[nextCount++] ?? left) + 1;
      left -= count;
      if (left < 0) throw damaged('hours have more values than their day');
      keys[i]?.push(key);
      numbers[i]?.push(count);
    }
  }
  const sketches: FlatSketch[] = Array.from(zeros, (zero) => ({ zeros: zero, ...NONE }));
  for (const [i, hour] of active.entries()) {
    sketches[hour] = {
      zeros: zeros[hour] ?? 0,
      keys: Int32Array.from(keys[i] ?? []),
      counts: Float64Array.from(numbers[i] ?? []),
    };
  }
  return sketches;
}

const NONE = { keys: new Int32Array(0), counts: new Float64Array(0) };

function bounded(length: number, { keys }: FlatSketch): number {
  if (length > keys.length * HOURS_PER_DAY) throw damaged('a list of a sketch is too long');
  return length;
}
