import type { EventData } from '../src/model/event.ts';
import type { MetricName } from '../src/metrics/index.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../src/model/range.ts';

/** One event of the workload, before anything has checked or stored it. */
export type WorkloadEvent = { readonly metric: MetricName; readonly atMicros: number; readonly data: EventData };

export type WorkloadOptions = {
  /** How many events; exactly so many come out. */
  readonly events: number;
  /** The moment the 30 days end, in microseconds since the Unix epoch. Everything else follows from the seed. */
  readonly endMicros: number;
  readonly seed?: number;
};

export const WORKLOAD_DAYS = 30;

/**
 * Shares of the metrics in a cluster at work, in events per thousand: mostly reads and writes of the shared state and
 * requests to models; nodes come and go rarely.
 */
const SHARES: readonly (readonly [EventKind, number])[] = [
  ['state.read', 400],
  ['state.write', 220],
  ['tokens.consumed', 220],
  ['task', 65],
  ['cluster.snapshot', 50],
  ['tests.executed', 25],
  ['code.changed', 20],
  ['node', 1],
];
type EventKind =
  | 'state.read'
  | 'state.write'
  | 'tokens.consumed'
  | 'cluster.snapshot'
  | 'tests.executed'
  | 'code.changed'
  | 'task'
  | 'node';

/** US dollars for a million tokens: input, cached input, output. Round figures, only there to give costs a shape. */
const MODELS: readonly { name: string; prices: readonly [number, number, number] }[] = [
  { name: 'large-1', prices: [15, 1.5, 75] },
  { name: 'middle-2', prices: [3, 0.3, 15] },
  { name: 'middle-1', prices: [2.5, 1.25, 10] },
  { name: 'small-3', prices: [0.8, 0.08, 4] },
];
const ROLES = ['developer', 'developer', 'developer', 'architect', 'reviewer', 'bootstrap_manager'] as const;
const PRIORITIES = ['medium', 'medium', 'high', 'low'] as const;
const OUTCOMES = [
  'success',
  'success',
  'success',
  'success',
  'success',
  'success',
  'failure',
  'partial',
  'abandoned',
] as const;
const REASONS = ['graceful', 'idle_timeout', 'idle_timeout', 'heartbeat_timeout'] as const;
const STATUSES = ['balanced', 'balanced', 'underutilized', 'overloaded', 'idle'] as const;
const FILES = Array.from({ length: 48 }, (_, i) => `${['src/core', 'src/tools', 'tests', 'docs'][i % 4]}/part_${i}.py`);

/** The local hour at which the last day ends: in the middle of work, so that "the last hour" has something in it. */
const END_HOUR = 17;

const MIN_NODES = 6;
const MAX_NODES = 16;

/** Numbers from 0 to below 1 that look random and are the same for the same seed (Marsaglia: "Xorshift RNGs", 2003). */
export function randomSource(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

type Node = { id: string; model: (typeof MODELS)[number]; registeredMicros: number; task: string | undefined };

/**
 * A cluster of 6 to 16 nodes at work for 30 days, as events in ascending order of time, no two at the same microsecond.
 *
 * Work follows a day curve, weekends are quiet, and events come in bursts of a few milliseconds to seconds, as agents
 * that wake, read, think and write produce them. Durations are log-normal, to the microsecond.
 */
export function* workload(options: WorkloadOptions): Generator<WorkloadEvent> {
  const random = randomSource(options.seed ?? 20_260_203);
  const cluster = new SimulatedCluster(random);
  let last = 0;
  for (const atMicros of moments(options, random)) {
    const at = Math.max(atMicros, last + 1);
    last = at;
    yield cluster.next(at);
  }
}

/** When events happen: per minute as many as the day curve and the minute's own mood give, in bursts within it. */
function* moments({ events, endMicros }: WorkloadOptions, random: () => number): Generator<number> {
  const minutes = WORKLOAD_DAYS * 24 * 60;
  const startMicros = endMicros - WORKLOAD_DAYS * MICROS_PER_DAY;
  const weights = new Float64Array(minutes);
  let total = 0;
  let mood = 0;
  for (let minute = 0; minute < minutes; minute++) {
    mood = 0.9 * mood + 0.45 * gaussian(random);
    const hour = (minute / 60 + END_HOUR) % 24;
    const day = Math.floor(minute / (24 * 60));
    const curve = 0.15 + Math.exp(-(((hour - 11) / 3) ** 2)) + 0.8 * Math.exp(-(((hour - 16) / 3) ** 2));
    total += curve * (day % 7 >= 5 ? 0.3 : 1) * Math.exp(mood);
    weights[minute] = total;
  }
  let done = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const upTo = Math.round((events * (weights[minute] ?? 0)) / total);
    if (upTo === done) continue;
    yield* burstsWithin(startMicros + minute * MICROS_PER_MINUTE, upTo - done, random);
    done = upTo;
  }
}

function burstsWithin(minuteMicros: number, events: number, random: () => number): number[] {
  const times: number[] = [];
  while (times.length < events) {
    let at = random() * MICROS_PER_MINUTE;
    const size = Math.min(events - times.length, 1 + Math.floor(random() * 7));
    for (let i = 0; i < size; i++) {
      times.push(minuteMicros + Math.min(Math.floor(at), MICROS_PER_MINUTE - 1));
      at += logNormal(random, 40_000, 1.2);
    }
  }
  return times.sort((a, b) => a - b);
}

class SimulatedCluster {
  readonly #random: () => number;
  readonly #nodes: Node[] = [];
  #taskNumber = 0;
  #nodeNumber = 0;
  #pendingTasks = 4;
  #stateBytes = 45_000;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(atMicros: number): WorkloadEvent {
    const random = this.#random;
    if (this.#nodes.length < MIN_NODES) return this.#register(atMicros);
    const kind = kindOf(random());
    if (kind === 'node') {
      const grow = this.#nodes.length === MIN_NODES || (this.#nodes.length < MAX_NODES && random() < 0.5);
      return grow ? this.#register(atMicros) : this.#terminate(atMicros);
    }
    const node = this.#pick(this.#nodes);
    if (kind === 'task') return this.#task(atMicros, node);
    return { metric: kind, atMicros, data: this.#dataOf(kind, node) };
  }

  #register(atMicros: number): WorkloadEvent {
    const code = (Math.imul(++this.#nodeNumber, 2_654_435_761) >>> 0) % 1_679_616;
    const id = `Node-${code.toString(36).toUpperCase().padStart(4, '0')}`;
    const model = this.#pick(MODELS);
    this.#nodes.push({ id, model, registeredMicros: atMicros, task: undefined });
    return { metric: 'node.registered', atMicros, data: { node_id: id, role: this.#pick(ROLES), model: model.name } };
  }

  #terminate(atMicros: number): WorkloadEvent {
    const index = Math.floor(this.#random() * this.#nodes.length);
    const [node] = this.#nodes.splice(index, 1);
    const uptime = (atMicros - (node?.registeredMicros ?? atMicros)) / MICROS_PER_SECOND;
    const data = { node_id: node?.id, reason: this.#pick(REASONS), uptime_seconds: Math.round(uptime) };
    return { metric: 'node.terminated', atMicros, data };
  }

  #task(atMicros: number, node: Node): WorkloadEvent {
    const random = this.#random;
    if (node.task === undefined) {
      node.task = `task-${String(++this.#taskNumber).padStart(6, '0')}`;
      this.#pendingTasks = Math.max(0, this.#pendingTasks + Math.round(2 * random() - 1));
      const data = { task_id: node.task, node_id: node.id, priority: this.#pick(PRIORITIES) };
      return { metric: 'task.claimed', atMicros, data };
    }
    const outcome = this.#pick(OUTCOMES);
    const passed = Math.floor(logNormal(random, 18, 0.8));
    const data = {
      task_id: node.task,
      node_id: node.id,
      duration_seconds: micro(logNormal(random, 240, 0.9)),
      outcome,
      files_modified: 1 + Math.floor(random() * 5),
      tests_passed: passed,
      tests_failed: outcome === 'success' ? 0 : Math.floor(random() * 4),
    };
    node.task = undefined;
    return { metric: 'task.completed', atMicros, data };
  }

  #dataOf(kind: Exclude<EventKind, 'task' | 'node'>, node: Node): EventData {
    const random = this.#random;
    switch (kind) {
      case 'state.read':
      case 'state.write': {
        const wait = logNormal(random, 1, 1);
        const work = logNormal(random, kind === 'state.read' ? 11 : 21, 0.5);
        if (kind === 'state.write')
          this.#stateBytes = Math.max(8_000, this.#stateBytes + Math.round(600 * gaussian(random)));
        return {
          node_id: node.id,
          duration_ms: milli(wait + work),
          file_size_bytes: this.#stateBytes,
          lock_wait_ms: milli(wait),
        };
      }
      case 'tokens.consumed':
        return this.#tokens(node);
      case 'cluster.snapshot':
        return {
          active_nodes: this.#nodes.length,
          idle_nodes: this.#nodes.filter(({ task }) => task === undefined).length,
          pending_tasks: this.#pendingTasks,
          workload_status: this.#pick(STATUSES),
        };
      case 'tests.executed': {
        const total = 5 + Math.floor(logNormal(random, 40, 0.7));
        const failed = random() < 0.8 ? 0 : Math.min(total, 1 + Math.floor(random() * 4));
        return {
          node_id: node.id,
          task_id: node.task,
          total_tests: total,
          passed: total - failed,
          failed,
          duration_seconds: micro(logNormal(random, 9, 0.8)),
        };
      }
      case 'code.changed': {
        const files = Array.from({ length: 1 + Math.floor(random() * 3) }, () => this.#pick(FILES));
        return {
          node_id: node.id,
          task_id: node.task,
          files_modified: [...new Set(files)],
          lines_added: Math.floor(logNormal(random, 40, 1.1)),
          lines_deleted: Math.floor(logNormal(random, 12, 1.1)),
          complexity_delta: Math.round(3 * gaussian(random)),
        };
      }
    }
  }

  #tokens(node: Node): EventData {
    const random = this.#random;
    const input = Math.floor(logNormal(random, 2_500, 0.9));
    const output = Math.floor(logNormal(random, 600, 0.8));
    const cached = random() < 0.2 ? 0 : Math.floor(logNormal(random, 9_000, 1));
    const [inputPrice, cachedPrice, outputPrice] = node.model.prices;
    return {
      node_id: node.id,
      task_id: node.task,
      model: node.model.name,
      input_tokens: input,
      output_tokens: output,
      cached_tokens: cached,
      estimated_cost_usd: Math.round(input * inputPrice + cached * cachedPrice + output * outputPrice) / 1e6,
    };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}

const TOTAL_SHARES = SHARES.reduce((sum, [, share]) => sum + share, 0);

function kindOf(part: number): EventKind {
  let left = part * TOTAL_SHARES;
  for (const [kind, share] of SHARES) {
    left -= share;
    if (left < 0) return kind;
  }
  return 'state.read';
}

/** A standard normal number (Box and Muller 1958; one of the pair is thrown away). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function logNormal(random: () => number, middle: number, sigma: number): number {
  return middle * Math.exp(sigma * gaussian(random));
}

/** Milliseconds to the microsecond. */
const milli = (value: number): number => Math.round(value * 1e3) / 1e3;
/** Seconds to the microsecond. */
const micro = (value: number): number => Math.round(value * 1e6) / 1e6;
