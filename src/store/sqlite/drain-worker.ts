import { workerData } from 'node:worker_threads';
import { spoolFolder } from '../spool/spool-folder.ts';
import { Drain } from './drain/drain.ts';
import { removeDrainedSegments } from './drain/segment-book.ts';
import { openDatabase } from './open/open-database.ts';

/**
 * Entry of a worker thread that drains a folder's spool until nothing is left, and ends. Started by recording processes whose files fill
 * up while nobody asks: without it the spool would reach its limit. What goes wrong here is left to the next reader,
 * which has somebody to tell.
 */
const { directory, waitMillis } = workerData as { directory: string; waitMillis: number };
try {
  const { db, readOnly, newer } = openDatabase(directory, Date.now() * 1_000);
  if (!readOnly && !newer) {
    const drain = new Drain(db, spoolFolder(directory));
    // Files that filled up meanwhile are drained too: a new thread for each would cost more than they do.
    while ((await drain.run(Date.now(), waitMillis)).events > 0);
    removeDrainedSegments(db, spoolFolder(directory));
  }
  db.close();
} catch {
  // See above: telemetry must not end the process it measures.
}
