import type { DatabaseSync } from 'node:sqlite';
import type { Chunk, CodedCells } from '../columns/chunk.ts';

/** Decoded columns that one connection keeps, in bytes: about a million rows of four columns. */
const MAX_BYTES = 32 * 1024 * 1024;
const BYTES_OF_CODE = 2;
/** A key and its place in a list, roughly. */
const BYTES_OF_KEY = 16;

const caches = new WeakMap<DatabaseSync, ChunkCache>();

/**
 * The rows of a block, decoded columns included, from an earlier question on the same connection if it is still known.
 * Blocks never change and their ids are never given twice; that the block is there, the caller has just seen.
 */
export function cachedChunk(db: DatabaseSync, id: number, read: () => Chunk | undefined): Chunk | undefined {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new ChunkCache()));
  return cache.chunk(id, read);
}

/** The blocks asked for last, up to a number of bytes. */
class ChunkCache {
  /** The one asked for last is the last. */
  readonly #chunks = new Map<number, WeighedChunk>();

  chunk(id: number, read: () => Chunk | undefined): Chunk | undefined {
    let found = this.#chunks.get(id);
    if (found === undefined) {
      const chunk = read();
      if (chunk === undefined) return undefined;
      found = new WeighedChunk(chunk);
    } else this.#chunks.delete(id);
    this.#chunks.set(id, found);
    this.#shrink(id);
    return found;
  }

  /** Columns are decoded after the chunk was given out, so the weight of all is summed anew: there are a few hundred. */
  #shrink(last: number): void {
    let bytes = 0;
    for (const { bytes: own } of this.#chunks.values()) bytes += own;
    for (const [id, chunk] of this.#chunks) {
      if (bytes <= MAX_BYTES || id === last) return;
      this.#chunks.delete(id);
      bytes -= chunk.bytes;
    }
  }
}

/** Knows how much of it is decoded. */
class WeighedChunk implements Chunk {
  readonly #chunk: Chunk;
  readonly #decoded = new Set<Float64Array | CodedCells>();
  /** What is kept even if nothing is decoded: the compressed bytes are a fraction of a column. */
  bytes: number;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.bytes = chunk.rows * Float64Array.BYTES_PER_ELEMENT;
  }

  get rows(): number {
    return this.#chunk.rows;
  }

  get first(): number {
    return this.#chunk.first;
  }

  get last(): number {
    return this.#chunk.last;
  }

  times(): Float64Array {
    return this.#weighed(this.#chunk.times());
  }

  origins(): CodedCells {
    return this.#weighed(this.#chunk.origins());
  }

  numbers(column: string): Float64Array {
    return this.#weighed(this.#chunk.numbers(column));
  }

  coded(column: string): CodedCells {
    return this.#weighed(this.#chunk.coded(column));
  }

  #weighed<Cells extends Float64Array | CodedCells>(cells: Cells): Cells {
    if (!this.#decoded.has(cells)) {
      this.#decoded.add(cells);
      this.bytes +=
        cells instanceof Float64Array
          ? cells.byteLength
          : cells.codes.length * BYTES_OF_CODE + cells.keys.length * BYTES_OF_KEY;
    }
    return cells;
  }
}
