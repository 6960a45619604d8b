import type { DatabaseSync } from 'node:sqlite';
import { prepared } from './prepared.ts';

type Kept = { readonly state: string; readonly values: Map<string, unknown> };

const keptBy = new WeakMap<DatabaseSync, Kept>();

/**
 * What was read from a file, until this connection or another has written to it. Not inside a write transaction: what is
 * rolled back would be kept.
 */
export function keptWhileUnchanged<Value>(db: DatabaseSync, name: string, read: (db: DatabaseSync) => Value): Value {
  const state = stateOf(db);
  let kept = keptBy.get(db);
  if (kept?.state !== state) keptBy.set(db, (kept = { state, values: new Map() }));
  if (!kept.values.has(name)) kept.values.set(name, read(db));
  return kept.values.get(name) as Value;
}

/** Another as soon as anything was written: `data_version` tells of other connections, `total_changes` of this one. */
function stateOf(db: DatabaseSync): string {
  const row = prepared(db, 'SELECT data_version AS others, total_changes() AS own FROM pragma_data_version').get();
  return `${Number(row?.['others'])} ${Number(row?.['own'])}`;
}
