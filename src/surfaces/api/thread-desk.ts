import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion } from './answer-thread.ts';
import { ApiError, errorAnswer } from './api-error.ts';
import type { Question } from './define-question.ts';
import { placeOf, type ThreadPlace } from './thread-context.ts';

/** Weeks of events of a large store, and the figures made of them. */
const HEAP_MEGABYTES = 768;

type Waiting = { readonly resolve: (json: string) => void; readonly reject: (error: unknown) => void };

/** Has answers made on a thread of its own, so that nothing else of the process waits for them. */
export class ThreadDesk {
  readonly #place: ThreadPlace;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #count = 0;

  constructor(place: ThreadPlace) {
    this.#place = placeOf(place);
  }

  /** The answer as JSON. The thread is started by the first question, and anew after one that it did not survive. */
  readonly make = (question: Question, asked: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const id = ++this.#count;
      this.#waiting.set(id, { resolve, reject });
      this.#worker ??= this.#start();
      const message: ThreadQuestion = { id, path: question.route.path, asked };
      this.#worker.postMessage(message, []);
    });

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const name = import.meta.url.endsWith('.ts') ? './answer-thread.ts' : './answer-thread.js';
    const worker = new Worker(new URL(name, import.meta.url), {
      workerData: this.#place,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      execArgv: [],
    });
    worker.unref();
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    const lost = (): void => this.#lose(worker);
    worker.on('error', lost);
    worker.on('exit', lost);
    return worker;
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('json' in answer) waiting?.resolve(answer.json);
    else waiting?.reject(new ApiError(answer.refusal));
  }

  #lose(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const refusal = errorAnswer(503, 'BUSY', 'The answer took more than there is room for.', 'Ask for a shorter span.');
    for (const { reject } of this.#waiting.values()) reject(new ApiError(refusal));
    this.#waiting.clear();
  }
}
