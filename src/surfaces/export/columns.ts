import type { FieldValue, StoredEvent } from '../../model/event.ts';
import type { AnyField } from '../../model/field.ts';
import type { ExportedMetric } from './format.ts';

/** What a column of a table holds. */
export type ColumnType = 'text' | 'whole' | 'decimal' | 'flag' | 'names' | 'moment';

export type Column = {
  readonly header: string;
  readonly type: ColumnType;
  /** True when every event has it. */
  readonly always: boolean;
  readonly valueOf: (event: StoredEvent) => FieldValue | undefined;
};

/** What stands before the fields in every table. `at` is the moment in microseconds; each format writes it its own way. */
const EVENT_COLUMNS: readonly Column[] = [
  { header: 'id', type: 'text', always: true, valueOf: (event) => event.id },
  { header: 'metric', type: 'text', always: true, valueOf: (event) => event.metric },
  { header: 'at', type: 'moment', always: true, valueOf: (event) => event.atMicros },
  { header: 'timestamp', type: 'decimal', always: true, valueOf: (event) => event.timestamp },
  { header: 'source', type: 'text', always: true, valueOf: (event) => event.source },
  { header: 'inferred', type: 'flag', always: true, valueOf: (event) => event.inferred },
  { header: 'cluster', type: 'text', always: false, valueOf: (event) => event.cluster },
  { header: 'node_id', type: 'text', always: false, valueOf: (event) => event.node_id ?? event.data['node_id'] },
];

function typeOf(field: AnyField): ColumnType {
  if (field.kind === 'flag' || field.kind === 'names') return field.kind;
  if (field.kind === 'count' || field.kind === 'delta') return 'whole';
  if (field.kind === 'measure') return field.scale === 1 ? 'whole' : 'decimal';
  return 'text';
}

/**
 * The columns of a table that holds events of these metrics: those of every event, then one for each field.
 *
 * Metrics share the column of a field that means the same kind of thing in them. Where it does not (`files_modified` is
 * a count in one metric and a list in another), the later one gets a column named after its metric as well.
 */
export function columnsOf(metrics: readonly ExportedMetric[]): readonly Column[] {
  const columns = new Map(EVENT_COLUMNS.map((column) => [column.header, column]));
  for (const metric of metrics) {
    for (const [field, declared] of Object.entries(metric.fields)) {
      const type = typeOf(declared);
      const taken = columns.get(field);
      if (taken === undefined) columns.set(field, fieldColumn(field, field, type, metrics));
      else if (taken.type !== type) {
        const header = `${metric.name.replaceAll('.', '_')}_${field}`;
        columns.set(header, fieldColumn(header, field, type, [metric]));
      }
    }
  }
  return [...columns.values()];
}

/** A column of a field, filled by those metrics in which the field has this type. */
function fieldColumn(header: string, field: string, type: ColumnType, metrics: readonly ExportedMetric[]): Column {
  const fillers = new Set(
    metrics
      .filter(({ fields }) => fields[field] !== undefined && typeOf(fields[field]) === type)
      .map(({ name }) => name),
  );
  return {
    header,
    type,
    always: false,
    valueOf: (event) => (fillers.has(event.metric) ? event.data[field] : undefined),
  };
}
