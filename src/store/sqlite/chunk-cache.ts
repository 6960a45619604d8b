import type { DatabaseSync } from 'node:sqlite';
import type { Chunk, CodedCells } from '../columns/chunk.ts';
import type { RollupChunk } from '../columns/rollup-chunk.ts';

/** Decoded columns that one connection keeps of events, and as many of rollups, in bytes: about a million rows of four. */
const MAX_BYTES = 32 * 1024 * 1024;
const BYTES_OF_CODE = 2;
/** A key and its place in a list, roughly. */
const BYTES_OF_KEY = 16;

/** Told of the bytes of each column that is decoded. */
type Grown = (bytes: number) => void;

const caches = new WeakMap<DatabaseSync, Map<Kind, ChunkCache<Chunk>>>();

/** Blocks and rollups are numbered apart. */
type Kind = 'block' | 'rollup';

/**
 * The rows of a block, decoded columns included, from an earlier question on the same connection if it is still known.
 * Blocks never change and their ids are never given twice; that the block is there, the caller has just seen.
 */
export function cachedChunk(db: DatabaseSync, id: number, read: () => Chunk | undefined): Chunk | undefined {
  return cacheOf(db, 'block').chunk(id, (grown) => {
    const chunk = read();
    return chunk && new WeighedChunk(chunk, grown);
  });
}

/** The same of a rollup. */
export function cachedRollup(
  db: DatabaseSync,
  id: number,
  read: (grown: Grown) => RollupChunk | undefined,
): RollupChunk | undefined {
  return (cacheOf(db, 'rollup') as ChunkCache<RollupChunk>).chunk(id, read);
}

function cacheOf(db: DatabaseSync, kind: Kind): ChunkCache<Chunk> {
  let ofConnection = caches.get(db);
  if (ofConnection === undefined) caches.set(db, (ofConnection = new Map()));
  let cache = ofConnection.get(kind);
  if (cache === undefined) ofConnection.set(kind, (cache = new ChunkCache()));
  return cache;
}

type Kept<Rows> = { readonly chunk: Rows; bytes: number };

/** The chunks asked for last, up to a number of bytes. */
class ChunkCache<Rows extends Chunk> {
  /** The one asked for last is the last. */
  readonly #chunks = new Map<number, Kept<Rows>>();
  #bytes = 0;

  chunk(id: number, read: (grown: Grown) => Rows | undefined): Rows | undefined {
    const found = this.#chunks.get(id);
    if (found === undefined) return this.#read(id, read);
    this.#chunks.delete(id);
    this.#chunks.set(id, found);
    if (this.#bytes > MAX_BYTES) this.#shrink(id);
    return found.chunk;
  }

  #read(id: number, read: (grown: Grown) => Rows | undefined): Rows | undefined {
    // Columns are decoded after the chunk was given out, and count while it is kept.
    const grown: Grown = (bytes) => {
      if (kept === undefined || this.#chunks.get(id) !== kept) return;
      kept.bytes += bytes;
      this.#bytes += bytes;
    };
    let kept: Kept<Rows> | undefined;
    const chunk = read(grown);
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

/** Tells how much of it is decoded. */
class WeighedChunk implements Chunk {
  readonly #chunk: Chunk;
  readonly #decoded = new Set<Float64Array | CodedCells>();
  readonly #grown: Grown;

  constructor(chunk: Chunk, grown: Grown) {
    this.#chunk = chunk;
    this.#grown = grown;
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
      this.#grown(
        cells instanceof Float64Array
          ? cells.byteLength
          : cells.codes.length * BYTES_OF_CODE + cells.keys.length * BYTES_OF_KEY,
      );
    }
    return cells;
  }
}
