import type { DatabaseSync } from 'node:sqlite';
import {
  type AnyField,
  type FieldKind,
  type Unit,
  count,
  delta,
  flag,
  id,
  measure,
  name,
  names,
} from '../../../model/field.ts';
import type { Column } from '../../columns/column.ts';
import type { StoredMetric } from '../../store.ts';
import { prepared } from '../file/prepared.ts';

/** The table of one metric: `t INTEGER PRIMARY KEY` (stored time, unique by a step of 1 µs), `o` (origin), then its columns. */
export type EventTable = {
  readonly metricId: number;
  readonly metric: string;
  /** Quoted, ready for SQL. */
  readonly table: string;
  readonly columns: readonly Column[];
  /** Fields that producers declared. One that no event ever had has no column: an empty cell costs a byte in each row. */
  readonly declared: readonly DeclaredField[];
};

/** An identifier for SQL text. */
export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** The name of a metric's table. Its dots stay, so that `a.b_c` and `a_b.c` are two. */
export const tableName = (metric: string): string => `m_${metric}`;

/** A field as a spool file declares it. */
export type DeclaredField = readonly [name: string, kind: FieldKind, unit: Unit | null];

/** A field as it is known from a stored declaration: without its doc sentence and words. */
export function fieldOf(kind: FieldKind, unit: Unit | undefined): AnyField {
  switch (kind) {
    case 'id':
      return id('');
    case 'name':
      return name('');
    case 'one_of':
      return { ...name(''), kind: 'one_of' };
    case 'flag':
      return flag('');
    case 'count':
      return count('');
    case 'delta':
      return delta('');
    case 'names':
      return names('');
    case 'measure':
      return measure(unit ?? 'ms', '');
  }
}

/**
 * A column in DDL. The binding hands every JavaScript number over as a float, which takes eight bytes; the type makes
 * SQLite keep it as an integer of as few bytes as it needs: 25 bytes for an event instead of 57.
 */
const columnSql = ([fieldName, kind]: DeclaredField): string =>
  `${quoted(fieldName)} ${kind === 'names' ? 'TEXT' : 'INTEGER'}`;

/** A declared field as a column. */
export const toColumn = ([fieldName, kind, unit]: DeclaredField): Column => ({
  name: fieldName,
  kind,
  unit: unit ?? undefined,
  scale: fieldOf(kind, unit ?? undefined).scale,
});

/** A stored list of fields, as declared, as columns and as fields of a metric. */
type Declaration = {
  readonly declared: readonly DeclaredField[];
  readonly columns: readonly Column[];
  readonly fields: StoredMetric['fields'];
};

/** Declarations by their stored text: they are read with every question and hardly ever change. */
const known = new Map<string, Declaration>();
const MAX_KNOWN = 1_000;

function declarationOf(text: string): Declaration {
  const parsed = known.get(text);
  if (parsed !== undefined) return parsed;
  if (known.size >= MAX_KNOWN) known.clear();
  const declared = JSON.parse(text) as DeclaredField[];
  const fields = Object.fromEntries(declared.map(([field, kind, unit]) => [field, fieldOf(kind, unit ?? undefined)]));
  const declaration = { declared, columns: declared.map(toColumn), fields };
  known.set(text, declaration);
  return declaration;
}

/** The event tables of a file, by metric. */
export function readEventTables(db: DatabaseSync): Map<string, EventTable> {
  const rows = prepared(db, 'SELECT id, name, fields, declared FROM metric ORDER BY id').all();
  return new Map(
    rows.map((row) => {
      const metric = String(row['name']);
      const { columns } = declarationOf(String(row['fields']));
      const { declared } = declarationOf(String(row['declared']));
      return [metric, { metricId: Number(row['id']), metric, table: quoted(tableName(metric)), columns, declared }];
    }),
  );
}

/** The same tables by the number of their metric. */
export const byMetricId = (tables: Iterable<EventTable>): Map<number, EventTable> =>
  new Map(Array.from(tables, (table) => [table.metricId, table]));

/** The same table with all its columns: some may have been added since it was read. */
export const withAllColumns = (db: DatabaseSync, table: EventTable): EventTable =>
  readEventTables(db).get(table.metric) ?? table;

/** The metrics of a file, in the order in which it met them. */
export function readStoredMetrics(db: DatabaseSync): readonly StoredMetric[] {
  const rows = prepared(db, 'SELECT name, declared FROM metric ORDER BY id').all();
  return rows.map((row) => ({ name: String(row['name']), fields: declarationOf(String(row['declared'])).fields }));
}

const lacking = (declared: readonly DeclaredField[], present: readonly string[]): DeclaredField[] =>
  declared.filter(([field]) => !present.includes(field));

/**
 * The table for events of a metric: made when it is new, widened when they have fields that it has no column for.
 * Never narrowed.
 *
 * Call inside a write transaction.
 *
 * @param fields Fields that some of the events have.
 * @param declared All that their producer declared; an older producer's are a subset.
 */
export function ensureEventTable(
  db: DatabaseSync,
  tables: Map<string, EventTable>,
  metric: string,
  fields: readonly DeclaredField[],
  declared: readonly DeclaredField[] = fields,
): EventTable {
  const existing = tables.get(metric);
  const missing = lacking(fields, existing?.columns.map((column) => column.name) ?? []);
  const undeclared = lacking(declared, existing?.declared.map(([field]) => field) ?? []);
  if (existing !== undefined && missing.length + undeclared.length === 0) return existing;

  const table = existing?.table ?? quoted(tableName(metric));
  if (existing === undefined) {
    const columns = missing.map((field) => `, ${columnSql(field)}`).join('');
    db.exec(`CREATE TABLE IF NOT EXISTS ${table} (t INTEGER PRIMARY KEY, o INTEGER NOT NULL${columns})`);
  } else {
    for (const field of missing) db.exec(`ALTER TABLE ${table} ADD COLUMN ${columnSql(field)}`);
  }
  const columns = [...(existing?.columns ?? []), ...missing.map(toColumn)];
  const allDeclared = [...(existing?.declared ?? []), ...undeclared];
  const saved = db
    .prepare(
      `INSERT INTO metric (name, fields, declared) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET fields = excluded.fields, declared = excluded.declared RETURNING id`,
    )
    .get(
      metric,
      JSON.stringify(columns.map((column) => [column.name, column.kind, column.unit ?? null])),
      JSON.stringify(allDeclared),
    );
  const made = { metricId: Number(saved?.['id']), metric, table, columns, declared: allDeclared };
  tables.set(metric, made);
  return made;
}
