import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { openMetrics } from '../src/metrics-collector.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  millisOf,
  quantile,
  Scratch,
  spreadPercent,
} from './harness.ts';

const PROCESSES = 16;
const PENDING = 500;
/** Questions in one round: each needs the processes to record again before. */
const QUESTIONS = 12;

/** What it costs a question to see what other processes recorded a moment ago. */
export async function benchFreshness({ rounds }: BenchContext): Promise<BenchOutcome> {
  using scratch = new Scratch();
  const directory = scratch.at('fresh');
  mkdirSync(directory, { mode: 0o700 });
  const children = Array.from({ length: PROCESSES }, () =>
    fork(fileURLToPath(new URL('fresh-process.ts', import.meta.url)), [directory]),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const collector = openMetrics({ directory });
  let expected = 0;
  const ask = async () => {
    const { rows } = await collector.aggregate({ metric: 'tool.called', aggregations: ['count'] });
    const seen = rows[0]?.values['count'];
    if (seen !== expected) throw new Error(`a question saw ${seen} events of ${expected} whose turn had ended`);
  };
  const measure = (pending: number, question: () => Promise<unknown>) => async () => {
    const millis: number[] = [];
    for (let i = 0; i < QUESTIONS; i++) {
      await recordEverywhere(children, pending);
      expected += pending;
      millis.push(await millisOf(question));
    }
    await ask();
    return quantile(millis, 0.5);
  };
  const names = {
    pending: `question, ${PENDING} events pending in ${PROCESSES} spools`,
    idle: 'the same question, nothing pending',
    drain: `drain() alone, ${PENDING} pending`,
    idleDrain: 'drain() alone, nothing pending',
  };
  const measured = await interleaved(
    [
      { name: names.pending, run: measure(PENDING, ask) },
      { name: names.idle, run: measure(0, ask) },
      { name: names.drain, run: measure(PENDING, () => collector.drain()) },
      { name: names.idleDrain, run: measure(0, () => collector.drain()) },
    ],
    rounds,
  );
  await collector.close();
  for (const child of children) child.disconnect();
  const rows = Object.values(names).map((name) => ({
    name,
    millis: medianOf(measured, name),
    spread: spreadPercent(measured.get(name)?.values ?? []),
  }));
  return {
    tables: [
      {
        title: 'Freshness: a question sees every event whose turn has ended',
        columns: [
          { key: 'name', label: 'what' },
          { key: 'millis', label: 'ms' },
          { key: 'spread', label: 'spread, %', digits: 1 },
        ],
        rows,
        notes: ['Each question was checked to have seen all events. Medians of 12 questions a round.'],
      },
    ],
    figures: {
      'freshness: cost of 500 pending events, ms': medianOf(measured, names.pending) - medianOf(measured, names.idle),
      'freshness: question with 500 pending, ms': medianOf(measured, names.pending),
    },
  };
}

/** Spread `events` over the processes and wait until each has ended its turn. */
async function recordEverywhere(children: readonly ChildProcess[], events: number): Promise<void> {
  if (events === 0) return;
  await Promise.all(
    children.map(async (child, i) => {
      const share = Math.floor(events / children.length) + (i < events % children.length ? 1 : 0);
      child.send(share);
      await once(child, 'message');
    }),
  );
}
