import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { cellAt } from '../../src/store/columns/cell-at.ts';
import { EVENTS, figureColumn, type RolledFigure, type RollupChunk } from '../../src/store/columns/rollup-chunk.ts';
import { StoredRollup } from '../../src/store/columns/rollup-codec.ts';
import { type RolledPart, RollupDraft } from '../../src/store/sqlite/rollups/rollup-draft.ts';
import { migrate } from '../../src/store/sqlite/open/migrate.ts';
import { bytesOf, chunkOf, decoded, hoursOf, type PlainEvent, ROLLED_TABLE } from '../support/rolled.ts';

const db = new DatabaseSync(':memory:');
migrate(db, 0);

const nullable = (numbers: fc.Arbitrary<number>) => fc.option(numbers);
const eventOf = (tests: fc.Arbitrary<number>, change: fc.Arbitrary<number>): fc.Arbitrary<PlainEvent> =>
  fc.tuple(
    fc.nat(23),
    nullable(fc.integer({ min: 1, max: 4 })),
    nullable(fc.constantFrom(0, 1)),
    nullable(tests),
    nullable(change),
  );
const small = eventOf(fc.nat(99), fc.integer({ min: -9, max: 9 }));
const large = eventOf(fc.oneof(fc.nat(10), fc.maxSafeNat()), fc.oneof(fc.integer(), fc.maxSafeInteger()));

function rolled(events: readonly PlainEvent[]): RolledPart[] {
  const draft = new RollupDraft(db, ROLLED_TABLE);
  draft.addRows(chunkOf(events), hoursOf(events));
  return draft.finish();
}

function errorOf(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

const decodedDay = (events: readonly PlainEvent[]): RollupChunk[] =>
  rolled(events).map((part) => decoded(bytesOf(part)));

/** One row of a rollup beside the events that it stands for. */
function expectRow(chunk: RollupChunk, row: number, events: readonly PlainEvent[]): void {
  const hour = chunk.starts.findLastIndex((start) => start <= row);
  const [node, ok] = ['node_id', 'ok'].map((name) => cellAt(chunk.coded(name), row));
  const members = events.filter((event) => event[0] === hour && event[1] === node && event[2] === ok);
  expect(chunk.numbers(EVENTS)[row]).toBe(members.length);
  for (const [name, place] of [
    ['tests', 3],
    ['change', 4],
  ] as const) {
    const values = members.map((member) => member[place]).filter((value) => value !== null);
    const figure = (of: RolledFigure): number | undefined => chunk.numbers(figureColumn(of, name))[row];
    expect(figure('count')).toBe(values.length);
    // Whole steps: exact up to 2^53, and beyond it the nearest number.
    const sum = Number(values.reduce((total, value) => total + BigInt(value), 0n));
    const told = [figure('sum'), figure('min'), figure('max')];
    const wanted = values.length === 0 ? [NaN, NaN, NaN] : [sum, Math.min(...values), Math.max(...values)];
    expect(told).toEqual(wanted);
  }
}

describe('a rollup of a day', () => {
  it('gives back what went into it, however large the numbers', () => {
    fc.assert(
      fc.property(fc.array(large, { minLength: 1, maxLength: 60 }), (events) => {
        const [chunk] = decodedDay(events);
        if (chunk === undefined) throw new Error('there is no rollup');
        expect(chunk.numbers(EVENTS).reduce((sum, count) => sum + count, 0)).toBe(events.length);
        for (let row = 0; row < chunk.rows; row++) expectRow(chunk, row, events);
      }),
    );
  });

  it('has the very sketch of the values of each hour and of the day', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 80 }), fc.nat(24), fc.nat(24), (events, a, b) => {
        const [from, before] = [Math.min(a, b), Math.max(a, b)];
        const [chunk] = decodedDay(events);
        for (const [name, place] of [
          ['tests', 3],
          ['change', 4],
        ] as const) {
          const expected = new QuantileSketch();
          for (const event of events) {
            if (event[0] >= from && event[0] < before && event[place] !== null) expected.add(event[place]);
          }
          const told = new QuantileSketch();
          chunk?.addSketch(told, name, from, before);
          expect([told.count, told.toNumbers()]).toEqual([expected.count, expected.toNumbers()]);
        }
      }),
    );
  });

  it('is the same to the byte whether made at once or of another rollup and rows', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 60 }), fc.nat(60), (events, cut) => {
        const draft = new RollupDraft(db, ROLLED_TABLE);
        const [before, after] = [events.slice(0, cut), events.slice(cut)];
        for (const chunk of decodedDay(before)) draft.addRollup(chunk, [...Array(24).keys()]);
        draft.addRows(chunkOf(after), hoursOf(after));
        expect(draft.finish().map(bytesOf)).toEqual(rolled(events).map(bytesOf));
      }),
    );
  });

  it('is in parts when it has more groups than a column has room for, and loses none', () => {
    const events = Array.from({ length: 70_000 }, (_, i): PlainEvent => [i % 24, i, null, 1, null]);
    const draft = new RollupDraft(db, ROLLED_TABLE);
    for (const half of [events.slice(0, 35_000), events.slice(35_000)]) draft.addRows(chunkOf(half), hoursOf(half));
    const parts = draft.finish();
    expect(parts.map(({ rows }) => rows)).toEqual([65_535, 4_465]);
    const chunks = parts.map((part) => decoded(bytesOf(part)));
    const nodes = chunks.flatMap((chunk) => [...chunk.coded('node_id').keys]);
    expect(new Set(nodes).size).toBe(70_000);
    const sketch = new QuantileSketch();
    for (const chunk of chunks) chunk.addSketch(sketch, 'tests', 0, 24);
    expect(sketch.count).toBe(70_000);
  });

  it('knows nothing of fields that came later', () => {
    const [part] = rolled([[3, 1, 1, 5, null]]);
    if (part === undefined) throw new Error('there is no rollup');
    const later = [...ROLLED_TABLE.columns, { ...ROLLED_TABLE.columns[2], name: 'later' } as never];
    const stored = new StoredRollup(bytesOf(part), later);
    expect([stored.figures('later'), stored.daySketch('later'), stored.hourSketches('later')]).toEqual(
      Array(3).fill(undefined),
    );
    expect([...(stored.figures('tests')?.sums ?? [])]).toEqual([5]);
  });

  it('is refused when a newer version wrote it', () => {
    expect(() => new StoredRollup(Uint8Array.of(9, 0), ROLLED_TABLE.columns)).toThrow('unknown version 9');
  });

  it('says so, and nothing else happens, when bytes are not those that were written', () => {
    const events = Array.from({ length: 200 }, (_, i): PlainEvent => [i % 24, i % 3, i % 2, i * i, (i % 7) - 3]);
    const [bytes = new Uint8Array(0)] = rolled(events).map(bytesOf);
    const readAll = (changed: Uint8Array): void => {
      const chunk = decoded(changed);
      for (const { name } of ROLLED_TABLE.columns) {
        expect(chunk.coded(name).codes.length).toBe(chunk.rows);
        chunk.numbers(figureColumn('sum', name));
        chunk.addSketch(new QuantileSketch(), name, 0, 24);
        chunk.addSketch(new QuantileSketch(), name, 3, 20);
      }
    };
    for (let at = 0; at < bytes.length; at++) {
      for (const changed of [
        bytes.subarray(0, at),
        Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 16 : byte)),
      ]) {
        expect(errorOf(() => readAll(changed)) ?? new RangeError('none')).toBeInstanceOf(RangeError);
      }
    }
  });
});
