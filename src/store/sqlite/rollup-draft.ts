import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { EventTable } from './event-tables.ts';
import { type BlockLayout, encodeBlock, layoutOf, NO_CELL, type RollupBlock } from './rollup-block.ts';

/** Groups that a block of an hour or day keeps apart while its raw rows are there to be asked instead. */
export const MAX_GROUPS = 512;

type Figures = { count: number; sum: number; least: number; greatest: number };
type Group = { readonly cells: readonly number[]; count: number; readonly figures: readonly Figures[] };

/** A rollup block in the making: rows and finished blocks of the same metric go in, the bytes of one block come out. */
export class RollupDraft {
  readonly #layout: BlockLayout;
  readonly #scales: readonly number[];
  readonly #groups = new Map<string, Group>();
  readonly #sketches: readonly QuantileSketch[];
  /** A block that had too many groups went in: this one cannot tell them apart either. */
  #overflowed = false;
  #events = 0;

  constructor(table: EventTable) {
    this.#layout = layoutOf(table);
    this.#scales = this.#layout.numbers.map(({ scale }) => scale);
    this.#sketches = this.#layout.numbers.map(() => new QuantileSketch());
  }

  get events(): number {
    return this.#events;
  }

  /** @param row The cells of the dimensions, then those of the numbers, in the layout's order. */
  addRow(row: readonly (number | null)[]): void {
    const dimensionCount = this.#layout.dimensions.length;
    let key = '';
    for (let i = 0; i < dimensionCount; i++) key += `${row[i] ?? NO_CELL},`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#newGroup(row.slice(0, dimensionCount).map((cell) => cell ?? NO_CELL));
      this.#groups.set(key, group);
    }
    group.count += 1;
    this.#events += 1;
    for (const [index, figures] of group.figures.entries()) {
      const steps = row[dimensionCount + index];
      if (steps === null || steps === undefined) continue;
      include(figures, 1, steps, steps, steps);
      this.#sketches[index]?.add(steps / (this.#scales[index] ?? 1));
    }
  }

  addBlock(block: RollupBlock): void {
    this.#overflowed ||= block.overflowed;
    const cells = block.cells();
    const figures = block.layout.numbers.map((_, index) => block.figures(index));
    for (const [at, count] of block.counts.entries()) {
      // Dimensions that the block does not know were absent in all of its events.
      const groupCells = this.#layout.dimensions.map((_, index) => cells[index]?.[at] ?? NO_CELL);
      const key = groupCells.map((cell) => `${cell},`).join('');
      let group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, (group = this.#newGroup(groupCells)));
      group.count += count;
      this.#events += count;
      for (const [index, of] of figures.entries()) {
        const into = group.figures[index];
        const had = of.counts[at] ?? 0;
        if (into === undefined || had === 0) continue;
        include(into, had, of.sums[at] ?? 0, of.least[at] ?? 0, of.greatest[at] ?? 0);
      }
    }
    for (const index of block.layout.numbers.keys()) this.#sketches[index]?.merge(block.sketch(index));
  }

  /**
   * @param maxGroups With more groups than this, all become one and the block is marked: questions by group must then
   *   ask finer blocks or raw rows. Infinity where there is nothing finer.
   */
  encode(maxGroups: number): Uint8Array {
    const overflowed = this.#overflowed || this.#groups.size > maxGroups;
    const groups = overflowed ? [this.#total()] : [...this.#groups.values()].sort(byCells);
    return encodeBlock({
      layout: this.#layout,
      overflowed,
      counts: groups.map(({ count }) => count),
      cells: this.#layout.dimensions.map((_, index) => groups.map(({ cells }) => cells[index] ?? NO_CELL)),
      figures: this.#layout.numbers.map((_, index) => ({
        counts: groups.map(({ figures }) => figures[index]?.count ?? 0),
        sums: groups.map(({ figures }) => figures[index]?.sum ?? 0),
        least: groups.map(({ figures }) => figures[index]?.least ?? 0),
        greatest: groups.map(({ figures }) => figures[index]?.greatest ?? 0),
      })),
      sketches: this.#sketches,
    });
  }

  #newGroup(cells: readonly number[]): Group {
    const figures = this.#layout.numbers.map(() => ({ count: 0, sum: 0, least: 0, greatest: 0 }));
    return { cells, count: 0, figures };
  }

  #total(): Group {
    const total = this.#newGroup([]);
    for (const group of this.#groups.values()) {
      total.count += group.count;
      for (const [index, { count, sum, least, greatest }] of group.figures.entries()) {
        const into = total.figures[index];
        if (into !== undefined && count > 0) include(into, count, sum, least, greatest);
      }
    }
    return total;
  }
}

function include(into: Figures, count: number, sum: number, least: number, greatest: number): void {
  into.least = into.count === 0 ? least : Math.min(into.least, least);
  into.greatest = into.count === 0 ? greatest : Math.max(into.greatest, greatest);
  into.count += count;
  into.sum += sum;
}

/** The same events always make the same bytes. */
function byCells(a: Group, b: Group): number {
  for (const [index, cell] of a.cells.entries()) {
    const order = cell - (b.cells[index] ?? NO_CELL);
    if (order !== 0) return order;
  }
  return 0;
}
