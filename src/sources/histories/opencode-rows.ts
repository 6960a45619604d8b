import { constants, DatabaseSync } from 'node:sqlite';

/** Rows with what is counted and nothing else. */
export type OpenCodeRows = {
  /** Messages behind a row. */
  messages(afterRow: number): Iterable<unknown>;
  /** Calls of tools behind a row. */
  parts(afterRow: number): Iterable<unknown>;
  close(): void;
};

/** The only tables that statements on this connection can read; those of accounts and credentials are none of ours. */
const TABLES: ReadonlySet<string | null> = new Set(['message', 'part', 'session']);
const FUNCTIONS: ReadonlySet<string | null> = new Set(['json_extract', 'json_valid']);

const cwd = (table: string, otherwise: string): string =>
  `CASE WHEN json_extract(${table}.data, '$.path.cwd') IS NULL THEN ${otherwise}
     ELSE json_extract(${table}.data, '$.path.cwd') END AS cwd`;
const field = (path: string, name: string): string => `json_extract(m.data, '$.${path}') AS ${name}`;

/**
 * Opens OpenCode's database to read. Nothing is written, into it or beside it.
 *
 * @throws what SQLite says when it is damaged, or has other tables.
 */
export function openCodeDatabase(url: URL): OpenCodeRows {
  const database = new DatabaseSync(url, { readOnly: true, timeout: 2_000 });
  const parents = columnsOf(database, 'session').has('parent_id');
  const directories = columnsOf(database, 'session').has('directory');
  database.setAuthorizer((action, first, second) => {
    if (action === constants.SQLITE_SELECT) return constants.SQLITE_OK;
    if (action === constants.SQLITE_READ && TABLES.has(first)) return constants.SQLITE_OK;
    if (action === constants.SQLITE_FUNCTION && FUNCTIONS.has(second)) return constants.SQLITE_OK;
    return constants.SQLITE_DENY;
  });
  const parent = parents ? 's.parent_id' : 'NULL';
  const folder = directories ? 's.directory' : 'NULL';
  return {
    messages: (afterRow) =>
      database
        .prepare(
          `SELECT m.rowid AS rowid, m.id AS id, m.session_id AS session_id, ${parent} AS parent_id,
             ${cwd('m', folder)}, ${field('role', 'role')}, ${field('modelID', 'model')}, ${field('cost', 'cost')},
             ${field('tokens.input', 'input')}, ${field('tokens.output', 'output')},
             ${field('tokens.reasoning', 'reasoning')}, ${field('tokens.cache.read', 'cache_read')},
             ${field('tokens.cache.write', 'cache_write')}, ${field('time.created', 'created')},
             ${field('time.completed', 'completed')}
           FROM message m LEFT JOIN session s ON s.id = m.session_id
           WHERE m.rowid > ? AND json_valid(m.data) ORDER BY m.rowid`,
        )
        .iterate(afterRow),
    parts: (afterRow) =>
      database
        .prepare(
          `SELECT m.rowid AS rowid, p.session_id AS session_id, ${parent} AS parent_id,
             ${cwd('p', folder)}, ${field('tool', 'tool')}, ${field('callID', 'call_id')}, ${field('state.status', 'status')},
             ${field('state.time.start', 'start')}, ${field('state.time.end', 'end')}
           FROM part m LEFT JOIN message p ON p.id = m.message_id LEFT JOIN session s ON s.id = p.session_id
           WHERE m.rowid > ? AND json_valid(m.data) AND json_extract(m.data, '$.type') = 'tool' ORDER BY m.rowid`,
        )
        .iterate(afterRow),
    close: () => database.close(),
  };
}

function columnsOf(database: DatabaseSync, table: string): ReadonlySet<unknown> {
  return new Set(
    database
      .prepare(`SELECT name FROM pragma_table_info(?)`)
      .all(table)
      .map((row) => row['name']),
  );
}
