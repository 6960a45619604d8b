import { setImmediate as turn } from 'node:timers/promises';

import type { MetricsCollector } from '../../metrics-collector.ts';
import type { IncomingEvent } from '../../model/event.ts';
import type { History } from '../../sources/histories/index.ts';
import { ReadMarks } from '../../sources/histories/read-marks.ts';
import { type HistoryCounts, type NewPart, Reading } from '../../sources/histories/reading.ts';
import { notStored, notStoredOfAll, settle } from './settle.ts';

/** Tries to make room before an event counts as dropped. */
const MAX_TRIES = 100;
/** Handed on together, in one turn of the event loop. With eight times as many a tenth of the time goes into garbage. */
const BATCH_EVENTS = 512;

/** A client's history and the folders in which it is looked for. */
export type HistoryPlaces = { readonly history: History; readonly places: readonly string[] };

export type HistoryImportOptions = {
  readonly histories: readonly HistoryPlaces[];
  /** Wall time, in milliseconds since 1970. */
  readonly nowMillis: () => number;
  /** The user's own prices, if any. */
  readonly pricesFile?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HistoryProgress) => void;
};

export type HistoryProgress = { readonly part: number; readonly bytes: number; readonly events: number };

/** What one client's history held that was new. */
export type HistoryReport = {
  readonly client: string;
  readonly places: readonly string[];
  readonly counts: HistoryCounts;
  readonly bytesRead: number;
  readonly lines: number;
  readonly tooLong: number;
};

export type ImportedHistories = {
  readonly histories: readonly HistoryReport[];
  /** Events that are in the store now and were not before. */
  readonly stored: number;
  /** Events that the store had, from an earlier import or another outlet, or that a resumed session repeats. */
  readonly duplicates: number;
  readonly tooOld: number;
};

/**
 * Reads what is new in the histories of clients into the store. How far each file was read is noted in the metrics
 * folder once everything is stored; when that note is lost, all is read again and known for a copy.
 */
export async function importHistories(
  collector: MetricsCollector,
  options: HistoryImportOptions,
): Promise<ImportedHistories> {
  const { histories, nowMillis, pricesFile, signal } = options;
  const before = await notStored(collector);
  const marks = new ReadMarks(collector.directory, 'import');
  const batch: IncomingEvent[] = [];
  const tell = (event: IncomingEvent): void => void batch.push(event);
  const prices = { directory: collector.directory, pricesFile };
  const looked = histories.map(({ history, places }) => {
    const reading = new Reading({ marks, nowMillis, tell, prices });
    return { history, places, reading, parts: places.flatMap((place) => history.look(place, reading)) };
  });
  const totalBytes = looked.reduce((sum, { parts }) => sum + bytesOf(parts), 0);
  let doneBytes = 0;
  let events = 0;
  for (const { reading, parts } of looked) {
    for (const part of parts.toSorted((a, b) => a.madeMillis - b.madeMillis)) {
      const startBytes = reading.scanner.bytesRead;
      const run = part.read();
      for (let step = run.next(); ; step = run.next()) {
        if (batch.length >= BATCH_EVENTS) events += await emitAll(collector, batch);
        const bytes = doneBytes + reading.scanner.bytesRead - startBytes;
        options.onProgress?.({ part: bytes / totalBytes, bytes, events });
        if (step.done === true || signal?.aborted === true) break;
      }
      run.return();
      doneBytes += part.sizeBytes;
      if (signal?.aborted === true) break;
    }
  }
  events += await emitAll(collector, batch);
  const after = await notStoredOfAll(collector);
  // Only now: what is noted as read must not be able to get lost.
  if (events > 0) await settle(collector);
  marks.save();
  const duplicates = after.duplicates - before.duplicates;
  const tooOld = after.tooOld - before.tooOld;
  return {
    histories: looked.map(({ history, places, reading }) => reportOf(history, places, reading)),
    stored: events - duplicates - tooOld,
    duplicates,
    tooOld,
  };
}

const bytesOf = (parts: readonly NewPart[]): number => parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function reportOf(history: History, places: readonly string[], { counts, scanner }: Reading): HistoryReport {
  const { bytesRead, lines, tooLong } = scanner;
  return { client: history.name, places, counts, bytesRead, lines, tooLong };
}

/**
 * Hands a batch on and empties it. The end of the turn is what writes it, so there is one after each.
 *
 * @returns How many events were taken; the others are counted by reason where all drops are.
 */
async function emitAll(collector: MetricsCollector, batch: IncomingEvent[]): Promise<number> {
  if (batch.length === 0) return 0;
  let taken = 0;
  for (const event of batch) {
    let isTaken = collector.emit(event);
    // Not taken while nothing can be written: the spool is full until its files are drained.
    for (let tries = 1; !isTaken && tries < MAX_TRIES && collector.health().unwritable !== undefined; tries++) {
      await settle(collector);
      isTaken = collector.emit(event);
    }
    if (isTaken) taken += 1;
  }
  batch.length = 0;
  await turn();
  return taken;
}
