import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hoursWithoutRows } from './damaged-blocks.ts';
import type { EventTable } from './event-tables.ts';
import { RollupBlock } from './rollup-block.ts';
import { dayOf, draftOfHotRows, draftOfRows, HOURS_PER_DAY, readHour } from './rollup-build.ts';

/** Most hours that are read before they are asked for. */
const MAX_HOURS_AHEAD = 24;

type HoursAhead = { readonly from: number; readonly before: number; readonly hours: ReadonlyMap<number, Uint8Array> };

/** The rollup blocks of one metric, so chosen that they equal the events. Use within one read transaction. */
export class RollupBlocks {
  readonly #db: DatabaseSync;
  readonly #table: EventTable;
  readonly #hourRows: StatementSync;
  /** Blocks of hours that were read, asked for or not yet. */
  #ahead: HoursAhead = { from: 0, before: 0, hours: new Map() };
  #dirty: readonly number[] | undefined;
  #isWithoutRows: ((hour: number) => boolean) | undefined;

  constructor(db: DatabaseSync, table: EventTable) {
    this.#db = db;
    this.#table = table;
    this.#hourRows = db.prepare(
      'SELECT hour, b FROM rollup_hour WHERE metric = ? AND hour >= ? AND hour < ? ORDER BY hour',
    );
  }

  /**
   * Blocks that together hold the events of some hours, each event once.
   *
   * A day's block is used when the whole day is asked for and none of its hours has changed since. An hour that has
   * changed is summed up from its raw rows on the spot, with its block if its earlier rows have expired.
   *
   * @param apart The question tells groups apart: blocks that had too many of them will not do.
   */
  *between(fromHour: number, beforeHour: number, apart: boolean): Generator<RollupBlock> {
    const firstDay = dayOf(fromHour + HOURS_PER_DAY - 1);
    const behindDays = dayOf(beforeHour);
    if (firstDay >= behindDays) {
      yield* this.#hours(fromHour, beforeHour, apart);
      return;
    }
    yield* this.#hours(fromHour, firstDay * HOURS_PER_DAY, apart);
    yield* this.#days(firstDay, behindDays, apart);
    yield* this.#hours(behindDays * HOURS_PER_DAY, beforeHour, apart);
  }

  *#days(fromDay: number, beforeDay: number, apart: boolean): Generator<RollupBlock> {
    const changed = new Set(this.#dirtyHours(fromDay * HOURS_PER_DAY, beforeDay * HOURS_PER_DAY).map(dayOf));
    const rows = this.#db
      .prepare('SELECT day, b FROM rollup_day WHERE metric = ? AND day >= ? AND day < ? ORDER BY day')
      .all(this.#table.metricId, fromDay, beforeDay);
    for (const row of rows) {
      const day = Number(row['day']);
      if (changed.has(day)) continue;
      const block = new RollupBlock(row['b'] as Uint8Array, this.#table);
      if (block.overflowed && apart) changed.add(day);
      else yield block;
    }
    for (const day of changed) yield* this.#hours(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY, apart);
  }

  *#hours(fromHour: number, beforeHour: number, apart: boolean): Generator<RollupBlock> {
    if (fromHour >= beforeHour) return;
    const changed = new Set(this.#dirtyHours(fromHour, beforeHour));
    for (const { hour, bytes } of this.#storedHours(fromHour, beforeHour)) {
      if (changed.has(hour)) continue;
      const block = new RollupBlock(bytes, this.#table);
      // Never so once the raw rows are gone: see saveHour.
      yield block.overflowed && apart ? this.#fromRows(hour) : block;
    }
    for (const hour of changed) yield this.#fromRows(hour);
  }

  *#storedHours(
    fromHour: number,
    beforeHour: number,
  ): Generator<{ readonly hour: number; readonly bytes: Uint8Array }> {
    for (let hour = fromHour; hour < beforeHour; hour++) {
      const { from, before } = this.#ahead;
      if (hour < from || hour >= before) this.#readAhead(hour, beforeHour);
      const bytes = this.#ahead.hours.get(hour);
      if (bytes !== undefined) yield { hour, bytes };
    }
  }

  /** A question of hourly buckets comes for one hour after the other: one statement then reads for many of them. */
  #readAhead(from: number, needed: number): void {
    // The first time only what is needed; twice as many with each further time.
    const known = this.#ahead.before - this.#ahead.from;
    const before = Math.max(needed, from + Math.min(MAX_HOURS_AHEAD, 2 * known));
    const rows = this.#hourRows.all(this.#table.metricId, from, before);
    const hours = new Map(rows.map((row) => [Number(row['hour']), row['b'] as Uint8Array]));
    this.#ahead = { from, before, hours };
  }

  #fromRows(hour: number): RollupBlock {
    this.#isWithoutRows ??= hoursWithoutRows(this.#db, this.#table);
    const whole = this.#isWithoutRows(hour) ? undefined : draftOfRows(this.#db, this.#table, hour);
    const draft = whole ?? draftOfHotRows(this.#db, this.#table, hour);
    const earlier = whole === undefined ? readHour(this.#db, this.#table, hour) : undefined;
    if (earlier !== undefined) draft.addBlock(earlier);
    return new RollupBlock(draft.encode(Number.POSITIVE_INFINITY), this.#table);
  }

  #dirtyHours(fromHour: number, beforeHour: number): number[] {
    // Read once for all: a question of hourly buckets comes here for each of them.
    this.#dirty ??= this.#db
      .prepare('SELECT hour FROM dirty WHERE metric = ?')
      .all(this.#table.metricId)
      .map((row) => Number(row['hour']));
    return this.#dirty.filter((hour) => hour >= fromHour && hour < beforeHour);
  }
}
