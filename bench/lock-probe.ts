import { DatabaseSync } from 'node:sqlite';

import { turnEnd } from './harness.ts';

/**
 * A process that asks again and again for the lock with which a store is written, and gives it back at once. It never
 * waits for it: how long it was refused without a break is how long another process held it.
 *
 * Its parent sends the path of a database, then 'tell' as often as it likes; it answers 'ready', then the longest time in
 * milliseconds since it was last asked.
 */
type Answer = 'ready' | number;

/** Tries between two looks at whether the parent has asked something: some 5 ms. */
const TRIES = 256;

function answer(what: Answer): void {
  process.send?.(what);
}

let longestMillis = 0;
let refusedSince: number | undefined;

function tryOnce(database: DatabaseSync): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    if (refusedSince === undefined) return;
    longestMillis = Math.max(longestMillis, performance.now() - refusedSince);
    refusedSince = undefined;
  } catch {
    refusedSince ??= performance.now();
  }
}

async function probe(path: string): Promise<void> {
  const database = new DatabaseSync(path, { timeout: 0 });
  process.on('message', (message) => {
    if (message !== 'tell') return;
    answer(longestMillis);
    longestMillis = 0;
  });
  answer('ready');
  for (;;) {
    for (let i = 0; i < TRIES; i++) tryOnce(database);
    await turnEnd();
  }
}

process.once('message', (path: string) => void probe(path));
process.once('disconnect', () => process.exit());
