import { DatabaseSync } from 'node:sqlite';

/** Flip one bit in the middle of a rollup of a store, the oldest or the one that has a place in order of days. */
export function damageRollup(path: string, place = 0): { readonly day: number; readonly events: number } {
  const db = new DatabaseSync(path);
  try {
    const row = db.prepare('SELECT id, day, n, b FROM rollup ORDER BY day LIMIT 1 OFFSET ?').get(place);
    if (row === undefined) throw new Error(`there is no rollup ${place}`);
    const bytes = Buffer.from(row['b'] as Uint8Array);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    db.prepare('UPDATE rollup SET b = ? WHERE id = ?').run(bytes, Number(row['id']));
    return { day: Number(row['day']), events: Number(row['n']) };
  } finally {
    db.close();
  }
}
