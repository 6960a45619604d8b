import { setTimeout as sleep } from 'node:timers/promises';

import { type MetricsCollector, openMetrics } from '../src/metrics-collector.ts';
import { turnEnd } from './harness.ts';
import { LiteralStore } from './literal-schema.ts';

/**
 * One writing or reading process of the many-writers bench. Its parent sends a job, then 'go'; it answers 'ready', then
 * a report.
 */
export type WriterJob = {
  readonly role: 'write' | 'reader' | 'literal';
  readonly directory: string;
  /** Names this writer's events: `<writer>-<number>`. */
  readonly writer: number;
  /** 0: as fast as it can. */
  readonly perSecond: number;
  readonly seconds: number;
};
export type WriterReport = {
  readonly writer: number;
  /** Calls that said the event was taken. */
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Microseconds inside the call, of all calls, or of every 64th when saturated; the first second is left out. */
  readonly micros: readonly number[];
};

/** Events in one turn when saturated, as in the hot loop of the recording bench. */
const PER_TURN = 64;
const MAX_SPOOL_BYTES = 4e9;
const ASK_EVERY_MILLIS = 100;

type Call = (name: string) => boolean;
type Subject = {
  readonly call: Call;
  /** The same of several metrics in turn: a table keeps one event a microsecond, and all together are faster than that. */
  readonly mixed: Call;
  readonly close: () => Promise<void> | void;
};

function mixOf(collector: MetricsCollector, node: string, toolCalled: Call): Call {
  let i = 0;
  return (name) => {
    switch (i++ & 3) {
      case 0:
        return toolCalled(name);
      case 1:
        return collector.record('state.read', {
          node_id: node,
          duration_ms: 12.5,
          file_size_bytes: 45_000,
          lock_wait_ms: 2.1,
        });
      case 2:
        return collector.record('state.write', {
          node_id: node,
          duration_ms: 25.8,
          file_size_bytes: 45_100,
          lock_wait_ms: 1.5,
        });
      default:
        return collector.record('tokens.consumed', {
          node_id: node,
          task_id: name,
          input_tokens: 5_000,
          output_tokens: 1_500,
        });
    }
  };
}

function subjectOf({ role, directory, writer }: WriterJob): Subject {
  if (role === 'literal') {
    const store = new LiteralStore(`${directory}/literal.db`, { create: false });
    let last = 0;
    const call = (name: string) => {
      // Its UNIQUE would refuse two events of one node at one microsecond: spare it that.
      last = Math.max(last + 1, Math.floor((performance.timeOrigin + performance.now()) * 1_000));
      try {
        store.insert('tool.called', last / 1e6, { node_id: `Node-${writer}`, task_id: name, duration_ms: 12.5 });
        return true;
      } catch {
        return false;
      }
    };
    return { call, mixed: call, close: () => store.close() };
  }
  const collector = openMetrics({ directory, maxSpoolBytes: MAX_SPOOL_BYTES });
  const node = `Node-${writer}`;
  const call: Call = (name) =>
    collector.record('tool.called', {
      node_id: node,
      task_id: name,
      tool: 'claim_task',
      duration_ms: 12.5,
      outcome: 'success',
    });
  return { call, mixed: mixOf(collector, node, call), close: () => collector.close() };
}

async function paced(job: WriterJob, call: Call): Promise<WriterReport> {
  const total = job.perSecond * job.seconds;
  const gapMillis = 1_000 / job.perSecond;
  const micros: number[] = [];
  let accepted = 0;
  let refused = 0;
  const begin = performance.now();
  for (let i = 0; i < total; i++) {
    const wait = begin + i * gapMillis - performance.now();
    if (wait > 0) await sleep(wait);
    // A writer that is starved may not go on for ever.
    if (performance.now() - begin > 2_000 * job.seconds) break;
    const start = performance.now();
    const taken = call(`${job.writer}-${i}`);
    const took = performance.now() - start;
    if (taken) accepted += 1;
    else refused += 1;
    if (i >= job.perSecond) micros.push(took * 1_000);
  }
  return { writer: job.writer, accepted, refused, seconds: (performance.now() - begin) / 1_000, micros };
}

async function saturated(job: WriterJob, call: Call): Promise<WriterReport> {
  const micros: number[] = [];
  let accepted = 0;
  let refused = 0;
  const begin = performance.now();
  const until = begin + 1_000 * job.seconds;
  // Few names, so that what is measured is recording, not making strings.
  const names = Array.from({ length: 1_024 }, (_, i) => `${job.writer}-${i}`);
  for (let i = 0; performance.now() < until;) {
    const start = performance.now();
    if (call(names[i & 1_023] ?? '')) accepted += 1;
    else refused += 1;
    if (start - begin > 1_000) micros.push((performance.now() - start) * 1_000);
    for (let k = 1; k < PER_TURN; k++) {
      if (call(names[(i + k) & 1_023] ?? '')) accepted += 1;
      else refused += 1;
    }
    i += PER_TURN;
    await turnEnd();
  }
  return { writer: job.writer, accepted, refused, seconds: (performance.now() - begin) / 1_000, micros };
}

/** A dashboard that asks while the others write. `micros` are the times of its questions. */
async function reader(job: WriterJob): Promise<WriterReport> {
  const collector = openMetrics({ directory: job.directory });
  const micros: number[] = [];
  let refused = 0;
  const until = performance.now() + 1_000 * job.seconds;
  while (performance.now() < until) {
    const start = performance.now();
    try {
      await collector.aggregate({
        metric: 'tool.called',
        since: '1h',
        aggregations: ['count', 'p95(duration_ms)'],
        groupBy: ['node_id'],
      });
    } catch {
      refused += 1;
    }
    micros.push((performance.now() - start) * 1_000);
    await sleep(ASK_EVERY_MILLIS);
  }
  await collector.close();
  return { writer: job.writer, accepted: 0, refused, seconds: job.seconds, micros };
}

let work: (() => Promise<WriterReport>) | undefined;

/** Everything is opened before the start, so that opening is not measured. */
function prepare(job: WriterJob): () => Promise<WriterReport> {
  if (job.role === 'reader') return () => reader(job);
  const subject = subjectOf(job);
  return async () => {
    const report = await (job.perSecond > 0 ? paced(job, subject.call) : saturated(job, subject.mixed));
    await subject.close();
    return report;
  };
}

process.on('message', (message: WriterJob | 'go') => {
  if (message === 'go') {
    void answer();
  } else {
    work = prepare(message);
    process.send?.('ready');
  }
});

async function answer(): Promise<void> {
  const report = await work?.();
  process.send?.(report, () => process.disconnect?.());
}
