import { Worker } from 'node:worker_threads';

/** How long the worker waits for another drainer: long enough to take over, short enough not to pile up. */
const WAIT_MILLIS = 10_000;
/** Drainer's memory: 40,000 events of a slice take about 30 MB. */
const HEAP_MEGABYTES = 256;

/**
 * Drains the spool on a thread of its own, at most one at a time for each folder object. Nothing of it reaches the
 * host: no error, no waiting, and the process may end while it runs (a drain that is cut short rolls back).
 */
export class BackgroundDrain {
  readonly #directory: string;
  #worker: Worker | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  readonly start = (): void => {
    if (this.#worker !== undefined) return;
    const name = import.meta.url.endsWith('.ts') ? '../store/sqlite/drain-worker.ts' : './drain-worker.js';
    try {
      const worker = new Worker(new URL(name, import.meta.url), {
        workerData: { directory: this.#directory, waitMillis: WAIT_MILLIS },
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
        // The host's own flags and preloads are none of the drainer's business.
        execArgv: [],
        env: {},
        stdout: true,
        stderr: true,
      });
      worker.unref();
      worker.on('error', this.#forget);
      worker.on('exit', this.#forget);
      this.#worker = worker;
    } catch {
      // No thread to be had: the next reader drains.
    }
  };

  readonly #forget = (): void => {
    this.#worker = undefined;
  };
}
