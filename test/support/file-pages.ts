import { DatabaseSync } from 'node:sqlite';

/** Pages of a database file, and those of them that are free; each has 4,096 bytes. */
export function filePages(path: string): { readonly all: number; readonly free: number; readonly freeBytes: number } {
  using db = new DatabaseSync(path, { readOnly: true });
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  const free = pragma('freelist_count');
  return { all: pragma('page_count'), free, freeBytes: free * pragma('page_size') };
}
