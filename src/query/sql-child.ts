import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { memoryFailure, type SqlJob, type SqlReport } from './sql-protocol.ts';

/**
 * A process of its own for one statement, because nothing inside a process can stop SQLite: the statement runs in a
 * worker thread, and the main thread watches the time, the memory and the parent, and kills the whole process.
 */

/** How often to look at the memory. A statement takes hold of about a megabyte a millisecond at most. */
const WATCH_MILLIS = 10;
/** The parent ends a late statement itself; this is for a parent that no longer can. */
const GRACE_MILLIS = 1_000;
/** JavaScript memory of the worker. Rows leave it in small batches. */
const MAX_HEAP_MIB = 64;

/** Neither exit() nor terminate() returns while SQLite works. */
function vanish(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}

function supervise(job: SqlJob): void {
  const tell = (report: SqlReport, then?: () => void): void => {
    process.send?.(report, undefined, undefined, then);
  };
  const worker = new Worker(new URL(import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  worker.on('message', (report: SqlReport) => {
    // As the parent counts: on a busy machine the worker takes long to start.
    if (report.type === 'started') setTimeout(vanish, job.timeoutMillis + GRACE_MILLIS).unref();
    tell(report);
  });
  worker.on('error', (cause: NodeJS.ErrnoException) => {
    const full = cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    tell(
      full ? memoryFailure(job.maxMemoryBytes) : { type: 'failed', code: 'SQL_FAILED', message: cause.message },
      vanish,
    );
  });
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() <= job.maxMemoryBytes) return;
    clearInterval(watch);
    tell(memoryFailure(job.maxMemoryBytes), vanish);
    // The memory goes on growing while the report is on its way.
    setTimeout(vanish, WATCH_MILLIS);
  }, WATCH_MILLIS);
}

function tellSupervisor(report: SqlReport): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(report);
}

if (isMainThread) {
  process.on('disconnect', vanish);
  // Also when it ends of itself, as when a report meets a closed channel: the end would wait for the worker, and so for
  // SQLite.
  process.on('exit', vanish);
  process.once('message', (job) => supervise(job as SqlJob));
} else {
  // Only here: the supervisor starts faster without SQLite.
  const { runStatement } = await import('./sql-runner.ts');
  runStatement(workerData as SqlJob, tellSupervisor);
}
