import type { Catalogue } from '../metrics/index.ts';
import type { EventData, FieldValue } from '../model/event.ts';
import type { AnyField } from '../model/field.ts';
import { countOf, idOf, isObject, microsOf, nameOf, numberOf, wordOf } from './amicus-state/read-value.ts';

/** A row of Amicus's `events` table, as SQLite gives it. */
export type NativeRow = {
  readonly id: number | bigint;
  readonly timestamp: unknown;
  readonly metric: unknown;
  readonly node_id: unknown;
  readonly data: unknown;
};

export type NativeFact = { readonly metric: string; readonly atMicros: number; readonly data: EventData };

/** What a row tells, by the fields that its metric declares; or why it tells nothing. Fields not declared stay behind. */
export function nativeEvent(
  row: NativeRow,
  catalogue: Catalogue,
  nowMicros: number,
): NativeFact | 'native_unknown_metric' | 'native_bad_row' {
  const metric = typeof row.metric === 'string' ? catalogue.get(row.metric) : undefined;
  if (metric === undefined) return 'native_unknown_metric';
  const atMicros = microsOf(row.timestamp, nowMicros);
  const written = parsed(row.data);
  if (atMicros === undefined || written === undefined) return 'native_bad_row';
  const data: Record<string, FieldValue> = {};
  for (const [fieldName, field] of Object.entries(metric.fields)) {
    const value = valueOf(Object.hasOwn(written, fieldName) ? written[fieldName] : undefined, field);
    if (value !== undefined) data[fieldName] = value;
  }
  const nodeId = nameOf(row.node_id);
  if (nodeId !== undefined) data['node_id'] = nodeId;
  return { metric: metric.name, atMicros, data };
}

function parsed(data: unknown): Readonly<Record<string, unknown>> | undefined {
  if (data === null || data === '') return {};
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function valueOf(value: unknown, field: AnyField): FieldValue | undefined {
  if (value === undefined || value === null) return undefined;
  switch (field.kind) {
    case 'id':
      return idOf(value);
    case 'name':
      return nameOf(value);
    case 'one_of': {
      const word = wordOf(value);
      // A word outside the list may be a sentence; only that there was one may pass.
      return (
        field.words.find((known) => known === word) ?? field.words.find((known) => /^(?:other|unknown)$/.test(known))
      );
    }
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'count':
      return countOf(value);
    case 'delta':
    case 'measure':
      return numberOf(value);
    case 'names':
      return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : undefined;
  }
}
