import type { DatabaseSync } from 'node:sqlite';
import type { NameList } from '../../columns/name-list.ts';
import { readMeta, writeMeta } from '../file/schema.ts';
import { overwriting } from '../file/secure-delete.ts';
import {
  type EncodedNames,
  fitInBlock,
  listNameBlocks,
  readNames,
  replaceNameBlocks,
  toEncodedNames,
} from './name-blocks.ts';

/** Raised whenever names are removed: what a connection remembers of numbers of names is void then. */
export const SWEEPS_KEY = 'name_sweeps';

/** Blocks of names, and the block that takes their place; none when no name of theirs stays. */
type Rewrite = {
  readonly blockIds: readonly number[];
  readonly staying: readonly number[];
  readonly by: EncodedNames | undefined;
};

/** What is to be removed, wherever it lies. */
export type NameRemoval = {
  /** Numbers of names in `dict`. */
  readonly hot: readonly number[];
  readonly rewrites: readonly Rewrite[];
};

/**
 * Find what must be written anew so that names go. Encodes blocks, a millisecond for each, so call it in a read
 * transaction, and remove within the same or make sure that nobody has written since.
 *
 * @param goes Whether the name of a number is to go.
 * @param earlier What was found before: what is still true of it is used again.
 */
export function planRemoval(db: DatabaseSync, goes: (id: number) => boolean, earlier?: NameRemoval): NameRemoval {
  const hot = db
    .prepare('SELECT id FROM dict')
    .all()
    .map((row) => Number(row['id']))
    .filter(goes);
  return { hot, rewrites: [...rewritesWithout(db, goes, earlier?.rewrites ?? [])] };
}

/**
 * Remove names for good: what is freed by it is overwritten. Call inside a write transaction, when no event and no
 * rollup holds the names any more; their numbers are never given again. Until the log is emptied, it still has them.
 */
export function removeNames(db: DatabaseSync, { hot, rewrites }: NameRemoval): void {
  overwriting(db, () => {
    db.prepare('DELETE FROM dict WHERE id IN (SELECT value FROM json_each(?))').run(JSON.stringify(hot));
    for (const { blockIds, by } of rewrites) replaceNameBlocks(db, blockIds, by === undefined ? [] : [by]);
    writeMeta(db, SWEEPS_KEY, Number(readMeta(db, SWEEPS_KEY) ?? 0) + 1);
  });
}

/** Neighbouring blocks of which some name goes, or of which little is left, as one. */
function* rewritesWithout(
  db: DatabaseSync,
  goes: (id: number) => boolean,
  earlier: readonly Rewrite[],
): Generator<Rewrite> {
  let run = new Run();
  for (const block of listNameBlocks(db)) {
    const names = readNames(db, block);
    const staying = names && [...names.ids].filter((id) => !goes(id));
    // One that cannot be read stays as it is, until it is set aside.
    if (names === undefined || staying === undefined || !run.hasRoomFor(staying.length, names.textBytes)) {
      yield* run.rewrite(earlier);
      run = new Run();
    }
    if (names !== undefined && staying !== undefined) run.add(block.id, names, staying);
  }
  yield* run.rewrite(earlier);
}

/** Blocks that follow each other and fit into one. */
class Run {
  readonly #blocks: { readonly id: number; readonly names: NameList }[] = [];
  readonly #staying: number[] = [];
  #names = 0;
  #textBytes = 0;

  /** @param textBytes As many as there are before names go: whether it is less is not worth a look. */
  hasRoomFor(names: number, textBytes: number): boolean {
    return fitInBlock(this.#staying.length + names, this.#textBytes + textBytes);
  }

  add(id: number, names: NameList, staying: readonly number[]): void {
    this.#blocks.push({ id, names });
    this.#staying.push(...staying);
    this.#names += names.ids.length;
    this.#textBytes += names.textBytes;
  }

  /** Nothing, for a block that stays as it is. */
  *rewrite(earlier: readonly Rewrite[]): Generator<Rewrite> {
    const staying = this.#staying;
    if (this.#blocks.length < 2 && staying.length === this.#names) return;
    const blockIds = this.#blocks.map(({ id }) => id);
    const isSame = (one: Rewrite): boolean => areEqual(one.blockIds, blockIds) && areEqual(one.staying, staying);
    yield earlier.find(isSame) ?? { blockIds, staying, by: this.#encoded() };
  }

  #encoded(): EncodedNames | undefined {
    const staying = new Set(this.#staying);
    if (staying.size === 0) return undefined;
    return toEncodedNames(this.#blocks.flatMap(({ names }) => names.names().filter(({ id }) => staying.has(id))));
  }
}

const areEqual = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
