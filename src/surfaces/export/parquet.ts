import type { SchemaElement } from 'hyparquet-writer';

import type { FieldValue, StoredEvent } from '../../model/event.ts';
import { type Column, type ColumnType, columnsOf } from './columns.ts';
import type { ExportFormat } from './format.ts';

/** Rows of a group: what readers skip and read at once, and what lies in memory here. */
const GROUP_ROWS = 20_000;
/** A group is closed earlier when its texts get this long, since an event may hold 64 k characters of file names. */
const GROUP_TEXT_LENGTH = 16e6;

/** Typed columns in compressed groups, read by DuckDB, pandas, Spark and the like. */
export const parquet: ExportFormat = {
  name: 'parquet',
  endings: ['parquet'],
  doc: 'Typed columns, compressed: for DuckDB, pandas, Spark and the like.',
  binary: true,
  async *encode(metrics, batches) {
    // Loaded here: it costs more than the rest of the command, and few exports are Parquet.
    const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
    const columns = columnsOf(metrics);
    const bytes = new ByteWriter();
    const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: 'amicus-metrics' });
    /** What was written since the last call; the writer itself counts offsets on. */
    const take = (): Uint8Array => {
      const taken = bytes.getBytes().slice();
      bytes.index = 0;
      return taken;
    };
    let rows: StoredEvent[] = [];
    let textLength = 0;
    const writeGroup = async (): Promise<void> => {
      const columnData = columns.map((column) => ({ name: column.header, data: cellsOf(column, rows) }));
      await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
      rows = [];
      textLength = 0;
    };
    for await (const batch of batches) {
      for (const event of batch) {
        rows.push(event);
        textLength += textLengthOf(event);
        if (rows.length === GROUP_ROWS || textLength >= GROUP_TEXT_LENGTH) {
          await writeGroup();
          yield take();
        }
      }
    }
    if (rows.length > 0) await writeGroup();
    await writer.finish();
    yield take();
  },
};

const STORED_AS: Readonly<Record<Exclude<ColumnType, 'names'>, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT64' },
  decimal: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
  moment: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
};

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'events', num_children: columns.length }, ...columns.flatMap(schemaElements)];
}

function schemaElements({ header, type, always }: Column): SchemaElement[] {
  const repetition_type = always ? 'REQUIRED' : 'OPTIONAL';
  if (type !== 'names') return [{ name: header, repetition_type, ...STORED_AS[type] }];
  return [
    { name: header, repetition_type, converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...STORED_AS.text },
  ];
}

function cellsOf({ type, valueOf }: Column, rows: readonly StoredEvent[]): unknown[] {
  if (type !== 'whole' && type !== 'moment') return rows.map(valueOf);
  return rows.map((event) => {
    const value = valueOf(event);
    return typeof value === 'number' ? BigInt(value) : undefined;
  });
}

function textLengthOf({ id, data }: StoredEvent): number {
  let length = id.length;
  for (const field in data) length += lengthOf(data[field]);
  return length;
}

function lengthOf(value: FieldValue | undefined): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' ? value.reduce((sum, name) => sum + name.length, 0) : 0;
}
