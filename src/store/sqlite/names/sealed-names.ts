import type { DatabaseSync } from 'node:sqlite';
import type { NameList } from '../../columns/name-list.ts';
import { listNameBlocks, lostNames, type NameBlock, nameBlocksState, readFilter, readNames } from './name-blocks.ts';
import { mayHold, probeOf } from './name-filter.ts';

/** Names that one connection keeps decoded, in bytes: some 600,000. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A block as far as it was read. Blocks never change, so what is known of one stays true. */
type KnownBlock = NameBlock & {
  /** Null when they cannot be read, which is not tried again. */
  names: NameList | null | undefined;
  filter: Uint8Array | null | undefined;
};

const byConnection = new WeakMap<DatabaseSync, SealedNames>();

/** The names in blocks, as one connection knows them: blocks are decoded when they are first asked for. */
export function sealedNamesOf(db: DatabaseSync): SealedNames {
  let names = byConnection.get(db);
  if (names === undefined) byConnection.set(db, (names = new SealedNames(db)));
  return names;
}

/** Answers of the blocks that there were at the last `refresh`: call it first in each transaction. */
export class SealedNames {
  readonly #db: DatabaseSync;
  #state: string | number | undefined;
  /** In order of their numbers. */
  #blocks: readonly KnownBlock[] = [];
  /** Those whose names are decoded; the one asked for last is the last. */
  readonly #decoded = new Set<KnownBlock>();
  #latest: KnownBlock | undefined;
  /** Numbers of names that were set aside as damaged, from and to. */
  #lost: readonly (readonly [number, number])[] = [];
  #bytes = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * See which blocks there are. Costs one look-up when they are the same.
   *
   * @returns Whether others are there than before.
   */
  refresh(): boolean {
    const state = nameBlocksState(this.#db);
    if (state === this.#state) return false;
    const known = new Map(this.#blocks.map((block) => [keyOf(block), block]));
    this.#blocks = listNameBlocks(this.#db).map(
      (block) => known.get(keyOf(block)) ?? Object.assign(block, { names: undefined, filter: undefined }),
    );
    this.#lost = lostNames(this.#db);
    this.#state = state;
    const there = new Set(this.#blocks);
    for (const block of this.#decoded) if (!there.has(block)) this.#drop(block);
    return true;
  }

  /** Names with greater numbers are in no block. */
  get last(): number {
    return this.#blocks.at(-1)?.id1 ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the name of a number was set aside as damaged. */
  isLost(id: number): boolean {
    return this.#lost.some(([id0, id1]) => id >= id0 && id <= id1);
  }

  textOf(id: number): string | undefined {
    const block = this.#blockOf(id);
    return block === undefined ? undefined : this.#namesOf(block)?.textOf(id);
  }

  /** A name that is in no block takes 3 µs where there are a hundred blocks, one in a decoded block some ten. */
  idOf(text: string): number | undefined {
    if (this.#blocks.length === 0) return undefined;
    const probe = probeOf(text);
    // The newest first: its names are met again most.
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const block = this.#blocks[i] as KnownBlock;
      const filter = (block.filter ??= readFilter(this.#db, block) ?? null);
      if (filter !== null && !mayHold(filter, probe)) continue;
      const id = this.#namesOf(block)?.idOf(Buffer.from(text));
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** Looks at all names: some 10 ms for 100,000. */
  idsWithPrefix(prefix: string): number[] {
    const bytes = Buffer.from(prefix);
    return this.#blocks.flatMap((block) => this.#namesOf(block)?.idsWithPrefix(bytes) ?? []);
  }

  /** Makes texts of all names: some 20 ms for 100,000. */
  idsWhere(isMeant: (text: string) => boolean): number[] {
    return this.#blocks.flatMap((block) => this.#namesOf(block)?.idsWhere(isMeant) ?? []);
  }

  /** The first that ends at or behind a number, if it begins there or before. */
  #blockOf(id: number): KnownBlock | undefined {
    let [low, high] = [0, this.#blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle] as KnownBlock).id1 < id) low = middle + 1;
      else high = middle;
    }
    const block = this.#blocks[low];
    return block === undefined || block.id0 > id ? undefined : block;
  }

  #namesOf(block: KnownBlock): NameList | undefined {
    if (block.names === undefined) {
      block.names = readNames(this.#db, block) ?? null;
      this.#bytes += block.names?.bytes ?? 0;
    }
    if (block.names === null) return undefined;
    // Most questions ask one block many times.
    if (block === this.#latest) return block.names;
    this.#latest = block;
    this.#decoded.delete(block);
    this.#decoded.add(block);
    for (const other of this.#decoded) {
      if (this.#bytes <= MAX_BYTES || other === block) break;
      this.#drop(other);
    }
    return block.names;
  }

  #drop(block: KnownBlock): void {
    this.#bytes -= block.names?.bytes ?? 0;
    block.names = undefined;
    this.#decoded.delete(block);
    if (this.#latest === block) this.#latest = undefined;
  }
}

/** Ids are given again after a rollback. */
const keyOf = ({ id, crc }: NameBlock): string => `${id} ${crc}`;
