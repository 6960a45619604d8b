import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PlannedFault } from '../../../example/simulation/fault-book.ts';
import { simulateCluster } from '../../../example/simulation/simulate-cluster.ts';
import { openMetrics } from '../../../metrics-collector.ts';
import { MICROS_PER_DAY } from '../../../model/range.ts';
import { openZone, zonedAt } from '../../../model/time.ts';
import { CommandError } from '../command-error.ts';
import type { CommandContext } from '../context.ts';

/** Says that a folder was made here, and from what. */
const MARK = 'amicus-metrics-example.json';
/** What a collector leaves in a folder. */
const STORE_FILES = /^metrics\./;
const EVENTS_PER_DRAIN = 20_000;

export type ExampleHistory = {
  readonly directory: string;
  readonly seed: number;
  readonly days: number;
  readonly faults: readonly PlannedFault[];
};

/**
 * Makes an empty folder for a generated history: a new one, or one that was made here before, whose history is dropped.
 *
 * @throws CommandError `BAD_OUTPUT` for a folder that holds anything else.
 */
export function prepareFolder(directory: string): void {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const isOurs = names.includes(MARK) && names.every((name) => name === MARK || STORE_FILES.test(name));
  if (names.length > 0 && !isOurs) {
    throw new CommandError(
      'BAD_OUTPUT',
      `${directory} holds something else, and an invented history must not be mixed with it.`,
      'Give --into a folder that does not exist yet.',
    );
  }
  for (const name of names) rmSync(join(directory, name), { recursive: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/**
 * Writes a generated history that ends now, through a collector like any other.
 *
 * @returns How many events were stored; fewer than planned when it was aborted.
 */
export async function writeHistory(
  { clock, timeZone, signal }: Pick<CommandContext, 'clock' | 'timeZone' | 'signal'>,
  { directory, seed, days, faults }: ExampleHistory,
  onProgress: (part: number, events: number) => void,
): Promise<number> {
  const nowMicros = clock.nowMicros();
  const fromMicros = nowMicros - days * MICROS_PER_DAY;
  const offsetMicros = zonedAt(nowMicros, await openZone(timeZone)).offsetNanoseconds / 1_000;
  writeFileSync(join(directory, MARK), `${JSON.stringify({ seed, days, faults }, undefined, 2)}\n`);
  const collector = openMetrics({ directory, clock });
  let events = 0;
  try {
    for (const event of simulateCluster({ seed, fromMicros, offsetMicros, days, faults })) {
      if (signal.aborted) break;
      collector.emit(event);
      events += 1;
      if (events % EVENTS_PER_DRAIN !== 0) continue;
      onProgress((event.atMicros - fromMicros) / (nowMicros - fromMicros), events);
      await collector.drain();
    }
    await collector.flush();
    await collector.upkeep();
  } finally {
    await collector.close();
  }
  return events;
}
