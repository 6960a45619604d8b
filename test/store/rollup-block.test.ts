import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toColumn, type EventTable } from '../../src/store/sqlite/event-tables.ts';
import { NO_CELL, RollupBlock } from '../../src/store/sqlite/rollup-block.ts';
import { RollupDraft } from '../../src/store/sqlite/rollup-draft.ts';

const TABLE: EventTable = {
  metricId: 1,
  metric: 'a.b',
  table: '"m_a_b"',
  columns: [
    toColumn(['node_id', 'name', null]),
    toColumn(['task_id', 'id', null]),
    toColumn(['tests', 'count', null]),
    toColumn(['ok', 'flag', null]),
    toColumn(['change', 'delta', null]),
  ],
  declared: [],
};
const nullable = (numbers: fc.Arbitrary<number>) => fc.option(numbers);
/** node_id, ok, tests, change: dimensions first. */
const row = fc.tuple(
  nullable(fc.integer({ min: 1, max: 4 })),
  nullable(fc.constantFrom(0, 1)),
  nullable(fc.oneof(fc.nat(10), fc.maxSafeNat())),
  nullable(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger())),
);

describe('a rollup block', () => {
  it('gives back what went into it, however large the numbers', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const draft = new RollupDraft(TABLE);
        for (const one of rows) draft.addRow(one);
        const block = new RollupBlock(draft.encode(512), TABLE);
        const [nodes = [], flags = []] = block.cells();
        expect(block.overflowed).toBe(false);
        for (const [at, count] of block.counts.entries()) {
          const members = rows.filter(([node, ok]) => (node ?? NO_CELL) === nodes[at] && (ok ?? NO_CELL) === flags[at]);
          expect(count).toBe(members.length);
          for (const [index, values] of [
            members.map((member) => member[2]),
            members.map((member) => member[3]),
          ].entries()) {
            const numbers = values.filter((value) => value !== null);
            const { counts, sums, least, greatest } = block.figures(index);
            expect(counts[at]).toBe(numbers.length);
            if (numbers.length === 0) continue;
            expect([least[at], greatest[at]]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
            expect(sums[at]).toBe(numbers.reduce((sum, value) => sum + value, 0));
          }
        }
      }),
    );
  });

  it('is the same block whether made at once or merged from parts', () => {
    const small = fc.tuple(
      nullable(fc.nat(3)),
      nullable(fc.constantFrom(0, 1)),
      nullable(fc.nat(99)),
      nullable(fc.nat(9)),
    );
    fc.assert(
      fc.property(fc.array(small, { maxLength: 40 }), fc.nat(40), (rows, cut) => {
        const whole = new RollupDraft(TABLE);
        for (const one of rows) whole.addRow(one);
        const merged = new RollupDraft(TABLE);
        for (const part of [rows.slice(cut), rows.slice(0, cut)]) {
          const draft = new RollupDraft(TABLE);
          for (const one of part) draft.addRow(one);
          merged.addBlock(new RollupBlock(draft.encode(512), TABLE));
        }
        expect(Buffer.from(merged.encode(512))).toEqual(Buffer.from(whole.encode(512)));
      }),
    );
  });

  it('keeps totals when there are too many groups, and says so', () => {
    const draft = new RollupDraft(TABLE);
    for (let i = 0; i < 600; i++) draft.addRow([i, null, i, null]);
    const block = new RollupBlock(draft.encode(512), TABLE);
    expect(block).toMatchObject({ overflowed: true, counts: [600] });
    expect(block.cells()).toEqual([]);
    expect(block.figures(0)).toEqual({ counts: [600], sums: [179_700], least: [0], greatest: [599] });
    const merged = new RollupDraft(TABLE);
    merged.addBlock(block);
    expect(new RollupBlock(merged.encode(Number.POSITIVE_INFINITY), TABLE).overflowed).toBe(true);
  });

  it('is refused when a newer version wrote it', () => {
    expect(() => new RollupBlock(Uint8Array.of(9, 0), TABLE)).toThrow('unknown version 9');
  });
});
