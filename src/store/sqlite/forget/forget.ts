import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../model/clock.ts';
import { StoreError } from '../../../model/errors.ts';
import { spoolFolder } from '../../spool/spool-folder.ts';
import type { DrainReport, ForgetProgress, ForgetReport, ForgetRequest } from '../../store.ts';
import { retireSegments } from '../drain/retire-segments.ts';
import { removeDrainedSegments } from '../drain/segment-book.ts';
import { type InTurn, NotItsTurn, patiently, PATIENCE_MILLIS } from '../file/in-turn.ts';
import { fromStored, inTransaction, readMeta, toStored } from '../file/schema.ts';
import { overwritingAll } from '../file/secure-delete.ts';
import { damagedNameBlocks, emptyDamagedNames, mendNotedNames } from '../names/damaged-names.ts';
import { readEventTables } from '../rows/event-tables.ts';
import { verifyRollups } from '../upkeep/damaged-rollups.ts';
import { sweepNames } from '../upkeep/dictionary-sweep.ts';
import { dirtyDays, rollUpDay } from '../upkeep/rollup-build.ts';
import { eraseFreed } from './erase.ts';
import { markIdentities } from './forget-identities.ts';
import { type FoundInTable, hasRows, lookFor, toForgotten, toKept } from './forget-look.ts';
import { mayHold } from './forget-match.ts';
import { forgetInRollups, lookInRollups } from './forget-rollups.ts';
import { forgetHotRows, forgetSealedRows } from './forget-rows.ts';
import { otherHolders, spoolHolders } from './other-holders.ts';

/** While its process runs, a node is told of again and again: the last of it is left to the next time. */
const MAX_ROUNDS = 5;
/** How much of the time each step takes, roughly. */
const PART = { looked: 0.4, removed: 0.8, swept: 0.9 } as const;

/** What would be forgotten. Changes nothing. */
export async function lookForForgettable(
  { db, path }: { readonly db: DatabaseSync; readonly path: string },
  request: ForgetRequest,
  onProgress: (part: number) => void,
): Promise<ForgetReport> {
  const found = await lookFor(db, request, undefined, pause, onProgress);
  return reportOf(db, path, request, {
    rounds: [found],
    kept: found,
    damagedBlocks: damagedIn(db, request),
    state: 'looked',
  });
}

/**
 * Forget: rows, then rollups, then names, then bytes. Each step begins with what it finds in the file, so whoever is
 * killed amid one leaves a sound store, and the next time goes on from there.
 *
 * @param drain What still waits in the spool would come in afterwards.
 * @throws StoreError `STORE_BUSY` when others write all the time: it says what is removed by then.
 */
export async function forgetEvents(
  { db, path }: { readonly db: DatabaseSync; readonly path: string },
  request: ForgetRequest,
  clock: Clock,
  drain: () => Promise<DrainReport>,
  onProgress: ForgetProgress,
): Promise<ForgetReport> {
  const forgottenBefore = forgottenIn(db);
  let reached = 0;
  const reach = (part: number): void => onProgress((reached = part), false);
  const inTurn = patiently(
    db,
    clock,
    () => onProgress(reached, true),
    () => gaveUp(path, forgottenIn(db) - forgottenBefore),
  );
  await inTurn(async () => {
    const { busy } = await drain();
    if (busy) throw new NotItsTurn();
  });
  const nowMicros = clock.nowMicros();
  return overwritingAll(db, async () => {
    const rounds: (readonly FoundInTable[])[] = [];
    let kept: readonly FoundInTable[] = [];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const lookedAt = (of: number): void => (round === 0 ? reach(of * PART.looked) : undefined);
      // Writes only where it meets damage.
      kept = await inTurn(() => lookFor(db, request, nowMicros, pause, lookedAt));
      const found = kept.filter(hasRows);
      rounds.push(round === 0 ? kept : found);
      if (found.length === 0) break;
      await removeRows(db, found, inTurn, (of) => reach(PART.looked + of * (PART.removed - PART.looked)));
    }
    reach(PART.removed);
    await rollUpChanged(db, nowMicros, inTurn);
    for (const { match } of rounds[0] ?? []) {
      await forgetInRollups(db, match, lookInRollups(db, match).days, nowMicros, pause, inTurn);
    }
    await sweepNames(db, 0, true, pause, inTurn);
    await inTurn(() => mendNotedNames(db, nowMicros));
    const damagedBlocks = damagedIn(db, request);
    await inTurn(() => emptyDamaged(db, request));
    await inTurn(() => emptyDamagedNames(db));
    reach(PART.swept);
    const isErased = await eraseFreed(db, inTurn);
    await inTurn(() => retireSegments(db, path, spoolHolders(db, path, request.listed)));
    await inTurn(() => removeDrainedSegments(db, spoolFolder(dirname(path))));
    reach(1);
    return reportOf(db, path, request, { rounds, kept, damagedBlocks, state: isErased ? 'erased' : 'removed' });
  });
}

const pause = async (): Promise<void> => {
  await nextTurn();
};

/** Events that were forgotten, as the books have it. */
const forgottenIn = (db: DatabaseSync): number =>
  Number(db.prepare("SELECT total(dropped ->> '$.forgotten') AS n FROM producer").get()?.['n']);

const gaveUp = (path: string, events: number): StoreError =>
  new StoreError(
    'STORE_BUSY',
    `Others have been writing for ${PATIENCE_MILLIS / 60_000} minutes, and left no gap to forget in: ${path}`,
    {
      hint: `Events removed so far: ${events}; names and bytes go last. Run the same again: it goes on from there.`,
    },
  );

async function removeRows(
  db: DatabaseSync,
  found: readonly FoundInTable[],
  inTurn: InTurn,
  onProgress: (part: number) => void,
): Promise<void> {
  // Before the rows go: whoever is killed in between then finds rows, and marks them again.
  await markIdentities(
    db,
    found.flatMap(({ notedAt }) => notedAt),
    pause,
    inTurn,
  );
  const blocks = found.reduce((sum, table) => sum + table.blocks.length, 0);
  let done = 0;
  for (const table of found) {
    await forgetHotRows(db, table, pause, inTurn);
    await forgetSealedRows(db, table, pause, inTurn, () => onProgress((done += 1) / blocks));
  }
}

/** Roll up all hours that changed, that are running too: a rollup of before would keep the names. */
async function rollUpChanged(db: DatabaseSync, nowMicros: number, inTurn: InTurn): Promise<void> {
  // One that cannot be read keeps names that nobody sees.
  await inTurn(() => verifyRollups(db, nowMicros, pause));
  for (const day of dirtyDays(db, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
    await inTurn(() => rollUpDay(db, day, nowMicros, pause, 'insisting'));
  }
}

/** Tables of which blocks that lie aside as damaged may hold what is forgotten: nobody can tell. */
const tablesConcerned = (db: DatabaseSync, request: ForgetRequest): string =>
  JSON.stringify(
    [...readEventTables(db).values()].filter((table) => mayHold(request, table)).map(({ metricId }) => metricId),
  );

const DAMAGED = 'metric IN (SELECT value FROM json_each(?)) AND length(b) > 0';

const damagedIn = (db: DatabaseSync, request: ForgetRequest): number =>
  damagedNameBlocks(db) +
  Number(
    db.prepare(`SELECT count(*) AS n FROM damaged_block WHERE ${DAMAGED}`).get(tablesConcerned(db, request))?.['n'],
  );

/** That they were there must stay known: their hours are never to be counted from what is left. */
function emptyDamaged(db: DatabaseSync, request: ForgetRequest): void {
  inTransaction(db, () => {
    for (const table of ['damaged_block', 'damaged_rollup']) {
      db.prepare(`UPDATE ${table} SET b = zeroblob(0) WHERE ${DAMAGED}`).run(tablesConcerned(db, request));
    }
  });
}

function reportOf(
  db: DatabaseSync,
  path: string,
  request: ForgetRequest,
  done: {
    readonly rounds: readonly (readonly FoundInTable[])[];
    readonly kept: readonly FoundInTable[];
    readonly damagedBlocks: number;
    readonly state: ForgetReport['state'];
  },
): ForgetReport {
  const texts = [...new Set(request.listed)];
  return {
    metrics: summed(done.rounds.map(toForgotten)),
    kept: toKept(done.kept),
    rawFromMicros: fromStored(Number(readMeta(db, 'raw_from') ?? toStored(0))),
    damagedBlocks: done.damagedBlocks,
    spoolFiles: spoolHolders(db, path, texts),
    otherFiles: otherHolders(path, texts),
    state: done.state,
  };
}

/** What went in several rounds, as one. */
function summed(rounds: readonly ForgetReport['metrics'][]): ForgetReport['metrics'] {
  return [...Map.groupBy(rounds.flat(), ({ metric }) => metric)].map(([metric, parts]) => ({
    metric,
    events: parts.reduce((sum, { events }) => sum + events, 0),
    mentions: parts.reduce((sum, { mentions }) => sum + mentions, 0),
    // They go at the end, and until then are found by each look.
    summed: Math.max(...parts.map(({ summed: rolled }) => rolled)),
    firstMicros: Math.min(...parts.map(({ firstMicros }) => firstMicros)),
    lastMicros: Math.max(...parts.map(({ lastMicros }) => lastMicros)),
  }));
}
