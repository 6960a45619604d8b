import type { DatabaseSync } from 'node:sqlite';
import type { NumberedName } from '../../columns/name-list.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { inTransaction } from '../file/schema.ts';
import { overwriting } from '../file/secure-delete.ts';
import {
  type EncodedNames,
  fitInBlock,
  listNameBlocks,
  type NameBlock,
  readNames,
  replaceNameBlocks,
  toEncodedNames,
} from './name-blocks.ts';

/** Names that stay in `dict` at least: those that came last are asked most. They take 42 bytes each there. */
const HOT_NAMES = 1_024;
/** So many more are waited for: below, a block gains little. */
const ENOUGH_NAMES = 2_048;

/**
 * Move older names from `dict` into blocks, in order of their numbers. Names never change, and removed ones never come
 * back: what was read without the lock is still true if under it as many are there. May be killed at any point.
 *
 * @param pause Called between transactions.
 * @returns How many names.
 */
export async function sealOldNames(db: DatabaseSync, pause: () => Promise<void>): Promise<number> {
  const last = lastToSeal(db);
  if (last === undefined) return 0;
  for (let sealed = 0; ;) {
    const reading = inReadTransaction(db, () => readNext(db, last));
    if (reading === undefined) return sealed;
    const block = toEncodedNames([...reading.merged, ...reading.hot]);
    // Another process has removed some of them, or seals too.
    if (!inTransaction(db, () => swap(db, reading, block))) return sealed;
    sealed += reading.hot.length;
    await pause();
  }
}

/** The number of the last name that is to be sealed; `undefined` when they are too few. */
function lastToSeal(db: DatabaseSync): number | undefined {
  const hot = Number(db.prepare('SELECT count(*) AS n FROM dict').get()?.['n']);
  if (hot < HOT_NAMES + ENOUGH_NAMES) return undefined;
  return Number(db.prepare('SELECT id FROM dict ORDER BY id DESC LIMIT 1 OFFSET ?').get(HOT_NAMES)?.['id']);
}

/** The first names of `dict`, and the last block when they are to be merged with it. */
type Reading = {
  /** Never none. */
  readonly hot: readonly NumberedName[];
  readonly block: NameBlock | undefined;
  readonly merged: readonly NumberedName[];
};

function readNext(db: DatabaseSync, last: number): Reading | undefined {
  const block = listNameBlocks(db).at(-1);
  const names = block === undefined ? undefined : readNames(db, block);
  // So that there is room for some: a name has less than a thousand bytes.
  const isRoomy = names !== undefined && fitInBlock(names.ids.length + 1, 2 * names.textBytes);
  const merged = isRoomy ? names.names() : [];
  let bytes = isRoomy ? names.textBytes : 0;
  const hot: NumberedName[] = [];
  const rows = db.prepare('SELECT id, s FROM dict WHERE id > ? AND id <= ? ORDER BY id');
  for (const row of rows.iterate(block?.id1 ?? 0, last)) {
    const text = String(row['s']);
    bytes += Buffer.byteLength(text);
    if (!fitInBlock(merged.length + hot.length + 1, bytes)) break;
    hot.push({ id: Number(row['id']), text });
  }
  return hot.length === 0 ? undefined : { hot, block: isRoomy ? block : undefined, merged };
}

/** Put a block in the place of names, and of the block they were merged with. Call inside a write transaction. */
function swap(db: DatabaseSync, { hot, block }: Reading, by: EncodedNames): boolean {
  const [first, last] = [hot[0]?.id ?? 0, hot.at(-1)?.id ?? 0];
  const there = db.prepare('SELECT count(*) AS n FROM dict WHERE id >= ? AND id <= ?').get(first, last)?.['n'];
  if (there !== hot.length) return false;
  // Names may have to be removed one day, so none is left where it was.
  return overwriting(db, () => {
    if (!replaceNameBlocks(db, block === undefined ? [] : [block.id], [by])) return false;
    db.prepare('DELETE FROM dict WHERE id >= ? AND id <= ?').run(first, last);
    return true;
  });
}
