import type { DatabaseSync } from 'node:sqlite';
import type { RollupChunk } from '../../columns/rollup-chunk.ts';

/** Decoded columns of rollups that one connection keeps, in bytes: some years of a busy cluster. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Told of the bytes of each column that is decoded. */
type Grown = (bytes: number) => void;

const caches = new WeakMap<DatabaseSync, RollupCache>();

/**
 * A part of a day's rollup, decoded columns included, from an earlier question on the same connection if it is still
 * known. Rollups never change and their ids are never given twice; that it is there, the caller has just seen.
 */
export function cachedRollup(
  db: DatabaseSync,
  id: number,
  read: (grown: Grown) => RollupChunk | undefined,
): RollupChunk | undefined {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new RollupCache()));
  return cache.chunk(id, read);
}

type Kept = { readonly chunk: RollupChunk; bytes: number };

/** The rollups asked for last, up to a number of bytes. */
class RollupCache {
  /** The one asked for last is the last. */
  readonly #chunks = new Map<number, Kept>();
  #bytes = 0;

  chunk(id: number, read: (grown: Grown) => RollupChunk | undefined): RollupChunk | undefined {
    const found = this.#chunks.get(id);
    if (found === undefined) return this.#read(id, read);
    this.#chunks.delete(id);
    this.#chunks.set(id, found);
    if (this.#bytes > MAX_BYTES) this.#shrink(id);
    return found.chunk;
  }

  #read(id: number, read: (grown: Grown) => RollupChunk | undefined): RollupChunk | undefined {
    // Columns are decoded after the chunk was given out, and count while it is kept.
    let kept: Kept | undefined;
    const chunk = read((bytes) => {
      if (kept === undefined || this.#chunks.get(id) !== kept) return;
      kept.bytes += bytes;
      this.#bytes += bytes;
    });
    if (chunk === undefined) return undefined;
    // What is kept even if nothing is decoded: the compressed bytes are a fraction of a column.
    kept = { chunk, bytes: chunk.rows * Float64Array.BYTES_PER_ELEMENT };
    this.#chunks.set(id, kept);
    this.#bytes += kept.bytes;
    this.#shrink(id);
    return chunk;
  }

  #shrink(last: number): void {
    for (const [id, { bytes }] of this.#chunks) {
      if (this.#bytes <= MAX_BYTES || id === last) return;
      this.#chunks.delete(id);
      this.#bytes -= bytes;
    }
  }
}
