import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { type MetricsCollector, openMetrics } from '../src/metrics-collector.ts';
import { MICROS_PER_HOUR } from '../src/model/range.ts';
import { openDatabase } from '../src/store/sqlite/open/open-database.ts';
import { toStored } from '../src/store/sqlite/file/schema.ts';
import { sealOldRows } from '../src/store/sqlite/blocks/seal.ts';
import { type BenchContext, type BenchOutcome, millisOf, quantile, Scratch, turnEnd } from './harness.ts';
import type { LargeStores } from './stores.ts';

/** One in so many events of the workload is told once more, at another moment: they come late into sealed hours. */
const LATE_ONE_IN = 100;
const LATE_BY_MICROS = 137;
const KEEP_ALL = { rawDays: 400, rollupDays: 4_000, maxBytes: 1e12 };
const KEEP_TEN_DAYS = { ...KEEP_ALL, rawDays: 10 };
const SPOOL_BYTES = 4e9;

/** What an upkeep costs that seals a month, and how long it and others keep the lock with which a store is written. */
export async function benchSealing({ rounds, stores, tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  tell('sealing: filling a store that is not kept up');
  const unkept = scratch.at('unkept');
  await stores.fillUnkept(unkept);
  const copy = scratch.at('copy');
  const sealed: Sealed[] = [];
  for (let round = 0; round < rounds; round++) {
    copied(unkept, copy);
    sealed.push(await sealAll(copy, stores.endMicros));
  }
  tell('sealing: asking for the lock meanwhile');
  const holds = await lockHolds(unkept, copy, stores);
  const micros = quantile(
    sealed.map(({ wallMicros }) => wallMicros),
    0.5,
  );
  const cpuMicros = quantile(
    sealed.map((one) => one.cpuMicros),
    0.5,
  );
  return {
    tables: [
      {
        title: `Upkeep of ${stores.events.toLocaleString('en-US')} events`,
        columns: [
          { key: 'name', label: 'step' },
          { key: 'wall', label: 'µs per event' },
          { key: 'cpu', label: 'CPU, µs per event' },
          { key: 'held', label: 'write lock held at most, ms', digits: 1 },
        ],
        rows: [
          { name: 'sealing', wall: micros, cpu: cpuMicros, held: holds.sealing },
          { name: 'rolling up and sealing a month', held: holds.month },
          { name: 'late events, one in a hundred', held: holds.late },
          { name: 'expiry of twenty days', held: holds.expiry },
          { name: 'an upkeep with nothing to do', held: holds.idle },
        ],
        notes: [
          'Sealing alone: rows of hours that are rolled up become compressed blocks; median of the rounds, in a process that has done nothing like it before the first.',
          'The lock is asked for by another process without a break, which is told at once that it is taken: the longest time without getting it, once for each step.',
        ],
      },
    ],
    figures: {
      'sealing: µs per event': micros,
      'sealing: longest time the write lock is held, ms': Math.max(...Object.values(holds)),
    },
  };
}

type Sealed = { readonly wallMicros: number; readonly cpuMicros: number };

function copied(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
}

/** Seals what is in a store as if all of it were rolled up. */
async function sealAll(directory: string, nowMicros: number): Promise<Sealed> {
  const { db } = openDatabase(directory, nowMicros);
  try {
    db.exec('DELETE FROM dirty');
    const cpu = process.cpuUsage();
    let events = 0;
    const millis = await millisOf(async () => {
      events = await sealOldRows(db, Math.floor(toStored(nowMicros) / MICROS_PER_HOUR), turnEnd);
    });
    const { user, system } = process.cpuUsage(cpu);
    return { wallMicros: (1_000 * millis) / events, cpuMicros: (user + system) / events };
  } finally {
    db.close();
  }
}

/** For each step, the longest time the lock was held, in milliseconds. */
async function lockHolds(unkept: string, copy: string, stores: LargeStores) {
  copied(unkept, copy);
  const sealing = await withProbe(copy, async (longest) => {
    await sealAll(copy, stores.endMicros);
    return longest();
  });
  copied(unkept, copy);
  return withProbe(copy, async (longest) => {
    const keep = async (retention = KEEP_ALL): Promise<number> => {
      const collector = openMetrics({ directory: copy, retention, maxSpoolBytes: SPOOL_BYTES });
      await longest();
      await collector.upkeep();
      const millis = await longest();
      await collector.close();
      return millis;
    };
    const month = await keep();
    await tellLate(copy, stores);
    const late = await keep();
    const expiry = await keep(KEEP_TEN_DAYS);
    return { sealing, month, late, expiry, idle: await keep(KEEP_TEN_DAYS) };
  });
}

async function tellLate(directory: string, stores: LargeStores): Promise<void> {
  const collector: MetricsCollector = openMetrics({ directory, retention: KEEP_ALL, maxSpoolBytes: SPOOL_BYTES });
  let number = 0;
  for (const { metric, atMicros, data } of stores.workload()) {
    if (number++ % LATE_ONE_IN > 0) continue;
    collector.emit({ metric, atMicros: atMicros + LATE_BY_MICROS, data, source: 'library', inferred: false });
  }
  await collector.flush();
  await collector.drain();
  await collector.close();
}

/** @param work Gets what tells the longest time since it was last asked. */
async function withProbe<Result>(
  directory: string,
  work: (longest: () => Promise<number>) => Promise<Result>,
): Promise<Result> {
  const path = join(directory, 'metrics.db');
  // Without a database in WAL mode there is nothing to ask for.
  new DatabaseSync(path).close();
  const probe = fork(join(import.meta.dirname, 'lock-probe.ts'));
  try {
    await asked(probe, path);
    return await work(async () => Number(await asked(probe, 'tell')));
  } finally {
    probe.kill();
  }
}

async function asked(probe: ChildProcess, message: string): Promise<unknown> {
  const answered = once(probe, 'message');
  probe.send(message);
  const [answer] = (await answered) as unknown[];
  return answer;
}
