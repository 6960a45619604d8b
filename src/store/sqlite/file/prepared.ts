import type { DatabaseSync, StatementSync } from 'node:sqlite';

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();
/** Texts differ by table and column names only; more than this come from stores with very many metrics. */
const MAX_KEPT = 500;

/**
 * A statement of a connection, prepared when its text is first asked for: preparing takes SQLite ten times as long as
 * answering most of what every question asks. For `get`, `all` and `run`, which are over when they return; who iterates,
 * or changes how a statement gives its rows, prepares one of their own.
 */
export function prepared(db: DatabaseSync, sql: string): StatementSync {
  let kept = statements.get(db);
  if (kept === undefined) statements.set(db, (kept = new Map()));
  let statement = kept.get(sql);
  if (statement === undefined) {
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(sql, (statement = db.prepare(sql)));
  }
  return statement;
}
