import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { encodeNames, type NameBounds, NameList, type NumberedName } from '../../columns/name-list.ts';
import { noteDamage } from '../file/damage-notes.ts';
import { prepared } from '../file/prepared.ts';
import { readMeta, writeMeta } from '../file/schema.ts';
import { filterOf } from './name-filter.ts';

/** A block of names, as it is listed: without its bytes. */
export type NameBlock = NameBounds & { readonly id: number; readonly crc: number };

/** A block as it is stored: made outside of a transaction. */
export type EncodedNames = Omit<NameBlock, 'id'> & { readonly filter: Uint8Array; readonly bytes: Uint8Array };

const BLOCK_NAMES = 4_096;
/** Names of usual length take a tenth of it. */
const BLOCK_TEXT_BYTES = 512 * 1024;

/** Whether so many names of so many bytes may be in one block. */
export const fitInBlock = (names: number, textBytes: number): boolean =>
  names <= BLOCK_NAMES && textBytes <= BLOCK_TEXT_BYTES;

/** In `meta`: another value as soon as a block was added or removed. Drawn, since a rollback gives counted ones again. */
const STATE_KEY = 'name_blocks';
export const nameBlocksState = (db: DatabaseSync): string | number | undefined => readMeta(db, STATE_KEY);

/** All blocks, in order of their numbers. */
export function listNameBlocks(db: DatabaseSync): NameBlock[] {
  return prepared(db, 'SELECT id, id0, id1, n, crc FROM name_block ORDER BY id0').all() as unknown as NameBlock[];
}

/** Numbers of names that were set aside as damaged: the least and the greatest of each block. */
export function lostNames(db: DatabaseSync): [id0: number, id1: number][] {
  const rows = prepared(db, 'SELECT id0, id1 FROM damaged_name_block').all();
  return rows.map(({ id0, id1 }) => [Number(id0), Number(id1)]);
}

/** The names of a block; `undefined` when its bytes are not those that were written, or it is gone. */
export function readNames(db: DatabaseSync, block: NameBlock): NameList | undefined {
  const bytes = prepared(db, 'SELECT b FROM name_block WHERE id = ?').get(block.id)?.['b'];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    if (crc32(bytes) === block.crc) return new NameList(bytes, block);
  } catch (cause) {
    // Damage that the checksum does not show is as good as none: it would have to be written so.
    if (!(cause instanceof RangeError)) throw cause;
  }
  noteDamage(db, 'name_block', block.id);
  return undefined;
}

/** Which names may be in a block; `undefined` when that cannot be told, so any may. */
export function readFilter(db: DatabaseSync, { id }: NameBlock): Uint8Array | undefined {
  const row = prepared(db, 'SELECT filter_crc, filter FROM name_block WHERE id = ?').get(id);
  const filter = row?.['filter'];
  if (!(filter instanceof Uint8Array)) return undefined;
  if (filter.length > 0 && crc32(filter) === row?.['filter_crc']) return filter;
  noteDamage(db, 'name_block', id);
  return undefined;
}

/** Takes half a microsecond a name, so call it outside of transactions. */
export function toEncodedNames(names: readonly NumberedName[]): EncodedNames {
  const bytes = encodeNames(names);
  return {
    id0: names[0]?.id ?? 0,
    id1: names.at(-1)?.id ?? 0,
    n: names.length,
    crc: crc32(bytes),
    filter: filterOf(names.map(({ text }) => text)),
    bytes,
  };
}

/**
 * Put blocks in the place of others. Call inside a write transaction.
 *
 * @returns False when one of the others is gone, because another process has replaced it. Then nothing was done.
 */
export function replaceNameBlocks(db: DatabaseSync, ids: readonly number[], by: readonly EncodedNames[]): boolean {
  const isThere = prepared(db, 'SELECT 1 FROM name_block WHERE id = ?');
  if (!ids.every((id) => isThere.get(id) !== undefined)) return false;
  const remove = prepared(db, 'DELETE FROM name_block WHERE id = ?');
  for (const id of ids) remove.run(id);
  const insert = prepared(
    db,
    'INSERT INTO name_block (id0, id1, n, crc, filter_crc, filter, b) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { id0, id1, n, crc, filter, bytes } of by) insert.run(id0, id1, n, crc, crc32(filter), filter, bytes);
  markNameBlocksChanged(db);
  return true;
}

/** Tell all connections that what they know of the blocks is void. Call inside the write transaction that changed them. */
export function markNameBlocksChanged(db: DatabaseSync): void {
  writeMeta(db, STATE_KEY, randomBytes(6).toString('hex'));
}
