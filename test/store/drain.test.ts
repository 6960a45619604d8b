import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Worker } from 'node:worker_threads';
import { openMetrics } from '../../src/index.ts';
import { SegmentReader } from '../../src/store/spool/segment-reader.ts';
import { listSegments, spoolFolder } from '../../src/store/spool/spool-folder.ts';
import { saidBy, startChild } from '../support/child-process.ts';
import { EVERY_KIND, imbalances, openRecorder } from '../support/recording.ts';
import { NOW_MICROS, sample, SAMPLE } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TABLE = '"m_test.every_kind"';

/** What a query of the database file answers, in a connection of its own. */
function ask(directory: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

describe('draining', () => {
  it('stores every event once, whoever drains at once: processes, threads and the asking process itself', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const drainers = Array.from({ length: 3 }, () => startChild('draining-child.ts', [directory]));
    const writers = Array.from({ length: 4 }, (_, n) =>
      startChild('recording-child.ts', [directory, `w${n}`, '5000', '40']),
    );
    const worker = new URL('../../src/store/sqlite/drain-worker.ts', import.meta.url);
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    const written = Promise.all(writers.map(({ ended }) => ended));
    while (writers.some(({ process }) => process.exitCode === null)) {
      const threads = [1, 2].map(() => new Worker(worker, { workerData: { directory, waitMillis: 1_000 } }));
      await Promise.all([
        metrics.drain(),
        ...threads.map((thread) => new Promise((resolve) => thread.on('exit', resolve))),
      ]);
    }
    expect(await written).toEqual([0, 0, 0, 0]);
    for (const { process } of drainers) process.stdin?.end();
    await Promise.all(drainers.map((child) => saidBy(child, 'moved')));
    expect(await Promise.all(drainers.map(({ ended }) => ended))).toEqual([0, 0, 0]);

    const ledger = await metrics.ledger();
    expect(ledger.map(({ inDatabase }) => inDatabase)).toEqual([5_000, 5_000, 5_000, 5_000]);
    expect(imbalances(ledger)).toEqual([0, 0, 0, 0]);
    await metrics.close();
    const [row] = ask(directory, `SELECT count(*) AS n, count(DISTINCT an_id) AS ids FROM ${TABLE}`);
    expect(row).toEqual({ n: 20_000, ids: 20_000 });
    expect(ask(directory, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('keeps every event of one microsecond, in order, as close to its moment as there is room', async () => {
    const { store, put } = await openBench();
    await put(Array.from({ length: 500 }, (_, n) => sample(NOW_MICROS - 1_000_000, { tests: n })));
    await put(Array.from({ length: 500 }, (_, n) => sample(NOW_MICROS - 1_000_000 + n * 3, { tests: 1_000 + n })));
    await put([sample(NOW_MICROS - 1_000_000, { tests: 5_000 })]);
    const events = [];
    const range = { fromMicros: 0, toMicros: Infinity };
    for await (const batch of store.scan({ metric: SAMPLE.name, range, filters: [], order: 'oldest_first' })) {
      events.push(...batch);
    }
    expect(events).toHaveLength(1_001);
    expect(new Set(events.map(({ atMicros }) => atMicros)).size).toBe(1_001);
    expect(events.slice(0, 500).map(({ data }) => data['tests'])).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(Math.max(...events.map(({ atMicros }) => atMicros)) - NOW_MICROS + 1_000_000).toBeLessThan(2_500);
    expect(imbalances(await store.ledger())).toEqual([0]);
  });

  it('puts late events of many days among what is there, and soon', async () => {
    const { store, put } = await openBench();
    const day = 86_400_000_000;
    await put(Array.from({ length: 30_000 }, (_, n) => sample(NOW_MICROS - 20 * day + n * 50_000_000, { tests: n })));
    const start = performance.now();
    const late = Array.from({ length: 300 }, (_, n) =>
      sample(NOW_MICROS - 20 * day + n * 5_000_000_000, { tests: -0 }),
    );
    await put(late);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect((await store.stats()).events).toBe(30_300);
    expect(imbalances(await store.ledger())).toEqual([0]);
  });

  it('stores an identity once, however often and by whomever it is told, and counts the others', async () => {
    const directory = temporaryFolder();
    const first = await openBench(directory);
    const second = await openBench(directory);
    const told = Array.from({ length: 100 }, (_, n) =>
      sample(NOW_MICROS - n * 1_000, { tests: n }, { identity: `line ${n}`, source: 'transcript' }),
    );
    await first.put([...told.slice(0, 60), ...told.slice(40)]);
    await second.put([...told, sample(NOW_MICROS, {}, { identity: 'line 100' })]);
    await first.put(told.slice(0, 1));
    expect((await first.store.stats()).events).toBe(101);
    const ledger = await first.store.ledger();
    expect(ledger.map(({ dropped }) => dropped['duplicate']).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      21, 100,
    ]);
    expect(imbalances(ledger)).toEqual([0, 0]);
  });

  it('knows the events of its own export again, and takes those of another store', async () => {
    const { store, put } = await openBench();
    await put([sample(NOW_MICROS - 5, { tests: 1 }), sample(NOW_MICROS - 5, { tests: 2 })]);
    const exported = [];
    const range = { fromMicros: 0, toMicros: Infinity };
    for await (const batch of store.scan({ metric: SAMPLE.name, range, filters: [], order: 'oldest_first' })) {
      exported.push(...batch);
    }
    const back = exported.map(({ atMicros, data }) => sample(atMicros, data, { copy: true, source: 'import' }));
    await put(back);
    await put(back);
    expect((await store.stats()).events).toBe(2);
    const other = await openBench();
    await other.put(back);
    await other.put(back);
    expect((await other.store.stats()).events).toBe(2);
    for (const bench of [store, other.store]) expect(imbalances(await bench.ledger())).toEqual([0]);
  });

  it('takes in what a second telling knows more, also when the table has no column for it yet', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const tell = async (data: Record<string, string | number>, ...identities: string[]): Promise<void> => {
      const metrics = openMetrics({ directory });
      for (const identity of identities)
        metrics.emit({ metric: 'tool.called', atMicros: NOW_MICROS, data, identity, source: 'otlp', inferred: false });
      await metrics.close();
    };
    await tell({ tool: 'Bash' }, 'a', 'b');
    await tell({ tool: 'Bash', client: 'codex', duration_ms: 5 }, 'b');
    const metrics = openMetrics({ directory });
    const { events } = await metrics.query({ metric: 'tool.called' });
    await metrics.close();
    expect(new Set(events.map(({ data }) => data['duration_ms']))).toEqual(new Set([undefined, 5]));
  });

  it('leaves the thread to others between slices', async () => {
    const { store, spool } = await openBench();
    spool(Array.from({ length: 60_000 }, (_, n) => sample(NOW_MICROS - n * 7, { tests: n })));
    let turns = 0;
    let isDrained = false;
    const count = (): void => {
      turns += 1;
      if (!isDrained) setImmediate(count);
    };
    setImmediate(count);
    const report = await store.drain();
    isDrained = true;
    expect(report.events).toBe(60_000);
    expect(turns).toBeGreaterThan(2);
  });

  it('keeps the log small, however much there is to move', async () => {
    const { store, directory, spool } = await openBench();
    for (let part = 0; part < 4; part++) {
      spool(Array.from({ length: 60_000 }, (_, n) => sample(NOW_MICROS - n * 31, { tests: n, task_id: `t${n}` })));
    }
    let longest = 0;
    const log = join(directory, 'metrics.db-wal');
    const look = setInterval(() => (longest = Math.max(longest, statSync(log).size)), 5);
    expect((await store.drain()).events).toBe(240_000);
    clearInterval(look);
    expect(Math.max(longest, statSync(log).size)).toBeLessThan(24 * 1024 * 1024);
  });

  it('says busy instead of waiting, and moves all when the lock is free again', async () => {
    const { store, directory, spool } = await openBench();
    spool([sample(NOW_MICROS - 1)]);
    const other = new DatabaseSync(join(directory, 'metrics.db'));
    other.exec('BEGIN IMMEDIATE');
    expect(await store.drain()).toMatchObject({ busy: true, events: 0 });
    const start = performance.now();
    expect(await store.drain({ waitMillis: 60 })).toMatchObject({ busy: true });
    expect(performance.now() - start).toBeLessThan(4_000);
    const waiting = store.drain({ waitMillis: 60_000 });
    setTimeout(() => other.exec('ROLLBACK'), 30);
    expect(await waiting).toMatchObject({ busy: false, events: 1 });
    other.close();
  });

  it('removes files when they are drained and many, and never counts them as waiting', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    for (let round = 0; round < 5; round++) {
      const { intake } = openRecorder({ directory });
      for (let n = 0; n < 20_000; n++) intake.record(EVERY_KIND.name, { a_count: n, a_name: `r${round}` });
      await intake.close();
      await metrics.drain();
    }
    expect(listSegments(spoolFolder(directory)).length).toBeLessThanOrEqual(3);
    expect(imbalances(await metrics.ledger())).toEqual([0, 0, 0, 0, 0]);
    await metrics.close();
  });
});

describe('a damaged spool file', () => {
  const folderOf = (directory: string): string[] => readdirSync(spoolFolder(directory));

  it.each(['in a frame of events', 'in its definitions'])(
    'gives what stood before the damage %s, and counts the rest',
    async (where) => {
      const { intake, directory } = openRecorder();
      for (let n = 0; n < 90; n++) {
        intake.record(EVERY_KIND.name, { a_count: n, an_id: `t${n}` });
        if (n % 10 === 9) intake.write();
      }
      await intake.close();
      const [file] = listSegments(spoolFolder(directory));
      const bytes = readFileSync(file?.path ?? '');
      const at = where === 'in a frame of events' ? bytes.length / 2 : bytes.indexOf('t45');
      bytes[Math.floor(at)] = (bytes[Math.floor(at)] ?? 0) ^ 4;
      writeFileSync(file?.path ?? '', bytes);

      const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
      const report = await metrics.drain();
      expect(report.damagedBytes).toBeGreaterThan(0);
      expect(report.events).toBeGreaterThan(20);
      const ledger = await metrics.ledger();
      expect(ledger[0]?.dropped.spool_damaged).toBe(90 - report.events);
      expect(imbalances(ledger)).toEqual([0]);
      expect(folderOf(directory)).toEqual([expect.stringContaining('.spool.corrupt-')]);
      expect((await metrics.stats()).quarantinedFiles).toHaveLength(1);
      expect(await metrics.drain()).toMatchObject({ events: 0, damagedBytes: 0 });
      await metrics.close();
    },
  );

  it('that was cut short in a torn frame of a killed writer is drained and done', async () => {
    const { intake, directory } = openRecorder();
    for (let n = 0; n < 20; n++) {
      intake.record(EVERY_KIND.name, { a_count: n });
      intake.write();
    }
    await intake.close();
    const [file] = listSegments(spoolFolder(directory));
    const reader = new SegmentReader(file?.path ?? '');
    // Without the end mark, and seven bytes of the last event; told by a process that is gone.
    truncateSync(file?.path ?? '', reader.stretch(0, Infinity).endOffset - 9 - 7);
    const header = JSON.stringify(reader.header());
    const gone = header.replace(`"pid":${process.pid}`, `"pid":${'9'.repeat(String(process.pid).length)}`);
    expect(gone).not.toBe(header);
    const { frameOf, FRAME_KIND } = await import('../../src/store/spool/frame.ts');
    const bytes = readFileSync(file?.path ?? '');
    const start = frameOf(FRAME_KIND.header, Buffer.from(header)).length;
    writeFileSync(
      file?.path ?? '',
      Buffer.concat([frameOf(FRAME_KIND.header, Buffer.from(gone)), bytes.subarray(start)]),
    );

    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    expect(await metrics.drain()).toMatchObject({ events: 19 });
    expect(folderOf(directory)).toEqual([file?.name]);
    expect(await metrics.ledger()).toMatchObject([{ recorded: 19, inDatabase: 19, dropped: {}, alive: false }]);
    await metrics.upkeep();
    expect(folderOf(directory)).toEqual([]);
    await metrics.close();
  });

  it('that is none at all is set aside or waited for, and the others are drained', async () => {
    const { intake, directory } = openRecorder();
    intake.record(EVERY_KIND.name, { a_count: 1 });
    await intake.close();
    const put = (name: string, bytes: Buffer): void => writeFileSync(join(spoolFolder(directory), name), bytes);
    put('0-zeros.spool', Buffer.alloc(500));
    put('0-empty.spool', Buffer.alloc(0));
    put('0-random.spool', Buffer.from('text '.repeat(100)));
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    expect(await metrics.drain()).toMatchObject({ events: 1 });
    expect(folderOf(directory).filter((name) => name.includes('zeros'))).toEqual([
      expect.stringContaining('.corrupt-'),
    ]);
    await metrics.close();
    const later = { nowMicros: () => (Date.now() + 120_000) * 1_000, monotonicMillis: () => 0 };
    const again = openMetrics({ directory, metrics: [EVERY_KIND], clock: later });
    await again.drain();
    expect(folderOf(directory).filter((name) => name.includes('empty'))).toEqual([]);
    expect(folderOf(directory).filter((name) => name.includes('random'))).toEqual([
      expect.stringContaining('.corrupt-'),
    ]);
    await again.close();
  });
});
