import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { NameList } from '../../src/store/columns/name-list.ts';

/** A name of a file, by number. */
type Name = readonly [id: number, text: string];

/** All names of a store, in `dict` and in blocks: as another connection sees the file. */
export function storedNames(path: string): { readonly hot: readonly Name[]; readonly sealed: readonly Name[] } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec('BEGIN');
    const hot = db
      .prepare('SELECT id, s FROM dict ORDER BY id')
      .all()
      .map(({ id, s }): Name => [Number(id), String(s)]);
    const sealed = db
      .prepare('SELECT n, id0, id1, crc, b FROM name_block ORDER BY id0')
      .all()
      .flatMap(({ n, id0, id1, crc, b }) => {
        if (crc32(b as Uint8Array) !== crc) throw new Error('a block of names is damaged');
        return new NameList(b as Uint8Array, { n: Number(n), id0: Number(id0), id1: Number(id1) })
          .names()
          .map(({ id, text }): Name => [id, text]);
      });
    return { hot, sealed };
  } finally {
    db.close();
  }
}

/** The same, which must be one number for each name and one name for each number, by text. */
export function namesByText(path: string): Map<string, number> {
  const { hot, sealed } = storedNames(path);
  const all = [...sealed, ...hot];
  const byText = new Map(all.map(([id, text]) => [text, id]));
  const ascend = all.every(([id], index) => id > (all[index - 1]?.[0] ?? 0));
  if (byText.size < all.length || !ascend) throw new Error('a name has two numbers, or a number two names');
  return byText;
}
