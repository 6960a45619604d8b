import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { encodeNames, NameList } from '../../../src/store/columns/name-list.ts';
import { encodeRollup } from '../../../src/store/columns/rollup-codec.ts';
import { toColumn } from '../../../src/store/sqlite/rows/event-tables.ts';
import { migrate } from '../../../src/store/sqlite/open/migrate.ts';
import { RollupDraft } from '../../../src/store/sqlite/rollups/rollup-draft.ts';
import { encoded, type PlainRows, plainRows, sealed } from '../../support/block-columns.ts';
import { chunkOf, hoursOf, type PlainEvent } from '../../support/rolled.ts';

/** The blocks that docs/format.md goes through byte by byte. */
const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array(), fourth = new Uint8Array()] = [
  ...readFileSync('docs/format.md', 'utf8').matchAll(/```hex\n([\s\S]*?)```/g),
].map(([, text = '']) =>
  Uint8Array.from(
    text
      .split('\n')
      .flatMap((line) => line.replace(/\|.*/, '').split(' '))
      .filter((byte) => byte !== ''),
    (byte) => Number.parseInt(byte, 16),
  ),
);

const none = Number.NaN;
const FIRST: PlainRows = {
  times: [1000, 1007, 1020, 1034, 1090],
  origins: [1, 1, 1, 1, 1],
  columns: [
    { keys: [7, 9, 7, null, 7] },
    { numbers: [2000, none, 3000, 130_000, 2000] },
    { keys: ['[3,4]', '[3,4]', null, null, null] },
    { numbers: [5, 5, 2, 1, 8] },
    { numbers: [0.5, -2, -2, -2, -2] },
    { numbers: [none, none, none, none, none] },
    { numbers: [-3, -3, -3, -3, -3] },
  ],
};
const SECOND: PlainRows = {
  times: [1000, 1001, 1002],
  origins: [1, 1, 1],
  columns: [{ keys: [7, 9, 7] }, { numbers: [100, 100, 20] }, { numbers: [300, 1500, 60] }],
};

const NAMES = [
  { id: 7, text: 'task-9' },
  { id: 8, text: 'task-10' },
  { id: 12, text: 'ü' },
];

it('the page of the format goes through blocks that read as it says', () => {
  expect(plainRows(sealed(FIRST, first), FIRST)).toEqual(FIRST);
  expect(plainRows(sealed(SECOND, second), SECOND)).toEqual(SECOND);
  expect(new NameList(third, { n: 3, id0: 7, id1: 12 }).names()).toEqual(NAMES);
});

it('the page of the format shows what is written today', () => {
  expect(Buffer.from(encoded(FIRST)).toString('hex')).toBe(Buffer.from(first).toString('hex'));
  expect(Buffer.from(encodeNames(NAMES)).toString('hex')).toBe(Buffer.from(third).toString('hex'));
});

it('the page of the format shows the rollup of a day as it is written today', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db, 0);
  const columns = [toColumn(['node_id', 'name', null]), toColumn(['tests', 'count', null])];
  const draft = new RollupDraft(db, { metricId: 1, metric: 'a', table: 'a', columns, declared: [] });
  const events: PlainEvent[] = [
    ...[0, 3, 5, 5].map((tests): PlainEvent => [9, 7, null, tests, null]),
    [10, 7, null, 2, null],
    [10, 9, null, null, null],
    [10, 9, null, 5, null],
  ];
  draft.addRows(chunkOf(events), hoursOf(events));
  const bytes = draft.finish().map((part) => Buffer.from(encodeRollup(part, columns)).toString('hex'));
  expect(bytes).toEqual([Buffer.from(fourth).toString('hex')]);
});
