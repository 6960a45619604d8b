import { DatabaseSync } from 'node:sqlite';

/** A block as the file lists it. */
export type ListedBlock = { readonly id: number; readonly t0: number; readonly t1: number; readonly n: number };

/** The blocks of a metric, and how many of its rows are not in blocks: as another connection sees the file. */
export function storedRows(
  path: string,
  metric: string,
): { readonly blocks: readonly ListedBlock[]; readonly hot: number; readonly sealed: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const blocks = db
      .prepare('SELECT id, t0, t1, n FROM block WHERE metric = (SELECT id FROM metric WHERE name = ?) ORDER BY t0')
      .all(metric) as unknown as ListedBlock[];
    const hot = Number(db.prepare(`SELECT count(*) AS n FROM "m_${metric}"`).get()?.['n']);
    return { blocks, hot, sealed: blocks.reduce((sum, { n }) => sum + n, 0) };
  } finally {
    db.close();
  }
}

/** Those that begin before the one before them ends. */
export const overlapping = (blocks: readonly ListedBlock[]): readonly ListedBlock[] =>
  blocks.filter(({ t0 }, i) => t0 <= (blocks[i - 1]?.t1 ?? Number.NEGATIVE_INFINITY));
