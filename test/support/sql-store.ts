import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { METRICS } from '../../src/metrics/index.ts';
import { type DeclaredField, ensureEventTable } from '../../src/store/sqlite/rows/event-tables.ts';
import { migrate } from '../../src/store/sqlite/open/migrate.ts';
import { inTransaction } from '../../src/store/sqlite/file/schema.ts';

/** A store file with the tables of every built-in metric, and three ended tasks in it. */
export function sqlStore(folder: string): string {
  const path = join(folder, 'metrics.db');
  const db = new DatabaseSync(path);
  migrate(db, Date.UTC(2026, 10, 24) * 1_000);
  inTransaction(db, () => {
    const tables = new Map();
    for (const { name, fields } of METRICS) {
      const declared = Object.entries(fields).map(([field, { kind, unit }]): DeclaredField => [
        field,
        kind,
        unit ?? null,
      ]);
      ensureEventTable(db, tables, name, declared);
    }
    db.exec(`
      INSERT INTO origin VALUES (1, 1, 'library', 0, ''), (2, 1, 'amicus-state', 1, 'blue');
      INSERT INTO dict VALUES (1, 'node-1'), (2, 'task-1'), (3, 'task-2'), (4, 'task-3'), (5, 'success'), (6, 'failure');
      INSERT INTO "m_task.completed" (t, o, node_id, task_id, duration_seconds, outcome, files_modified) VALUES
        (1000000, 1, 1, 2, 1500000, 5, 3), (2000000, 1, 1, 3, 2500000, 6, NULL), (3000000, 2, NULL, 4, NULL, 5, 0);`);
  });
  db.close();
  return path;
}
