import { MICROS_PER_HOUR, type TimeRange } from '../../../model/range.ts';

/** A stretch of time, in microseconds or hours, that lies within one range and one bucket. */
export type Piece = { readonly bucket: number; readonly from: number; readonly before: number };

/**
 * The parts of disjoint ascending ranges that lie in each bucket, ascending. What lies outside of all buckets is left out.
 */
export function* piecesOf(ranges: readonly TimeRange[], buckets: readonly number[] | undefined): Generator<Piece> {
  if (buckets === undefined) {
    for (const { fromMicros, toMicros } of ranges) yield { bucket: 0, from: fromMicros, before: toMicros };
    return;
  }
  let bucket = 0;
  for (const { fromMicros, toMicros } of ranges) {
    while (bucket + 1 < buckets.length && (buckets[bucket + 1] ?? 0) <= fromMicros) bucket++;
    for (let i = bucket; i + 1 < buckets.length; i++) {
      const from = Math.max(fromMicros, buckets[i] ?? 0);
      const before = Math.min(toMicros, buckets[i + 1] ?? 0);
      if (from >= toMicros) break;
      if (from < before) yield { bucket: i, from, before };
    }
  }
}

/** The first of ascending pieces that ends behind a moment, in their own unit. */
export function firstPieceWith(pieces: readonly Piece[], t: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.before ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How wide a stretch to ask for at once, so that it holds about as many rows as wanted: SQLite groups a few thousand
 * rows in its cache, and hundreds of thousands three times slower for each row.
 */
export class SliceWidth {
  readonly #wantedRows: number;
  micros: number;

  constructor(wantedRows: number) {
    this.#wantedRows = wantedRows;
    this.micros = wantedRows === Number.POSITIVE_INFINITY ? wantedRows : MICROS_PER_HOUR;
  }

  /** Tell how many rows a stretch of this width gave. */
  learn(rows: number): void {
    if (rows * 2 < this.#wantedRows) this.micros *= rows * 8 < this.#wantedRows ? 4 : 2;
    else if (rows > this.#wantedRows * 2) this.micros = Math.max(1_000, Math.floor(this.micros / 2));
  }
}
