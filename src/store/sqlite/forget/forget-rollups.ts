import type { DatabaseSync } from 'node:sqlite';
import { cellAt } from '../../columns/cell-at.ts';
import type { CodedCells } from '../../columns/chunk.ts';
import {
  type FlatSketch,
  HOURS_OF_DAY,
  HOURS_PER_DAY,
  type RolledFigures,
  type RolledRows,
} from '../../columns/rolled-rows.ts';
import { EVENTS, RollupChunk } from '../../columns/rollup-chunk.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { type InTurn, NotItsTurn } from '../file/in-turn.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { inTransaction } from '../file/schema.ts';
import { readDay, readDays, replaceDay, toEncodedRollups } from '../rollups/rollup-book.ts';
import { RollupDraft } from '../rollups/rollup-draft.ts';
import { type EventTable, withAllColumns } from '../rows/event-tables.ts';
import { codedBy } from '../rows/row-columns.ts';
import { quarantineRollups } from '../upkeep/damaged-rollups.ts';
import { edited, fateOfRows, ROW, type TableMatch } from './forget-match.ts';

/** What was found in the rollups of one table, in hours whose rows are gone. */
export type FoundInRollups = {
  readonly days: readonly number[];
  /** Events that go from them. */
  readonly events: number;
  /** Stored time of the first such hour, and of the last; infinite without. */
  readonly first: number;
  readonly last: number;
};

/** Find the days of which rollups name what is to be forgotten, in hours that are never rolled up anew. */
export function lookInRollups(db: DatabaseSync, match: TableMatch): FoundInRollups {
  return inReadTransaction(db, () => {
    const isWithoutRows = hoursWithoutRows(db, match.table);
    const days = new Set<number>();
    let [events, first, last] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const rolled = readDays(db, match.table, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (const { day, parts = [] } of rolled) {
      for (const chunk of parts) {
        const fates = fatesIn(chunk, match, day, isWithoutRows);
        if (fates === undefined) continue;
        days.add(day);
        const [counts, times] = [chunk.numbers(EVENTS), chunk.times()];
        for (let row = 0; row < fates.length; row++) {
          if (fates[row] === ROW.stays) continue;
          if (fates[row] === ROW.goes) events += counts[row] as number;
          first = Math.min(first, times[row] as number);
          last = Math.max(last, times[row] as number);
        }
      }
    }
    return { days: [...days], events, first, last };
  });
}

/** What becomes of each group; `undefined` when all stay as they are. */
function fatesIn(
  chunk: RollupChunk,
  match: TableMatch,
  day: number,
  isWithoutRows: (hour: number) => boolean,
): Uint8Array | undefined {
  const fates = fateOfRows(chunk, match);
  if (fates === undefined) return undefined;
  for (const hour of HOURS_OF_DAY) {
    if (!isWithoutRows(day * HOURS_PER_DAY + hour)) fates.fill(ROW.stays, chunk.starts[hour], chunk.starts[hour + 1]);
  }
  return fates.some((fate) => fate !== ROW.stays) ? fates : undefined;
}

/**
 * Write the rollups of days anew without what is forgotten. Sums, counts and bounds are those of the groups that stay,
 * exactly; sketches, which know no groups, keep the values, except of hours of which nothing stays.
 */
export async function forgetInRollups(
  db: DatabaseSync,
  match: TableMatch,
  days: readonly number[],
  nowMicros: number,
  pause: () => Promise<void>,
  inTurn: InTurn,
): Promise<void> {
  for (const day of days) {
    await inTurn(() => forgetInDay(db, match, day, nowMicros));
    await pause();
  }
}

/** @throws NotItsTurn when others wrote the day anew meanwhile, as whoever rolls up late rows of it. */
function forgetInDay(db: DatabaseSync, match: TableMatch, day: number, nowMicros: number): void {
  const table = withAllColumns(db, match.table);
  const read = inReadTransaction(db, () => {
    const isWithoutRows = hoursWithoutRows(db, table);
    const { parts } = readDay(db, table, day);
    const draft = new RollupDraft(db, table);
    for (const chunk of parts ?? []) {
      const rest = new RestOfRollup(chunk, match, fatesIn(chunk, match, day, isWithoutRows));
      draft.addRollup(
        new RollupChunk(rest, day),
        HOURS_OF_DAY.filter((hour) => rest.hours()[hour] !== 0),
      );
    }
    return { isWhole: parts !== undefined, ids: partsOfDay(db, table, day), rolled: draft.finish() };
  });
  if (!read.isWhole) {
    if (quarantineRollups(db, table, day, nowMicros)) return;
    throw new NotItsTurn();
  }
  const encoded = toEncodedRollups(read.rolled, table);
  inTransaction(db, () => {
    if (partsOfDay(db, table, day) !== read.ids) throw new NotItsTurn();
    replaceDay(db, table, day, encoded);
  });
}

/** The numbers of the parts of a day's rollup, which are never given again, as text. */
const partsOfDay = (db: DatabaseSync, { metricId }: EventTable, day: number): string =>
  JSON.stringify(db.prepare('SELECT id FROM rollup WHERE metric = ? AND day = ? ORDER BY id').all(metricId, day));

/** A part of a rollup without some groups, and without names in others: then two of them may be alike. */
class RestOfRollup implements RolledRows {
  readonly rows: number;
  readonly #chunk: RollupChunk;
  readonly #match: TableMatch;
  readonly #fates: Uint8Array | undefined;
  readonly #kept: readonly number[];
  readonly #hours = new Float64Array(HOURS_PER_DAY);

  constructor(chunk: RollupChunk, match: TableMatch, fates: Uint8Array | undefined) {
    this.#chunk = chunk;
    this.#match = match;
    this.#fates = fates;
    const kept: number[] = [];
    for (const hour of HOURS_OF_DAY) {
      for (let row = chunk.starts[hour] ?? 0; row < (chunk.starts[hour + 1] ?? 0); row++) {
        if (fates?.[row] === ROW.goes) continue;
        kept.push(row);
        this.#hours[hour] = (this.#hours[hour] ?? 0) + 1;
      }
    }
    this.#kept = kept;
    this.rows = kept.length;
  }

  hours(): Float64Array {
    return this.#hours;
  }

  events(): Float64Array {
    return this.#of(this.#chunk.numbers(EVENTS));
  }

  dimension(name: string): CodedCells {
    const cells = this.#chunk.coded(name);
    const wanted = this.#match.mentions.find(({ column }) => column.name === name);
    return codedBy(this.rows, (index) => {
      const row = this.#kept[index] ?? 0;
      const key = cellAt(cells, row);
      return wanted === undefined || this.#fates?.[row] !== ROW.changes ? key : edited(wanted, key);
    });
  }

  figures(field: string): RolledFigures | undefined {
    const figures = this.#chunk.figures(field);
    if (figures === undefined) return undefined;
    const { counts, sums, least, greatest } = figures;
    return { counts: this.#of(counts), sums: this.#of(sums), least: this.#of(least), greatest: this.#of(greatest) };
  }

  daySketch(): undefined {
    // Made anew of those of the hours.
  }

  hourSketches(field: string): readonly FlatSketch[] | undefined {
    return this.#chunk.hourSketches(field);
  }

  #of(numbers: Float64Array): Float64Array {
    return Float64Array.from(this.#kept, (row) => numbers[row] ?? Number.NaN);
  }
}
