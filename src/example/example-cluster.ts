import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DIALECT_VARIABLE } from '../bus/index.ts';
import { type Clock, SystemClock } from '../model/clock.ts';
import { plannedNode } from './cluster-plan.ts';
import type { NodeSettings } from './node-settings.ts';

const NODE_ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './example-node.ts' : './example-node.js',
  import.meta.url,
);
/** A node that was told to leave ends its call, says farewell and ends its bus. Then it is killed. */
const LEAVING_MILLIS = 5000;
/** How long after a node left somebody takes its place. Milliseconds of the play. */
const REPLACEMENT_MILLIS = 4000;
/** With less time than this left, nobody takes the place of a node that left. Milliseconds of the play. */
const LAST_REPLACEMENT_MILLIS = 10_000;
/** Kept of what failing nodes print, for the message of `done`. */
const MAX_COMPLAINT_LENGTH = 2000;

export type ExampleOptions = {
  /** The context folder that all nodes share: usually `.ai` in a temporary workspace. Made if missing. */
  readonly directory: string;
  /** How many node processes at once, the manager among them: at least 2. Default 4. */
  readonly nodes?: number | undefined;
  /** What the nodes are called, draw and decide. Default 1. */
  readonly seed?: number | undefined;
  /** When all leave by themselves. Absent: they stay until `stop()`. */
  readonly durationMillis?: number | undefined;
  /** How much faster than life. Default 1: tasks of 1 to 8 s. */
  readonly speed?: number | undefined;
  /** How the bus writes the state file: words of the bus's dialects, joined by commas. */
  readonly dialect?: string | undefined;
  /** Stops the cluster when aborted. */
  readonly signal?: AbortSignal | undefined;
};

export type ExampleCluster = {
  /** Process ids of the nodes that live now. Each has a bus process of its own beside it. */
  readonly pids: readonly number[];
  /** Resolves when all processes have ended; rejects when nodes failed and none is left. */
  readonly done: Promise<void>;
  /** Tells all nodes to leave and waits until they are gone; kills those that stay. Never rejects. */
  stop(): Promise<void>;
};

/**
 * Starts a small cluster of real processes that pretend to be agents: they register, claim, work, fail, hand over, idle
 * and leave, each through an MCP server of its own. None of them knows anything of metrics.
 */
export function startExampleCluster(options: ExampleOptions): ExampleCluster {
  const troupe = new Troupe(options, new SystemClock());
  const stop = async (): Promise<void> => troupe.stop();
  if (options.signal?.aborted === true) void stop();
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  return {
    get pids() {
      return troupe.pids;
    },
    done: troupe.done,
    stop,
  };
}

/** The processes of one example cluster. */
class Troupe {
  readonly done: Promise<void>;
  readonly #options: ExampleOptions;
  readonly #clock: Clock;
  readonly #startMillis: number;
  readonly #speed: number;
  readonly #seed: number;
  readonly #size: number;
  readonly #living = new Set<ChildProcess>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #settle: PromiseWithResolvers<void>;
  #started = 0;
  #isStopping = false;
  #complaint = '';

  constructor(options: ExampleOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#startMillis = clock.monotonicMillis();
    this.#speed = options.speed ?? 1;
    this.#seed = options.seed ?? 1;
    this.#size = Math.max(options.nodes ?? 4, 2);
    this.#settle = Promise.withResolvers<void>();
    this.done = this.#settle.promise;
    // Whoever only stops the cluster need not handle its failure.
    this.done.catch(() => undefined);
    for (let index = 0; index < this.#size; index += 1) this.#startNode();
  }

  get pids(): readonly number[] {
    return [...this.#living].flatMap((child) => (child.pid === undefined ? [] : [child.pid]));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#replacements) clearTimeout(timer);
    this.#replacements.clear();
    for (const child of this.#living) child.stdin?.end();
    const timer = setTimeout(() => {
      for (const child of this.#living) killGroup(child);
    }, LEAVING_MILLIS);
    this.#settleIfEmpty();
    await this.done.catch(() => undefined);
    clearTimeout(timer);
  }

  #startNode(): void {
    const node = plannedNode(this.#seed, this.#started);
    this.#started += 1;
    const peers = Array.from({ length: this.#size - 1 }, (_, index) => plannedNode(this.#seed, index + 1).nodeId);
    const { directory, dialect } = this.#options;
    const leftMillis = this.#leftMillis();
    const settings: NodeSettings = {
      ...node,
      directory,
      peers,
      workers: this.#size - 1,
      speed: this.#speed,
      ...(leftMillis === Infinity ? {} : { durationMillis: leftMillis }),
    };
    const child = spawn(process.execPath, [fileURLToPath(NODE_ENTRY), JSON.stringify(settings)], {
      // The pipe tells the node when we are gone, however that came about.
      stdio: ['pipe', 'ignore', 'pipe'],
      // A group of its own: Ctrl-C goes to us alone, and we tell the nodes; and a kill reaches the bus as well.
      detached: true,
      env: dialect === undefined ? process.env : { ...process.env, [DIALECT_VARIABLE]: dialect },
    });
    this.#living.add(child);
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (text: Buffer) => {
      this.#complaint = (this.#complaint + text.toString()).slice(-MAX_COMPLAINT_LENGTH);
    });
    void this.#outlive(child);
  }

  async #outlive(child: ChildProcess): Promise<void> {
    const code: unknown = await once(child, 'close').then(
      ([exitCode]: unknown[]) => exitCode,
      (error: unknown) => {
        this.#complaint += String(error);
        return undefined;
      },
    );
    this.#living.delete(child);
    if (code === 0 && !this.#isStopping && this.#leftMillis() * this.#speed > LAST_REPLACEMENT_MILLIS) {
      const timer = setTimeout(() => {
        this.#replacements.delete(timer);
        this.#startNode();
      }, REPLACEMENT_MILLIS / this.#speed);
      this.#replacements.add(timer);
    }
    this.#settleIfEmpty();
  }

  #settleIfEmpty(): void {
    if (this.#living.size > 0 || this.#replacements.size > 0) return;
    const endedEarly = !this.#isStopping && this.#leftMillis() > LEAVING_MILLIS;
    if (endedEarly) this.#settle.reject(new Error(`The example cluster failed: ${this.#complaint.trim()}`));
    else this.#settle.resolve();
  }

  #leftMillis(): number {
    const { durationMillis = Infinity } = this.#options;
    return Math.max(durationMillis - (this.#clock.monotonicMillis() - this.#startMillis), 1);
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
