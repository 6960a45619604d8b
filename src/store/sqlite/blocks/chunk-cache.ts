import type { DatabaseSync } from 'node:sqlite';
import { bytesOfCells } from '../../columns/bytes-of-cells.ts';
import type { Chunk, CodedCells } from '../../columns/chunk.ts';

/** Decoded columns that one connection keeps, in bytes: about a million rows of four columns. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What more columns of known blocks may take beyond it. */
const SLACK_BYTES = MAX_BYTES / 8;

const caches = new WeakMap<DatabaseSync, ChunkCache>();

/** Stands for a question, which may ask for many blocks. */
type Asker = object;

/**
 * The rows of a block, decoded columns included, from an earlier question on the same connection if it is still known.
 * Blocks never change and their ids are never given twice; that the block is there, the caller has just seen.
 */
export function cachedChunk(
  db: DatabaseSync,
  id: number,
  asker: Asker,
  read: () => Chunk | undefined,
): Chunk | undefined {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new ChunkCache()));
  return cache.chunk(id, asker, read);
}

/**
 * The blocks asked for last, up to a number of bytes. Of a question that asks for more than there is room for, the first
 * blocks stay rather than the last: or the next like it would find none of them when it comes to it.
 */
class ChunkCache {
  /** The one asked for last is the last. */
  readonly #chunks = new Map<number, WeighedChunk>();

  chunk(id: number, asker: Asker, read: () => Chunk | undefined): Chunk | undefined {
    const known = this.#chunks.get(id);
    if (known === undefined) this.#make(id, asker, read);
    else {
      this.#chunks.delete(id);
      this.#chunks.set(id, known);
      known.asker = asker;
      // More columns of blocks that are known: what this question has done with goes, not what it may come to.
      if (this.#weight() > MAX_BYTES + SLACK_BYTES) {
        this.#forgetOwn(asker, id);
        this.#forgetOthers(asker);
      }
    }
    return this.#chunks.get(id);
  }

  #make(id: number, asker: Asker, read: () => Chunk | undefined): void {
    const chunk = read();
    if (chunk === undefined) return;
    this.#chunks.set(id, new WeighedChunk(chunk, asker));
    this.#forgetOthers(asker);
    this.#forgetOwn(asker, id);
  }

  /** Those that were not asked for longest first, as far as there is too much. */
  #forgetOthers(asker: Asker): void {
    let over = this.#weight() - MAX_BYTES;
    for (const [id, chunk] of this.#chunks) {
      if (over <= 0) return;
      if (chunk.asker === asker) continue;
      this.#chunks.delete(id);
      over -= chunk.bytes;
    }
  }

  /** What a question asked for before this block, the last first, as far as there is too much. */
  #forgetOwn(asker: Asker, last: number): void {
    let over = this.#weight() - MAX_BYTES;
    if (over <= 0) return;
    for (const [id, chunk] of [...this.#chunks].reverse()) {
      if (over <= 0) return;
      if (chunk.asker !== asker || id === last) continue;
      this.#chunks.delete(id);
      over -= chunk.bytes;
    }
  }

  /** Columns are decoded after the chunk was given out, so the weight of all is summed anew: there are a few hundred. */
  #weight(): number {
    let bytes = 0;
    for (const chunk of this.#chunks.values()) bytes += chunk.bytes;
    return bytes;
  }
}

/** Knows how much of it is decoded. */
class WeighedChunk implements Chunk {
  readonly #chunk: Chunk;
  readonly #decoded = new Set<Float64Array | CodedCells>();
  /** What is kept even if nothing is decoded: the compressed bytes are a fraction of a column. */
  bytes: number;
  /** Who asked for it last. */
  asker: Asker;

  constructor(chunk: Chunk, asker: Asker) {
    this.#chunk = chunk;
    this.asker = asker;
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
      this.bytes += bytesOfCells(cells, this.rows);
    }
    return cells;
  }
}
