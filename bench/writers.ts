import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import { type BenchContext, type BenchOutcome, quantile, Scratch } from './harness.ts';
import { LiteralStore } from './literal-schema.ts';
import type { WriterJob, WriterReport } from './writer-process.ts';

const WRITERS = 16;
const PER_SECOND = 500;
const PACED_SECONDS = 10;
const SATURATED_SECONDS = 4;
/** What was recorded as fast as possible takes a while to be stored; if it takes longer than this, something is wrong. */
const DRAIN_SECONDS = 180;
/** The peer needs no longer to show what becomes of it. */
const LITERAL_SECONDS = 4;
const SPOOL_BYTES = 4e9;
const NO_LIMITS = { rawDays: 30, rollupDays: 400, maxBytes: 1e12 };

type Measured = {
  readonly writers: readonly WriterReport[];
  readonly reader: WriterReport | undefined;
  readonly walBytes: number;
};

/** Sixteen processes on one store, paced and as fast as they can, beside a reader; and the literal schema at the same pace. */
export async function benchWriters({ tell }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  tell(`writers: ${WRITERS} processes at ${PER_SECOND} events a second, beside a reader`);
  const pacedFolder = folderIn(scratch, 'paced');
  const paced = await together(pacedFolder, { role: 'write', perSecond: PER_SECOND, seconds: PACED_SECONDS });
  const stored = await checkStored(pacedFolder, paced.writers);

  tell(`writers: ${WRITERS} processes as fast as they can`);
  const saturatedFolder = folderIn(scratch, 'saturated');
  const saturated = await together(saturatedFolder, { role: 'write', perSecond: 0, seconds: SATURATED_SECONDS });
  const drain = await drainAfter(saturatedFolder, saturated.writers);

  tell('writers: the literal schema at the same pace, for a shorter time');
  const literalFolder = folderIn(scratch, 'literal');
  new LiteralStore(`${literalFolder}/literal.db`).close();
  const literal = await together(literalFolder, { role: 'literal', perSecond: PER_SECOND, seconds: LITERAL_SECONDS });

  const rows = [
    rowOf('ours, 500 a second each', paced),
    rowOf('literal schema, 500 a second each', literal),
    rowOf('ours, saturated', saturated),
  ];
  const [pacedRow, literalRow, saturatedRow] = rows;
  const readerMicros = paced.reader?.micros ?? [];
  return {
    tables: [
      {
        title: `${WRITERS} processes on one store: time inside record(), and what came of it`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'perSecond', label: 'events/s', digits: 0 },
          { key: 'p50', label: 'p50, µs', digits: 1 },
          { key: 'p99', label: 'p99, µs', digits: 1 },
          { key: 'p999', label: 'p99.9, µs', digits: 1 },
          { key: 'max', label: 'max, ms', digits: 2 },
          { key: 'refused', label: 'refused', digits: 0 },
          { key: 'fairness', label: 'slowest ÷ fastest', digits: 2 },
          { key: 'wal', label: 'WAL, MiB', digits: 1 },
        ],
        rows,
        notes: [
          `Paced: ${stored.expected} events went in, ${stored.found} different ones are stored, ${stored.doubled} twice, ${stored.missing} missing.`,
          `The reader asked ${readerMicros.length} times meanwhile: p50 ${(quantile(readerMicros, 0.5) / 1e3).toFixed(1)} ms, p99 ${(quantile(readerMicros, 0.99) / 1e3).toFixed(1)} ms, ${paced.reader?.refused ?? 0} errors.`,
          `Saturated: ${drain.events} events accepted and stored; ${(100 * drain.pendingPart).toFixed(0)} % were still spooled at the end, drained in ${drain.seconds.toFixed(1)} s.`,
          'When saturated, every 64th call is timed. The literal schema refuses when its 5 s of waiting for the lock are over.',
        ],
      },
    ],
    figures: {
      'writers: events lost or doubled': stored.missing + stored.doubled + drain.missing,
      'writers: record() p99, ms': (pacedRow?.p99 ?? Number.NaN) / 1e3,
      'writers: record() max, ms': pacedRow?.max ?? Number.NaN,
      'writers: errors at callers': (pacedRow?.refused ?? Number.NaN) + (paced.reader?.refused ?? 0),
      'writers: WAL max, MiB': pacedRow?.wal ?? Number.NaN,
      'writers: saturated events/s': saturatedRow?.perSecond ?? Number.NaN,
      'writers: saturated fairness': saturatedRow?.fairness ?? Number.NaN,
      'writers: literal schema events/s, of 8,000 asked for': literalRow?.perSecond ?? Number.NaN,
    },
  };
}

function folderIn(scratch: Scratch, name: string): string {
  const path = scratch.at(name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** Start all of them, let them go at once, watch the WAL until they are done. */
async function together(directory: string, job: Omit<WriterJob, 'directory' | 'writer'>): Promise<Measured> {
  const jobs: WriterJob[] = Array.from({ length: WRITERS }, (_, writer) => ({ ...job, directory, writer }));
  if (job.role === 'write') jobs.push({ ...job, role: 'reader', directory, writer: WRITERS });
  const children = await Promise.all(jobs.map(start));
  const reports = Promise.all(children.map(reportOf));
  for (const child of children) child.send('go');
  let walBytes = 0;
  const done = new AbortController();
  const watch = (async () => {
    while (!done.signal.aborted) {
      walBytes = Math.max(walBytes, statSync(`${directory}/metrics.db-wal`, { throwIfNoEntry: false })?.size ?? 0);
      await sleep(10);
    }
  })();
  const all = await reports;
  done.abort();
  await watch;
  return { writers: all.slice(0, WRITERS), reader: all[WRITERS], walBytes };
}

/** @throws when the process ended without a report. */
async function reportOf(child: ChildProcess): Promise<WriterReport> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error(`writer process ${child.pid} ended early`)));
  return (await once(child, 'message', { signal: ended.signal }))[0] as WriterReport;
}

async function start(job: WriterJob): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('writer-process.ts', import.meta.url)));
  child.send(job);
  await once(child, 'message');
  return child;
}

function rowOf(name: string, { writers, walBytes }: Measured) {
  const micros = writers.flatMap((report) => [...report.micros]);
  const rates = writers.map(({ accepted, seconds }) => accepted / seconds);
  return {
    name,
    perSecond: rates.reduce((sum, rate) => sum + rate, 0),
    p50: quantile(micros, 0.5),
    p99: quantile(micros, 0.99),
    p999: quantile(micros, 0.999),
    max: micros.reduce((most, value) => Math.max(most, value), 0) / 1e3,
    refused: writers.reduce((sum, { refused }) => sum + refused, 0),
    fairness: Math.min(...rates) / Math.max(...rates),
    wal: walBytes / 2 ** 20,
  };
}

/** Every event that was accepted must be stored exactly once: compare the sets. */
async function checkStored(directory: string, writers: readonly WriterReport[]) {
  const collector = openMetrics({ directory });
  const times = new Map<string, number>();
  for await (const batch of collector.events({ metric: 'tool.called' })) {
    for (const { data } of batch) {
      const name = String(data['task_id']);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  await collector.close();
  let missing = 0;
  let expected = 0;
  for (const { writer, accepted, refused } of writers) {
    expected += accepted;
    // Refused calls are a failure of their own; with none, the names are 0 to accepted − 1.
    for (let i = 0; i < accepted + refused; i++) if (!times.has(`${writer}-${i}`)) missing += 1;
  }
  const doubled = [...times.values()].filter((count) => count > 1).length;
  return { expected, found: times.size, doubled, missing };
}

/** How long the rest takes that nobody drained while the writers kept the processors busy. */
async function drainAfter(directory: string, writers: readonly WriterReport[]) {
  const accepted = writers.reduce((sum, report) => sum + report.accepted, 0);
  const collector = openMetrics({ directory, retention: NO_LIMITS, maxSpoolBytes: SPOOL_BYTES });
  const start = performance.now();
  let drained = 0;
  for (let moved = -1; moved !== 0 && performance.now() - start < 1e3 * DRAIN_SECONDS;) {
    const report = await collector.drain();
    moved = report.busy ? -1 : report.events;
    drained += Math.max(0, moved);
  }
  const seconds = (performance.now() - start) / 1e3;
  const { events } = await collector.stats();
  await collector.close();
  return { events, seconds, pendingPart: drained / accepted, missing: Math.abs(accepted - events) };
}
