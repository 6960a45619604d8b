import { Worker } from 'node:worker_threads';
import { StoreError, type StoreErrorCode } from '../model/errors.ts';
import type { BatchReport, BulkReply, BulkRequest, BulkThreadData } from '../store/bulk.ts';

/** Batches that wait for the thread, of 1 MB or so each; whoever makes more waits. */
const MAX_WAITING = 4;

/** The thread makes little garbage, and would give it ever more room. */
const YOUNG_MEGABYTES = 12;

/** The thread that stores batches, from the side that makes them. */
export class BulkThreadHandle {
  readonly #worker: Worker;
  readonly #onReport: (report: BatchReport) => void;
  #failure: StoreError | undefined;
  #waiting = 0;
  /** Told of each answer. */
  #wake: () => void = () => undefined;

  private constructor(worker: Worker, onReport: (report: BatchReport) => void) {
    this.#worker = worker;
    this.#onReport = onReport;
    worker.on('message', (reply: BulkReply) => this.#take(reply));
    worker.on('error', (cause) => this.#fail(new StoreError('STORE_FAILED', `Storing failed: ${String(cause)}`)));
    worker.on('exit', () => this.#fail(new StoreError('STORE_FAILED', 'The thread that stores events has ended')));
  }

  /** @returns `undefined` when there is no thread to be had, or the store cannot be written. */
  static async start(
    workerData: BulkThreadData,
    onReport: (report: BatchReport) => void,
  ): Promise<BulkThreadHandle | undefined> {
    const name = import.meta.url.endsWith('.ts') ? '../store/sqlite/bulk-thread.ts' : './bulk-thread.js';
    let worker: Worker;
    try {
      worker = new Worker(new URL(name, import.meta.url), {
        workerData,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
        execArgv: [],
        env: {},
      });
    } catch {
      return undefined;
    }
    const handle = new BulkThreadHandle(worker, onReport);
    const isReady = await new Promise<boolean>((resolve) => {
      worker.once('message', (reply: BulkReply) => resolve('ready' in reply && reply.ready));
      worker.once('exit', () => resolve(false));
    });
    if (isReady) return handle;
    await worker.terminate();
    return undefined;
  }

  send(request: BulkRequest): void {
    this.#waiting += 1;
    const { atMicros, origins, fields } = request.batch;
    const columns = [atMicros, origins, ...fields].flatMap((column) => (column === undefined ? [] : [column.buffer]));
    this.#worker.postMessage(request, columns as ArrayBuffer[]);
  }

  /**
   * Resolves when no more than so many batches wait.
   *
   * @throws StoreError when the store failed; what was sent may be stored or not.
   */
  async waitFor(most = MAX_WAITING): Promise<void> {
    while (this.#failure === undefined && this.#waiting > most) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async end(): Promise<void> {
    if (this.#failure !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('end', []);
    await ended;
  }

  #take(reply: BulkReply): void {
    if ('failure' in reply) {
      const { code, message, hint } = reply.failure;
      this.#fail(new StoreError(code as StoreErrorCode, message, hint === undefined ? {} : { hint }));
    } else if ('report' in reply) {
      this.#waiting -= 1;
      this.#onReport(reply.report);
    }
    this.#wake();
  }

  #fail(failure: StoreError): void {
    this.#failure ??= failure;
    this.#wake();
  }
}
