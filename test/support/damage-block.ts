import { DatabaseSync } from 'node:sqlite';

/** Flip one bit in the middle of a sealed block of a store, the oldest or the one that has a place in order of time. */
export function damageBlock(path: string, place = 0): { readonly id: number; readonly rows: number } {
  const db = new DatabaseSync(path);
  try {
    const row = db.prepare('SELECT id, n, b FROM block ORDER BY t0 LIMIT 1 OFFSET ?').get(place);
    if (row === undefined) throw new Error(`there is no block ${place}`);
    const bytes = Buffer.from(row['b'] as Uint8Array);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    db.prepare('UPDATE block SET b = ? WHERE id = ?').run(bytes, Number(row['id']));
    return { id: Number(row['id']), rows: Number(row['n']) };
  } finally {
    db.close();
  }
}
