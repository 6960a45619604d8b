import { type MetricsCollector, openMetrics } from '../src/metrics-collector.ts';
import type { Scratch } from './harness.ts';
import { LiteralStore } from './literal-schema.ts';
import { openTelemetry, pino, promClient } from './peers.ts';

/** Events that are recorded in one turn of the event loop: a burst. Ours writes once per turn. */
export const PER_TURN = 64;
const HOT_EVENTS = 512_000;
/** An autocommitted insert takes about a millisecond. */
const LITERAL_EVENTS = 768;
/** More than any round records: a full spool would make recording look cheap. */
export const SPOOL_BYTES = 4e9;

const NODES = Array.from({ length: 12 }, (_, i) => `Node-X9${String(i).padStart(2, '0')}`);
const DURATIONS = Array.from({ length: 1024 }, (_, i) => Math.round(3_000 + 17_000 * ((i * 0.618) % 1)) / 1e3);
const nodeAt = (i: number): string => NODES[i % NODES.length] ?? 'Node-X900';
const durationAt = (i: number): number => DURATIONS[i & 1023] ?? 12.5;

/** Something that records one event, and what it needs to be closed. */
export type Recorder = {
  readonly name: string;
  readonly perTurn: number;
  readonly events: number;
  readonly record: (i: number) => void;
  close(): Promise<void> | void;
  /** Work that was put off: done outside of the measured time, so that it does not disturb the others. */
  readonly settle?: () => Promise<unknown>;
};

/** Names of what is compared. */
export const OURS = 'amicus-metrics record()';
export const COUNTER = 'prom-client counter.inc, 2 labels';
export const COUNTER_HISTOGRAM = 'prom-client counter + histogram';
export const OTEL_COUNTER = 'OpenTelemetry counter.add';
export const OTEL_BOTH = 'OpenTelemetry counter + histogram';
export const PINO = 'pino to a file, sync';
export const LITERAL = 'SQLite, literal schema, autocommit';
export const EMPTY = 'empty call';
export const DISCARD = 'the event as an object, discarded';

/** Everything that records in the hot loop, ours and the peers, each ready to be called. */
export function openRecorders(scratch: Scratch): Recorder[] {
  const hot = { perTurn: PER_TURN, events: HOT_EVENTS, close: () => {} };
  const collector = openMetrics({ directory: scratch.at('hot'), maxSpoolBytes: SPOOL_BYTES });
  const recordOne = recorderOf(collector);
  const settle = () => collector.drain();
  const prom = promClient();
  const settings = (name: string) => ({
    name,
    help: name,
    labelNames: ['metric', 'node_id'],
    registers: [new prom.Registry()],
  });
  const counter = new prom.Counter(settings('events_total'));
  const pair = {
    counter: new prom.Counter(settings('pair_total')),
    histogram: new prom.Histogram({ ...settings('pair_ms'), buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] }),
  };
  const otel = openTelemetry();
  const exporter = new otel.InMemoryMetricExporter(otel.AggregationTemporality.CUMULATIVE);
  const reader = new otel.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new otel.MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('bench');
  const otelCounter = meter.createCounter('events');
  const otelPair = { counter: meter.createCounter('pair'), histogram: meter.createHistogram('pair_ms') };
  const pinoLibrary = pino();
  const destination = pinoLibrary.destination({ dest: scratch.at('pino.log'), sync: true });
  const logger = pinoLibrary({ base: null }, destination);
  const literal = new LiteralStore(scratch.at('literal.db'));
  let literalMicros = 1_790_000_000_000_000;
  return [
    { ...hot, name: `${EMPTY}, ${PER_TURN} per turn`, record: emptyCall },
    { ...hot, name: `${EMPTY}, 8 per turn`, perTurn: 8, record: emptyCall },
    { ...hot, name: `${EMPTY}, 1 per turn`, perTurn: 1, events: HOT_EVENTS / 4, record: emptyCall },
    { ...hot, name: DISCARD, record: (i) => discard(stateRead(i)) },
    { ...hot, name: OURS, record: recordOne, settle, close: () => collector.close() },
    { ...hot, name: `${OURS}, 8 per turn`, perTurn: 8, record: recordOne, settle },
    { ...hot, name: `${OURS}, 1 per turn`, perTurn: 1, events: HOT_EVENTS / 4, record: recordOne, settle },
    { ...hot, name: COUNTER, record: (i) => counter.inc({ metric: 'state.read', node_id: nodeAt(i) }) },
    {
      ...hot,
      name: COUNTER_HISTOGRAM,
      record: (i) => {
        pair.counter.inc({ metric: 'state.read', node_id: nodeAt(i) });
        pair.histogram.observe({ metric: 'state.read', node_id: nodeAt(i) }, durationAt(i));
      },
    },
    { ...hot, name: OTEL_COUNTER, record: (i) => otelCounter.add(1, { metric: 'state.read', node_id: nodeAt(i) }) },
    {
      ...hot,
      name: OTEL_BOTH,
      record: (i) => {
        otelPair.counter.add(1, { metric: 'state.read', node_id: nodeAt(i) });
        otelPair.histogram.record(durationAt(i), { metric: 'state.read', node_id: nodeAt(i) });
      },
      close: () => provider.shutdown(),
    },
    {
      ...hot,
      name: PINO,
      events: HOT_EVENTS / 4,
      record: (i) => logger.info({ metric: 'state.read', ...stateRead(i) }),
      close: () => destination.end(),
    },
    {
      ...hot,
      name: LITERAL,
      events: LITERAL_EVENTS,
      record: (i) => literal.insert('state.read', literalMicros++ / 1e6, stateRead(i)),
      close: () => literal.close(),
    },
  ];
}

let emptyCalls = 0;
/** What the loop costs with nothing to do in it. */
export function emptyCall(i: number): void {
  emptyCalls += i & 1;
}

let discarded = 0;
/** Look at every field, so that the object is really made. */
function discard(data: Readonly<Record<string, unknown>>): void {
  for (const field in data) if (data[field] !== undefined) discarded += 1;
}

/** The data of one event, made afresh as a caller makes it. */
function stateRead(i: number) {
  return { node_id: nodeAt(i), duration_ms: durationAt(i), file_size_bytes: 45_000 + i, lock_wait_ms: 2.1 };
}

/** One call of record() on a collector. */
export function recorderOf(collector: MetricsCollector): (i: number) => void {
  return (i) => {
    collector.record('state.read', stateRead(i));
  };
}
