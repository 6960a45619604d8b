import type { DatabaseSync } from 'node:sqlite';
import { isNumeric } from '../../../model/field.ts';
import { cellAt } from '../../columns/cell-at.ts';
import type { Chunk, CodedCells } from '../../columns/chunk.ts';
import type { BlockColumns } from '../../columns/column-codec.ts';
import {
  type EncodedBlock,
  insertBlock,
  readBlock,
  removeBlock,
  type SealedBlock,
  toEncodedBlock,
} from '../blocks/block-book.ts';
import type { InTurn } from '../file/in-turn.ts';
import { inTransaction, storedHourOf } from '../file/schema.ts';
import { byMetricId, type EventTable, quoted, withAllColumns } from '../rows/event-tables.ts';
import { countDropped } from '../rows/remove-rows.ts';
import type { FoundInTable } from './forget-look.ts';
import { edited, fateOfRows, ROW, type TableMatch, type WantedIn } from './forget-match.ts';

/** Rows of a typed table that one transaction takes: some 5 ms. */
const ROWS_PER_STEP = 500;

/** Remove the rows of typed tables that were found, and the names from those that stay. */
export async function forgetHotRows(
  db: DatabaseSync,
  { match, hotGoing, hotChanging }: FoundInTable,
  pause: () => Promise<void>,
  inTurn: InTurn,
): Promise<void> {
  for (let at = 0; at < hotGoing.length; at += ROWS_PER_STEP) {
    const times = hotGoing.slice(at, at + ROWS_PER_STEP);
    await inTurn(() => inTransaction(db, () => removeRows(db, match.table, times)));
    await pause();
  }
  for (let at = 0; at < hotChanging.length; at += ROWS_PER_STEP) {
    const times = hotChanging.slice(at, at + ROWS_PER_STEP);
    await inTurn(() => inTransaction(db, () => changeRows(db, match, times)));
    await pause();
  }
}

function removeRows(db: DatabaseSync, table: EventTable, times: readonly number[]): void {
  const those = 'WHERE t IN (SELECT value FROM json_each(?))';
  const list = JSON.stringify(times);
  const count = db.prepare(`SELECT o, count(*) AS n FROM ${table.table} ${those} GROUP BY o`);
  count.setReturnArrays(true);
  countDropped(db, count.all(list) as unknown as [number, number][], 'forgotten');
  db.prepare(`DELETE FROM ${table.table} ${those}`).run(list);
  markHours(db, table, times);
}

function changeRows(db: DatabaseSync, { table, mentions }: TableMatch, times: readonly number[]): void {
  for (const wanted of mentions) {
    const cell = quoted(wanted.column.name);
    const rows = db
      .prepare(`SELECT t, ${cell} AS cell FROM ${table.table} WHERE t IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(times));
    const change = db.prepare(`UPDATE ${table.table} SET ${cell} = ? WHERE t = ?`);
    for (const { t, cell: before } of rows) {
      const after = edited(wanted, before as number | string | null);
      if (after !== before) change.run(after, Number(t));
    }
  }
  markHours(db, table, times);
}

/** These hours are to be rolled up anew. Call inside the transaction that changes their rows. */
function markHours(db: DatabaseSync, { metricId }: EventTable, times: Iterable<number>): void {
  const mark = db.prepare('INSERT OR IGNORE INTO dirty (metric, hour) VALUES (?, ?)');
  for (const hour of new Set(Array.from(times, (t) => storedHourOf(t)))) mark.run(metricId, hour);
}

/** Write the blocks that were found anew, without such rows and names; each in a transaction of its own. */
export async function forgetSealedRows(
  db: DatabaseSync,
  { match, blocks }: FoundInTable,
  pause: () => Promise<void>,
  inTurn: InTurn,
  onBlock: () => void,
): Promise<void> {
  for (const id of blocks) {
    const table = withAllColumns(db, match.table);
    const block = readBlock(db, byMetricId([table]), id);
    const chunk = block?.chunk();
    // Replaced by others since it was found: the next look finds those.
    if (block === undefined || chunk === undefined) continue;
    const fates = fateOfRows(chunk, match);
    if (fates === undefined) continue;
    const rest = restOf(chunk, { ...match, table }, fates);
    await pause();
    await inTurn(() => inTransaction(db, () => replace(db, table, block, chunk, fates, rest)));
    onBlock();
    await pause();
  }
}

/** The block without what is forgotten, encoded; `undefined` when nothing is left of it. */
function restOf(chunk: Chunk, match: TableMatch, fates: Uint8Array): EncodedBlock | undefined {
  const rows: number[] = [];
  for (let row = 0; row < fates.length; row++) if (fates[row] !== ROW.goes) rows.push(row);
  return rows.length === 0 ? undefined : toEncodedBlock(columnsOf(chunk, match, rows));
}

function columnsOf(chunk: Chunk, { table, mentions }: TableMatch, rows: readonly number[]): BlockColumns {
  const numbers = (cells: Float64Array): Float64Array => Float64Array.from(rows, (row) => cells[row] ?? Number.NaN);
  const coded = ({ codes, keys }: CodedCells, wanted?: WantedIn): CodedCells => ({
    codes: Uint16Array.from(rows, (row) => codes[row] ?? 0),
    keys: wanted === undefined ? keys : keys.map((key) => edited(wanted, key)),
  });
  return {
    times: numbers(chunk.times()),
    origins: coded(chunk.origins()),
    columns: table.columns.map((column) =>
      isNumeric(column)
        ? { numbers: numbers(chunk.numbers(column.name)) }
        : coded(
            chunk.coded(column.name),
            mentions.find((wanted) => wanted.column.name === column.name),
          ),
    ),
  };
}

/** Call inside a write transaction. Blocks never change, so one that is still there is the one that was read. */
function replace(
  db: DatabaseSync,
  table: EventTable,
  block: SealedBlock,
  chunk: Chunk,
  fates: Uint8Array,
  rest: EncodedBlock | undefined,
): void {
  if (!removeBlock(db, block.id)) return;
  if (rest !== undefined) insertBlock(db, table, rest);
  const gone = new Map<number, number>();
  const times: number[] = [];
  for (let row = 0; row < fates.length; row++) {
    if (fates[row] === ROW.stays) continue;
    times.push(chunk.times()[row] as number);
    if (fates[row] !== ROW.goes) continue;
    const origin = Number(cellAt(chunk.origins(), row));
    gone.set(origin, (gone.get(origin) ?? 0) + 1);
  }
  countDropped(db, gone, 'forgotten');
  markHours(db, table, times);
}
