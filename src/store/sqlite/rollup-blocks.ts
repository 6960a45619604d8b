import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hoursWithoutRows } from './damaged-blocks.ts';
import type { EventTable } from './event-tables.ts';
import { RollupBlock } from './rollup-block.ts';
import { dayOf, draftOfHotRows, draftOfRows, HOURS_PER_DAY, readHour } from './rollup-build.ts';

/** The rollup blocks of one metric, so chosen that they equal the events. Use within one read transaction. */
export class RollupBlocks {
  readonly #db: DatabaseSync;
  readonly #table: EventTable;
  readonly #hourRows: StatementSync;
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
    const rows = this.#hourRows.all(this.#table.metricId, fromHour, beforeHour);
    for (const row of rows) {
      const hour = Number(row['hour']);
      if (changed.has(hour)) continue;
      const block = new RollupBlock(row['b'] as Uint8Array, this.#table);
      // Never so once the raw rows are gone: see saveHour.
      yield block.overflowed && apart ? this.#fromRows(hour) : block;
    }
    for (const hour of changed) yield this.#fromRows(hour);
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
