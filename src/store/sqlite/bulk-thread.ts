import { parentPort, workerData } from 'node:worker_threads';
import type { MetricsError } from '../../model/errors.ts';
import type { BulkReply, BulkRequest, BulkThreadData } from '../bulk.ts';
import type { SpooledOrigin } from '../spool/definitions.ts';
import { BatchWriter } from './drain/batch-writer.ts';
import { toStoreError } from './file/store-errors.ts';
import { keepLogSmall } from './file/write-ahead-log.ts';
import { isInPlace, type OpenDatabase, openDatabase } from './open/open-database.ts';

/** Entry of a worker thread that stores the batches of one import, in order, while its host reads on. */
const { directory, producer } = workerData as BulkThreadData;
const reply = (message: BulkReply): void => parentPort?.postMessage(message, []);

type Names = { readonly texts: string[]; readonly lists: (readonly number[])[]; readonly origins: SpooledOrigin[] };
let names: Names = { texts: [], lists: [], origins: [] };
let open: OpenDatabase | undefined;
let writer: BatchWriter | undefined;

/** The store, opened anew when another file has taken its place. */
function writerNow(nowMicros: number): BatchWriter {
  if (open === undefined || !isInPlace(open)) {
    open?.db.close();
    open = openDatabase(directory, nowMicros);
    writer = undefined;
  }
  return (writer ??= new BatchWriter(open.db, producer, names));
}

function take({ batch, names: more, afresh, nowMicros }: BulkRequest): void {
  if (afresh) {
    names = { texts: [], lists: [], origins: [] };
    writer = undefined;
  }
  for (const text of more.texts) names.texts.push(text);
  for (const list of more.lists) names.lists.push(list);
  for (const origin of more.origins) names.origins.push(origin);
  const report = writerNow(nowMicros).write(batch, nowMicros);
  if (open !== undefined) keepLogSmall(open.db, false);
  reply({ report });
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (cause) {
    const { message, code, hint } = toStoreError(cause, directory) as MetricsError;
    reply({ failure: { code, message, hint } });
    end();
  }
}

function end(): void {
  parentPort?.close();
  if (open === undefined) return;
  keepLogSmall(open.db, true);
  open.db.close();
  open = undefined;
}

parentPort?.on('message', (request: BulkRequest | 'end') => {
  if (request === 'end') end();
  else guarded(() => take(request));
});
guarded(() => {
  open = openDatabase(directory, producer.startedMicros);
  reply({ ready: !open.readOnly && !open.newer });
});
