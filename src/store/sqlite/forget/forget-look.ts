import type { DatabaseSync } from 'node:sqlite';
import type { Chunk } from '../../columns/chunk.ts';
import type { ForgetRequest, ForgottenOfMetric, KeptName } from '../../store.ts';
import { readBlocks } from '../blocks/block-book.ts';
import { hotChunks } from '../blocks/hot-chunks.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { fromStored } from '../file/schema.ts';
import { Dictionary } from '../names/dictionary.ts';
import { readEventTables } from '../rows/event-tables.ts';
import { quarantineBlock } from '../upkeep/damaged-blocks.ts';
import { columnsRead, fateOfRows, keptNames, matchOf, ROW, type TableMatch, wantedNames } from './forget-match.ts';
import { type FoundInRollups, lookInRollups } from './forget-rollups.ts';

/** What was found in one table. */
export type FoundInTable = {
  readonly match: TableMatch;
  events: number;
  mentions: number;
  first: number;
  last: number;
  /** Rows of the typed table. */
  readonly hotGoing: number[];
  readonly hotChanging: number[];
  /** Blocks that have such rows. */
  readonly blocks: number[];
  /** Times under which what such rows were derived from may be noted. */
  readonly notedAt: number[];
  readonly kept: Map<string, number>;
  /** Of hours whose rows are gone. */
  rollups: FoundInRollups;
};

/**
 * Find the rows that a request is about. Reads all rows, so others get their turn in between; what comes meanwhile is
 * found by the next look.
 *
 * @param nowMicros A block that cannot be read was found damaged now, and is set aside; `undefined` where nothing may be
 *   written.
 */
export async function lookFor(
  db: DatabaseSync,
  request: ForgetRequest,
  nowMicros: number | undefined,
  pause: () => Promise<void>,
  onProgress: (part: number) => void,
): Promise<FoundInTable[]> {
  const names = wantedNames(request, new Dictionary(db));
  const tables = [...readEventTables(db).values()];
  const found: FoundInTable[] = [];
  for (const [at, table] of tables.entries()) {
    const match = matchOf(names, table);
    if (match === undefined) continue;
    const inTable = emptyFind(match);
    const blocks = [...readBlocks(db, table, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)];
    for (const [done, block] of blocks.entries()) {
      const chunk = block.chunk();
      if (chunk === undefined && nowMicros !== undefined) quarantineBlock(db, table, block.id, nowMicros);
      if (chunk !== undefined && enter(inTable, chunk) !== undefined) inTable.blocks.push(block.id);
      onProgress((at + done / blocks.length) / tables.length);
      await pause();
    }
    inReadTransaction(db, () => {
      const all = hotChunks(db, table, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, columnsRead(match));
      for (const chunk of all) enterHot(inTable, chunk);
    });
    onProgress((at + 1) / tables.length);
    await pause();
    inTable.rollups = lookInRollups(db, match);
    inTable.first = Math.min(inTable.first, inTable.rollups.first);
    inTable.last = Math.max(inTable.last, inTable.rollups.last);
    if (hasRows(inTable) || inTable.rollups.days.length + inTable.kept.size > 0) found.push(inTable);
  }
  return found;
}

/** Whether there are rows to remove or change. */
export const hasRows = ({ events, mentions }: FoundInTable): boolean => events + mentions > 0;

const emptyFind = (match: TableMatch): FoundInTable => ({
  match,
  events: 0,
  mentions: 0,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  hotGoing: [],
  hotChanging: [],
  blocks: [],
  notedAt: [],
  kept: new Map(),
  rollups: { days: [], events: 0, first: 0, last: 0 },
});

/** Enter the rows of a chunk. @returns What becomes of each; `undefined` when nothing does. */
function enter(found: FoundInTable, chunk: Chunk): Uint8Array | undefined {
  const fates = fateOfRows(chunk, found.match);
  for (const [column, rows] of keptNames(chunk, found.match, fates)) {
    found.kept.set(column, (found.kept.get(column) ?? 0) + rows);
  }
  if (fates === undefined) return undefined;
  const times = chunk.times();
  let run = 0;
  for (let row = 0; row < times.length; row++) {
    const t = times[row] as number;
    if (row > 0 && t !== (times[row - 1] as number) + 1) run = row;
    if (fates[row] === ROW.stays) continue;
    if (fates[row] === ROW.goes) found.events += 1;
    else found.mentions += 1;
    // An event that met others at its time lies behind them, and is noted under the time it came with.
    for (let at = run; at <= row; at++) found.notedAt.push(times[at] as number);
    run = row + 1;
    found.first = Math.min(found.first, t);
    found.last = Math.max(found.last, t);
  }
  return fates;
}

function enterHot(found: FoundInTable, chunk: Chunk): void {
  const fates = enter(found, chunk);
  if (fates === undefined) return;
  const times = chunk.times();
  for (let row = 0; row < times.length; row++) {
    if (fates[row] === ROW.goes) found.hotGoing.push(times[row] as number);
    if (fates[row] === ROW.changes) found.hotChanging.push(times[row] as number);
  }
}

/** What was found, as a report tells it. */
export function toForgotten(found: readonly FoundInTable[]): ForgottenOfMetric[] {
  return found
    .filter((one) => hasRows(one) || one.rollups.days.length > 0)
    .map(({ match, events, mentions, first, last, rollups }) => ({
      metric: match.table.metric,
      events,
      mentions,
      summed: rollups.events,
      firstMicros: fromStored(first),
      lastMicros: fromStored(last),
    }))
    .toSorted((a, b) => (a.metric < b.metric ? -1 : 1));
}

export const toKept = (found: readonly FoundInTable[]): KeptName[] =>
  found.flatMap(({ match, kept }) =>
    [...kept].map(([field, events]) => ({ metric: match.table.metric, field, events })),
  );
