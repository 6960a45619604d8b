import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dictionary } from '../../src/store/sqlite/names/dictionary.ts';
import { NameNumbers } from '../../src/store/sqlite/names/name-numbers.ts';
import { openDatabase } from '../../src/store/sqlite/open/open-database.ts';
import { planRemoval, removeNames } from '../../src/store/sqlite/names/remove-names.ts';
import { inTransaction } from '../../src/store/sqlite/file/schema.ts';
import { sealOldNames } from '../../src/store/sqlite/names/seal-names.ts';
import { NOW_MICROS } from '../support/sample-events.ts';
import { namesByText } from '../support/stored-names.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What may happen to names: some are told, by one of two processes; old ones are sealed; some are removed. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ tell: fc.nat(40), by: fc.nat(1), fails: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ seal: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.integer({ min: 2, max: 9 }), by: fc.nat(1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** So many names are told at once, half of them again: one step of `tell` is this far behind the one before. */
const TOLD = 2_000;
const namesOf = (start: number): string[] => Array.from({ length: TOLD }, (_, i) => `name-${(start * TOLD) / 2 + i}`);

class Process {
  readonly db;
  readonly numbers;
  readonly dictionary;

  constructor(directory: string) {
    this.db = openDatabase(directory, NOW_MICROS).db;
    this.numbers = new NameNumbers(this.db);
    this.dictionary = new Dictionary(this.db);
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  const directory = temporaryFolder();
  const processes = [new Process(directory), new Process(directory)];
  const known = new Map<string, number>();
  const gone = new Set<number>();
  const of = (index: number): Process => processes[index] as Process;
  for (const one of steps) {
    if ('seal' in one) await sealOldNames(of(one.seal).db, async () => undefined);
    else if ('tell' in one) tell(of(one.by), namesOf(one.tell), known, gone, one.fails === 0);
    else {
      const going = new Set([...known.values()].filter((id) => id % one.remove === 0));
      const { db } = of(one.by);
      inTransaction(db, () =>
        removeNames(
          db,
          planRemoval(db, (id) => going.has(id)),
        ),
      );
      for (const [text, id] of known) if (going.delete(id) && known.delete(text)) gone.add(id);
    }
    expect(namesByText(`${directory}/metrics.db`)).toEqual(known);
  }
  for (const { dictionary, db } of processes) {
    expect([...known.keys()].map((text) => dictionary.idsOf([text])[0])).toEqual([...known.values()]);
    expect([...known.values()].map((id) => dictionary.text(id))).toEqual([...known.keys()]);
    expect(dictionary.idsWithPrefix('name-1').toSorted((a, b) => a - b)).toEqual(
      [...known].filter(([text]) => text.startsWith('name-1')).map(([, id]) => id),
    );
    expect(dictionary.idsOf(['name', 'name-x'])).toEqual([]);
    db.close();
  }
}

/** What a drain does; one that fails is rolled back. */
function tell(
  { db, numbers }: Process,
  texts: readonly string[],
  known: Map<string, number>,
  gone: ReadonlySet<number>,
  fails: boolean,
): void {
  db.exec('BEGIN IMMEDIATE');
  numbers.begin();
  const given = texts.map((text) => [text, numbers.of(text)] as const);
  db.exec(fails ? 'ROLLBACK' : 'COMMIT');
  if (fails) {
    numbers.forget();
    return;
  }
  for (const [text, id] of given) {
    expect(known.get(text) ?? id).toBe(id);
    expect(gone.has(id)).toBe(false);
    known.set(text, id);
  }
}

describe('a name', () => {
  it(
    'has one number, and a number one name, however they are told, sealed and removed',
    { timeout: 120_000 },
    async () => {
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), play), { numRuns: 8 });
    },
  );
});
